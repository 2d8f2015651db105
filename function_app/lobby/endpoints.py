"""`/sessions/{sid}/lobby`: who waits, and letting them in; and waiting no more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from function_app.api.credentials import JoinClaimsOf, ServicesOf
from function_app.api.models import Response as Body
from function_app.api.moderators import ModeratedSession
from function_app.lobby.documents import Admission
from function_app.timestamps import Timestamp
from parley_protocol.grants import DisplayName, Role
from parley_protocol.ids import ParticipantId

router = APIRouter(tags=["lobby"])

ParticipantInPath = Annotated[ParticipantId, Path(alias="pid")]


class WaitingPerson(Body):
    participant: ParticipantId
    name: DisplayName
    role: Role
    asked_on: Timestamp


class WaitingPeople(Body):
    value: list[WaitingPerson]
    """Who asked first first; at most 200."""


@router.get("/sessions/{sid}/lobby", operation_id="listLobby")
async def list_lobby(session: ModeratedSession, services: ServicesOf) -> WaitingPeople:
    """Those who wait to be let in."""
    return WaitingPeople(
        value=[
            WaitingPerson(participant=one.participant, name=one.name, role=one.role, asked_on=one.asked_on)
            for one in await services.lobby.waiting(session)
        ]
    )


@router.post("/sessions:stopWaiting", operation_id="stopWaiting", status_code=204)
async def stop_waiting(claims: JoinClaimsOf, services: ServicesOf) -> Response:
    """The token's user, who waits, does not want to come in any more; 204 also when it does not wait."""
    await services.lobby.stop_waiting(claims)
    return Response(status_code=204)


@router.post("/sessions/{sid}/lobby/{pid}:admit", operation_id="admitParticipant", status_code=204)
async def admit(session: ModeratedSession, services: ServicesOf, participant: ParticipantInPath) -> Response:
    """Lets somebody in who waits, or who was denied."""
    await services.lobby.decide(session, participant, Admission.ADMITTED)
    return Response(status_code=204)


@router.post("/sessions/{sid}/lobby/{pid}:deny", operation_id="denyParticipant", status_code=204)
async def deny(session: ModeratedSession, services: ServicesOf, participant: ParticipantInPath) -> Response:
    """Does not let somebody in, for as long as the session lasts."""
    await services.lobby.decide(session, participant, Admission.DENIED)
    return Response(status_code=204)


@router.post("/sessions/{sid}/lobby:admitAll", operation_id="admitAll", status_code=204)
async def admit_all(session: ModeratedSession, services: ServicesOf) -> Response:
    """Lets in everybody who waits now."""
    await services.lobby.admit_all(session)
    return Response(status_code=204)
