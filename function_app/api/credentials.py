"""Who calls: the dependencies that turn the credential of a request into a tenant, a user of a meeting, or a node.

All are coroutines, though some await nothing: FastAPI would run a plain function in a thread of its own.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from function_app.api.throttle import Charges
from function_app.audit.trail import note_act
from function_app.directories.people import Person
from function_app.directories.tokens import is_directory_token
from function_app.errors import (
    MeetingNotFoundError,
    NotAllowedError,
    TokenInvalidError,
    TokenMissingError,
    UnauthorizedError,
)
from function_app.meetings.documents import Meeting
from function_app.participants.tokens import refuse_token_of_former_meeting
from function_app.stores.documents import MeetingKey
from function_app.tenants.api_keys import COMMON_PREFIX
from function_app.tenants.callers import Caller, CallerRole
from function_app.wiring import Services
from parley_protocol.grants import JoinClaims
from parley_protocol.ids import MeetingId, NodeId

_bearer_key = HTTPBearer(
    scheme_name="apiKey",
    description="A tenant's API key, or an Entra ID access token of a program of its directory.",
    auto_error=False,
)
_header_key = APIKeyHeader(
    name="x-api-key", scheme_name="apiKeyHeader", description="The same in a header of its own.", auto_error=False
)
_join_token = HTTPBearer(
    scheme_name="joinToken", bearerFormat="JWT", description="A join token, from `:issueToken`.", auto_error=False
)
_id_token = HTTPBearer(
    scheme_name="idToken", bearerFormat="JWT", description="A person's ID token, from signing in.", auto_error=False
)
_service_token = HTTPBearer(
    scheme_name="serviceToken", bearerFormat="JWT", description="A node's own token.", auto_error=False
)

Bearer = HTTPAuthorizationCredentials | None
ApiKeyBearer = Annotated[Bearer, Depends(_bearer_key)]


async def services_of(request: Request) -> Services:
    services: Services = request.app.state.process.services()
    return services


async def charges_of(request: Request) -> Charges:
    return Charges.of(request)


ServicesOf = Annotated[Services, Depends(services_of)]
ChargesOf = Annotated[Charges, Depends(charges_of)]


async def caller_of(
    request: Request,
    services: ServicesOf,
    charges: ChargesOf,
    bearer: Annotated[Bearer, Depends(_bearer_key)],
    header: Annotated[str | None, Depends(_header_key)],
) -> Caller:
    """Whoever calls with a tenant's credential; what it is about to do is written down."""
    credential = header or (bearer.credentials if bearer else None)
    if credential is None:
        raise UnauthorizedError
    caller = await services.authentication.by_credential(credential)
    await charges.tenant(caller.tenant, f"{caller.actor.kind}/{caller.actor.id}")
    await note_act(request.scope, caller, services.audit)
    return caller


async def tenant_of(caller: Annotated[Caller, Depends(caller_of)]) -> str:
    """The tenant whose credential the request carries."""
    return caller.tenant


async def administrator_of(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """The caller, if its credential has the role admin. Raises NotAllowedError."""
    if caller.role is not CallerRole.ADMIN:
        raise NotAllowedError("This needs a credential with the role admin.")
    return caller


async def join_claims(
    services: ServicesOf, charges: ChargesOf, bearer: Annotated[Bearer, Depends(_join_token)]
) -> JoinClaims:
    """What the request's join token says."""
    return await _charged_claims(services, charges, bearer, or_expired=False)


async def former_join_claims(
    services: ServicesOf, charges: ChargesOf, bearer: Annotated[Bearer, Depends(_join_token)]
) -> JoinClaims:
    """What the request's join token says, or has said before it ran out: for what somebody has already."""
    return await _charged_claims(services, charges, bearer, or_expired=True)


async def _charged_claims(services: Services, charges: Charges, bearer: Bearer, *, or_expired: bool) -> JoinClaims:
    if bearer is None:
        raise TokenMissingError
    claims = services.join_tokens.verify(bearer.credentials, or_expired=or_expired)
    await charges.person(claims.tenant, claims.meeting, claims.sub)
    return claims


async def node_of(
    services: ServicesOf,
    charges: ChargesOf,
    node: Annotated[NodeId, Path(alias="nid")],
    bearer: Annotated[Bearer, Depends(_service_token)],
) -> str:
    """The node that calls; it may only speak for itself."""
    if bearer is None:
        raise TokenMissingError
    if services.service_tokens.verify(bearer.credentials) != node:
        raise TokenInvalidError("The token is another node's.")
    await charges.node(node)
    return node


async def signed_in_person(services: ServicesOf, bearer: Annotated[Bearer, Depends(_id_token)]) -> Person:
    """Whose ID token the request carries."""
    if bearer is None:
        raise TokenMissingError
    if services.people is None:
        raise TokenInvalidError("Nobody signs in at this installation.")
    return await services.people.verify(bearer.credentials)


ApiKeyHeader = Annotated[str | None, Depends(_header_key)]


MeetingIdInPath = Annotated[MeetingId, Path(alias="id", examples=["weekly-planning"])]


async def token_if_any(
    services: ServicesOf,
    charges: ChargesOf,
    bearer: Annotated[Bearer, Depends(_join_token)],
    header: Annotated[str | None, Depends(_header_key)],
) -> JoinClaims | None:
    """What the request's join token says; None when its credential is a tenant's, or missing."""
    if bearer is None or header or _is_tenants(bearer.credentials):
        return None
    return await join_claims(services, charges, bearer)


def _is_tenants(credential: str) -> bool:
    """Whether it has the form of a tenant's credential."""
    return credential.startswith(COMMON_PREFIX) or is_directory_token(credential)


TokenIfAny = Annotated[JoinClaims | None, Depends(token_if_any)]


async def readable_meeting(
    request: Request,
    services: ServicesOf,
    charges: ChargesOf,
    meeting: MeetingIdInPath,
    claims: TokenIfAny,
    key: ApiKeyBearer,
    header: ApiKeyHeader,
) -> Meeting:
    """The meeting in the path, for the tenant that it is of or for somebody with a join token for it.

    For everybody else there is no such meeting.
    """
    if claims is None:
        caller = await caller_of(request, services, charges, key, header)
        return await services.meetings.get(MeetingKey(caller.tenant, meeting))
    if claims.meeting != meeting:
        raise MeetingNotFoundError
    return await admitted_to(services, claims)


async def admitted_to(services: Services, claims: JoinClaims) -> Meeting:
    """The meeting into which the token still lets its user.

    Raises MeetingNotFoundError, TokenInvalidError, ParticipantRemovedError and ParticipantBannedError.
    """
    key = MeetingKey(claims.tenant, claims.meeting)
    found, exclusion = await asyncio.gather(services.meetings.get(key), services.exclusions.find(key, claims.sub))
    refuse_token_of_former_meeting(claims, found.created_on)
    if exclusion:
        exclusion.refuse(claims, found)
    return found


Tenant = Annotated[str, Depends(tenant_of)]
Administrator = Annotated[Caller, Depends(administrator_of)]
JoinClaimsOf = Annotated[JoinClaims, Depends(join_claims)]
FormerJoinClaimsOf = Annotated[JoinClaims, Depends(former_join_claims)]
SignedInPerson = Annotated[Person, Depends(signed_in_person)]
NodeOf = Annotated[str, Depends(node_of)]
ReadableMeeting = Annotated[Meeting, Depends(readable_meeting)]
