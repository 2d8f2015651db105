"""`/sessions`: joining, staying and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse, Response

from function_app.api.credentials import JoinClaimsOf, ServicesOf, admitted_to
from function_app.errors import InLobbyError
from function_app.media.providers.port import AcsAdmission, Admission, LiveKitAdmission, SfuAdmission
from function_app.participants.documents import Participant
from function_app.sessions.join import Joining
from function_app.sessions.models import (
    AcsJoinResponse,
    AnyJoinResponse,
    JoinedParticipant,
    JoinedSession,
    JoinRequest,
    JoinResponse,
    LeaveRequest,
    LetIn,
    LiveKitJoinResponse,
    LobbyResponse,
    Renewal,
    SignallingAddress,
)
from function_app.sessions.refresh import participant_there
from function_app.stores.documents import MeetingKey
from function_app.wiring import Services
from parley_protocol.addresses import ParticipantAddress
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import SessionId, participant_id

ASK_AGAIN_SECONDS = 10
"""Well below the time after which somebody who does not ask is taken for gone."""
ASK_FOR_SESSION_SECONDS = 5

router = APIRouter(tags=["sessions"])


@router.post(
    "/sessions:join",
    operation_id="joinSession",
    response_model=AnyJoinResponse,
    response_model_exclude_none=True,
    responses={202: {"model": LobbyResponse, "description": "The person waits in the lobby."}},
)
async def join_session(
    claims: JoinClaimsOf, services: ServicesOf, request: JoinRequest | None = None
) -> AnyJoinResponse | Response:
    """Lets the token's user into its meeting as a new Peer, and says how to get signalling and media.

    `provider` says who carries the media, and with that which of the answers it is.
    """
    try:
        return await _answer(services, claims, await services.joining.join(claims))
    except InLobbyError as waiting:
        body = await _waiting(services, claims, waiting.session)
        return JSONResponse(body.model_dump(mode="json", by_alias=True, exclude_none=True), status_code=202)


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


@router.post("/sessions/{sid}:refresh", operation_id="refreshSession")
async def refresh_session(
    claims: JoinClaimsOf, services: ServicesOf, session: Annotated[SessionId, Path(alias="sid")]
) -> Renewal:
    """Renews what the token's user, who is in the session, needs to stay there; the Peer stays as it is."""
    await admitted_to(services, claims)
    return await _renewed(services, claims, await participant_there(services.sessions, claims, session))


async def _waiting(services: Services, claims: JoinClaims, session: str | None) -> LobbyResponse:
    meeting = await services.meetings.get(MeetingKey(claims.tenant, claims.meeting))
    participant = session and participant_id(session, claims.sub)
    signalling = None
    if session and participant:
        address = ParticipantAddress(claims.tenant, claims.meeting, session, participant)
        signalling = SignallingAddress(url=await services.signalling.waiting_url(address))
    return LobbyResponse(
        title=meeting.title,
        participant=participant,
        signalling=signalling,
        retry_after_seconds=ASK_AGAIN_SECONDS if session else ASK_FOR_SESSION_SECONDS,
        token=services.join_tokens.renew(claims).text,
    )


async def _answer(services: Services, claims: JoinClaims, joining: Joining) -> AnyJoinResponse:
    participant = joining.participant
    tenant = await services.authentication.settings(claims.tenant)
    let_in = LetIn(
        session=JoinedSession(
            id=participant.session_id,
            meeting=participant.meeting_id,
            title=joining.meeting.title,
            locked=joining.meeting.settings.locked,
            mute_on_entry=joining.meeting.settings.mute_on_entry,
            branding_name=tenant.branding_name,
        ),
        participant=JoinedParticipant(
            id=participant.id, name=participant.name, role=participant.role, grants=participant.grants
        ),
        peer=participant.peer,
        **dict(await _renewed(services, claims, participant)),
    )
    return _with_media(let_in, joining.admission)


async def _renewed(services: Services, claims: JoinClaims, participant: Participant) -> Renewal:
    address = ParticipantAddress(*participant.key, participant.session_id, participant.id)
    renewed = services.join_tokens.renew(claims)
    return Renewal(
        token=renewed.text,
        token_expires_on=renewed.expires_on,
        signalling=SignallingAddress(url=await services.signalling.participant_url(address)),
    )


def _with_media(let_in: LetIn, admission: Admission) -> AnyJoinResponse:
    parts = dict(let_in) | dict(admission)
    match admission:
        case SfuAdmission():
            return JoinResponse(**parts)
        case AcsAdmission():
            return AcsJoinResponse(**parts)
        case LiveKitAdmission():
            return LiveKitJoinResponse(**parts)
