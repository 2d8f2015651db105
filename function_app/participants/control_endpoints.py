"""`/sessions/{sid}/participants`: what moderators do to the people of a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedSession, ModeratorRole
from function_app.participants.models import MuteRequest, ParticipantPatch, ParticipantResource
from parley_protocol.ids import ParticipantId

router = APIRouter(tags=["participants"])


@router.patch("/sessions/{sid}/participants/{pid}", operation_id="patchParticipant", response_model_exclude_none=True)
async def patch_participant(
    session: ModeratedSession,
    role: ModeratorRole,
    services: ServicesOf,
    participant: Annotated[ParticipantId, Path(alias="pid")],
    patch: ParticipantPatch,
) -> ParticipantResource:
    """Changes the role or the grants, or mutes; it holds at once, and for as long as the session lasts."""
    changed = await services.control.change(session, participant, patch.change, by=role)
    return ParticipantResource.of(changed, services.clock())


@router.post("/sessions/{sid}/participants:muteAll", operation_id="muteAll", status_code=204)
async def mute_all(session: ModeratedSession, services: ServicesOf, request: MuteRequest | None = None) -> Response:
    """Mutes everybody who does not moderate; each may unmute itself."""
    await services.control.mute_all(session, (request or MuteRequest()).sources)
    return Response(status_code=204)
