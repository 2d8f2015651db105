"""`/sessions`: joining and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.credentials import JoinClaimsOf, ServicesOf
from function_app.sessions.join import Joining
from function_app.sessions.models import (
    JoinedParticipant,
    JoinedSession,
    JoinRequest,
    JoinResponse,
    LeaveRequest,
    SessionNode,
    SignallingAddress,
)
from function_app.wiring import Services
from parley_protocol.addresses import ParticipantAddress
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import SessionId

router = APIRouter(tags=["sessions"])


@router.post("/sessions:join", operation_id="joinSession", response_model_exclude_none=True)
async def join_session(claims: JoinClaimsOf, services: ServicesOf, request: JoinRequest | None = None) -> JoinResponse:
    """Lets the token's user into its meeting as a new Peer, and says how to get signalling and media."""
    return await _answer(services, claims, await services.joining.join(claims))


@router.post("/sessions/{sid}:leave", operation_id="leaveSession", status_code=204)
async def leave_session(
    claims: JoinClaimsOf,
    services: ServicesOf,
    session: Annotated[SessionId, Path(alias="sid")],
    request: LeaveRequest,
) -> Response:
    """The token's user leaves; 204 also when it has left already."""
    await services.leaving.leave(claims, session, request.peer)
    return Response(status_code=204)


async def _answer(services: Services, claims: JoinClaims, joining: Joining) -> JoinResponse:
    participant, node = joining.participant, joining.node
    address = ParticipantAddress(participant.tenant_id, participant.meeting_id, participant.session_id, participant.id)
    renewed = services.join_tokens.renew(claims)
    return JoinResponse(
        session=JoinedSession(
            id=participant.session_id,
            meeting=participant.meeting_id,
            title=joining.meeting.title,
            locked=joining.meeting.settings.locked,
            mute_on_entry=joining.meeting.settings.mute_on_entry,
        ),
        participant=JoinedParticipant(
            id=participant.id, name=participant.name, role=participant.role, grants=participant.grants
        ),
        peer=participant.peer,
        token=renewed.text,
        token_expires_on=renewed.expires_on,
        signalling=SignallingAddress(url=await services.signalling.participant_url(address)),
        node=SessionNode(id=node.id, region=node.region),
        ice_servers=services.turn.for_participant(participant.id),
        media_grant=services.media_grants.issue(participant),
    )
