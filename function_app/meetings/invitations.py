"""`:issueToken`: the links that let people in."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from function_app.api.credentials import ChargesOf, MeetingIdInPath, ServicesOf, SignedInPerson, Tenant
from function_app.errors import (
    MeetingNotFoundError,
    NotAllowedError,
    ParticipantBannedError,
    ParticipantRemovedError,
)
from function_app.invitees.models import InvitationExchange
from function_app.meetings.documents import Meeting
from function_app.meetings.models import (
    DEFAULT_RENEWABLE_FOR,
    DEFAULT_TOKEN_SECONDS,
    ExchangeRequest,
    GuestTokenRequest,
    IssuedToken,
    TokenRequest,
    meeting_url,
)
from function_app.participants.tokens import Invitation
from function_app.stores.documents import MeetingKey
from function_app.wiring import Services
from parley_protocol.grants import ROLE_GRANTS, Role
from parley_protocol.ids import new_id

GUEST_LIFETIME = timedelta(hours=8)
DEFAULT_NAME = "Guest"

router = APIRouter(tags=["meetings"])


@router.post("/meetings/{id}:issueToken", operation_id="issueToken")
async def issue_token(
    tenant: Tenant, services: ServicesOf, meeting: MeetingIdInPath, request: TokenRequest
) -> IssuedToken:
    """A join token for one of the tenant's users, and the link that carries it."""
    key = MeetingKey(tenant, meeting)
    await services.meetings.get(key)
    grants = request.grants or ROLE_GRANTS[request.role]
    invitation = Invitation(key, request.participant, request.name, request.role, grants)
    return _issued(services, invitation, request.lifetime, request.renewable_for)


@router.post("/openMeetings/{id}:issueToken", operation_id="issueGuestToken")
async def issue_guest_token(services: ServicesOf, meeting: MeetingIdInPath, request: GuestTokenRequest) -> IssuedToken:
    """A join token for anybody, where the meeting is open to all: only on a laptop, and only one meeting."""
    opened = services.settings.open_meeting
    if opened is None or opened.meeting != meeting:
        raise MeetingNotFoundError
    key = MeetingKey(opened.tenant, opened.meeting)
    await services.meetings.get(key)
    invitation = Invitation(key, new_id("usr"), request.name, Role.ATTENDEE, ROLE_GRANTS[Role.ATTENDEE])
    return _issued(services, invitation, GUEST_LIFETIME, DEFAULT_RENEWABLE_FOR)


@router.post("/meetings/{id}:exchangeToken", operation_id="exchangeToken")
async def exchange_token(
    person: SignedInPerson, services: ServicesOf, charges: ChargesOf, meeting: MeetingIdInPath, request: ExchangeRequest
) -> IssuedToken:
    """A join token for somebody of the tenant's directory, for the ID token that signing in has given.

    The directory says which tenant's meeting it is; the meeting's `signedInRole` says whether, and as what.
    """
    tenant = await services.authentication.of_directory(person.directory)
    if tenant is None:
        raise MeetingNotFoundError
    # The same for all meetings: whoever signs in may name any, and would else be charged little in each of many.
    await charges.person(tenant.id, "", person.user)
    key = MeetingKey(tenant.id, meeting)
    found = await services.meetings.get(key)
    role = found.settings.signed_in_role
    if role is None:
        raise NotAllowedError("The meeting asks everybody for a join link.")
    await _refuse_who_was_taken_out(services, found, person.user)
    name = person.name or request.name or DEFAULT_NAME
    invitation = Invitation(key, person.user, name, role, ROLE_GRANTS[role])
    return _issued(services, invitation, timedelta(seconds=DEFAULT_TOKEN_SECONDS), DEFAULT_RENEWABLE_FOR)


@router.post("/invitations:exchange", operation_id="exchangeInvitation")
async def exchange_invitation(services: ServicesOf, request: InvitationExchange) -> IssuedToken:
    """A join token for the link that an invitee was sent, which holds until the tenant takes the invitation back."""
    invitation = await services.acceptance.accept(request.invitation)
    return _issued(services, invitation, timedelta(seconds=DEFAULT_TOKEN_SECONDS), DEFAULT_RENEWABLE_FOR)


async def _refuse_who_was_taken_out(services: Services, meeting: Meeting, user: str) -> None:
    """A token that anybody gets by asking would undo a removal: it holds while the session lives that it was from."""
    exclusion = await services.exclusions.find(meeting.key, user)
    if exclusion is None or exclusion.excluded_on < meeting.created_on:
        return
    if exclusion.banned:
        raise ParticipantBannedError
    active = await services.sessions.active(meeting.key)
    if active and active.started_on <= exclusion.excluded_on:
        raise ParticipantRemovedError


def _issued(services: Services, invitation: Invitation, lifetime: timedelta, renewable_for: timedelta) -> IssuedToken:
    token = services.join_tokens.issue(invitation, lifetime, renewable_for)
    url = meeting_url(services.settings.public_url, invitation.key.meeting)
    return IssuedToken(token=token.text, join_url=f"{url}#token={token.text}", expires_on=token.expires_on)
