"""Who may run a meeting: the tenant that it is of, and in a live session whoever moderates."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from function_app.api.credentials import (
    ApiKeyBearer,
    ApiKeyHeader,
    ChargesOf,
    ReadableMeeting,
    ServicesOf,
    TokenIfAny,
    admitted_to,
    caller_of,
)
from function_app.audit.trail import note_act
from function_app.errors import SessionNotFoundError
from function_app.meetings.documents import Meeting
from function_app.sessions.documents import Session
from function_app.tenants.callers import Actor, ActorKind, Caller, CallerRole
from function_app.wiring import Services
from parley_protocol.grants import JoinClaims, Role
from parley_protocol.ids import SessionId


async def moderator_role(request: Request, services: ServicesOf, claims: TokenIfAny) -> Role | None:
    """The role of the moderator who calls, None for a tenant. Raises NotAllowedError for anybody else in a meeting."""
    return None if claims is None else await _moderating(request, services, claims)


ModeratorRole = Annotated[Role | None, Depends(moderator_role)]


async def moderated_meeting(meeting: ReadableMeeting, _: ModeratorRole) -> Meeting:
    """The meeting in the path."""
    return meeting


async def moderated_session(
    request: Request,
    services: ServicesOf,
    charges: ChargesOf,
    session: Annotated[SessionId, Path(alias="sid")],
    claims: TokenIfAny,
    key: ApiKeyBearer,
    header: ApiKeyHeader,
) -> Session:
    """The session in the path, live or past: for the tenant, and for those who moderate its meeting.

    For everybody else there is no such session.
    """
    if claims is None:
        caller = await caller_of(request, services, charges, key, header)
        found = await services.sessions.locate(caller.tenant, session)
    else:
        meeting = await admitted_to(services, claims)
        found = await services.sessions.find(meeting.key, session)
        if found:
            await _moderating(request, services, claims)
    if found is None:
        raise SessionNotFoundError
    return found


async def _moderating(request: Request, services: Services, claims: JoinClaims) -> Role:
    standing = await services.moderators.check(claims)
    actor = Actor(kind=ActorKind.PARTICIPANT, id=standing.actor)
    await note_act(request.scope, Caller(claims.tenant, actor, CallerRole.MEETINGS), services.audit)
    return standing.role


ModeratedMeeting = Annotated[Meeting, Depends(moderated_meeting)]
ModeratedSession = Annotated[Session, Depends(moderated_session)]
