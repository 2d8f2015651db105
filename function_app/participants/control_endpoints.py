"""`/sessions/{sid}/participants`: what moderators do to the people of a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.credentials import ServicesOf
from function_app.api.moderators import ModeratedSession, ModeratorRole
from function_app.errors import ParticipantNotFoundError
from function_app.participants.models import MoveRequest, MuteRequest, ParticipantPatch, ParticipantResource
from parley_protocol.ids import ParticipantId

router = APIRouter(tags=["participants"])

ParticipantInPath = Annotated[ParticipantId, Path(alias="pid")]


@router.get("/sessions/{sid}/participants/{pid}", operation_id="getParticipant", response_model_exclude_none=True)
async def get_participant(
    session: ModeratedSession, services: ServicesOf, participant: ParticipantInPath
) -> ParticipantResource:
    """Somebody who has joined the session, also when it has left."""
    found = await services.sessions.participant(session.key, participant)
    if found is None or found.session_id != session.id:
        raise ParticipantNotFoundError("Nobody of that id has joined the session.")
    return ParticipantResource.of(found.settled(session.ended_on), services.clock())


@router.patch("/sessions/{sid}/participants/{pid}", operation_id="patchParticipant", response_model_exclude_none=True)
async def patch_participant(
    session: ModeratedSession,
    role: ModeratorRole,
    services: ServicesOf,
    participant: ParticipantInPath,
    patch: ParticipantPatch,
) -> ParticipantResource:
    """Changes the role or the grants, or mutes; it holds at once, and for as long as the session lasts."""
    changed = await services.control.change(session, participant, patch.change, by=role)
    return ParticipantResource.of(changed, services.clock())


@router.post("/sessions/{sid}/participants/{pid}:move", operation_id="moveParticipant", status_code=204)
async def move_participant(
    session: ModeratedSession,
    role: ModeratorRole,
    services: ServicesOf,
    participant: ParticipantInPath,
    request: MoveRequest,
) -> Response:
    """Moves the participant into another meeting, past its lock, lobby and schedule; its client goes there by itself.

    The tenant may name any of its meetings; moderators the main meeting and the breakout rooms that theirs belongs
    with (`breakoutOf`). To ask for the same again does nothing more.
    """
    await services.moving.move(session, participant, request.destination, by=role)
    return Response(status_code=204)


@router.post("/sessions/{sid}/participants:muteAll", operation_id="muteAll", status_code=204)
async def mute_all(session: ModeratedSession, services: ServicesOf, request: MuteRequest | None = None) -> Response:
    """Mutes everybody who does not moderate; each may unmute itself."""
    await services.control.mute_all(session, (request or MuteRequest()).sources)
    return Response(status_code=204)
