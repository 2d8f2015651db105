"""What invitees do with the links that they were sent: come in, and want no more messages."""

from __future__ import annotations

from function_app.errors import InvitationInvalidError, ParticipantBannedError, ParticipantRemovedError
from function_app.invitees.documents import Invitee
from function_app.invitees.links import Addressee, InviteeLinks
from function_app.meetings.documents import Meeting
from function_app.notifications.port import ChannelName
from function_app.participants.tokens import Invitation
from function_app.stores.exclusions import ExclusionStore
from function_app.stores.invitees import InviteeStore
from function_app.stores.meetings import MeetingStore
from function_app.stores.outcomes import until_it_holds
from parley_protocol.grants import ROLE_GRANTS


class Acceptance:
    def __init__(
        self, links: InviteeLinks, invitees: InviteeStore, meetings: MeetingStore, exclusions: ExclusionStore
    ) -> None:
        self._links = links
        self._invitees = invitees
        self._meetings = meetings
        self._exclusions = exclusions

    async def accept(self, token: str) -> Invitation:
        """Whom the invitation lets in, as its invitee is now.

        Raises InvitationInvalidError, ParticipantRemovedError and ParticipantBannedError: somebody who was taken out
        comes in again only when the tenant has written the invitee anew since.
        """
        invitee, meeting = await self.addressed(token)
        exclusion = await self._exclusions.find(invitee.key, invitee.user)
        if exclusion and exclusion.excluded_on >= meeting.created_on:
            if exclusion.banned:
                raise ParticipantBannedError
            if exclusion.excluded_on >= invitee.updated_on:
                raise ParticipantRemovedError
        return Invitation(invitee.key, invitee.user, invitee.name, invitee.role, ROLE_GRANTS[invitee.role])

    async def addressed(self, token: str) -> tuple[Invitee, Meeting]:
        """Whose invitation it is, whether or not it lets that person in now. Raises InvitationInvalidError."""
        return await self._addressed(self._links.addressee(token))

    async def preference(self, token: str) -> tuple[Invitee, Meeting, ChannelName]:
        """Whose preference an unsubscribing link is about. Raises InvitationInvalidError."""
        addressee, channel = self._links.opting_out(token)
        return *await self._addressed(addressee), channel

    async def choose(self, token: str, *, wanted: bool) -> tuple[Invitee, Meeting, ChannelName]:
        """Ends messages by the link's channel, or has them again. Raises InvitationInvalidError."""

        async def attempt() -> tuple[Invitee, Meeting, ChannelName]:
            invitee, meeting, channel = await self.preference(token)
            if (channel in invitee.opted_out) is wanted:
                invitee = invitee.with_choice(channel, wanted=wanted)
                await self._invitees.replace(invitee)
            return invitee, meeting, channel

        return await until_it_holds(attempt)

    async def _addressed(self, addressee: Addressee) -> tuple[Invitee, Meeting]:
        meeting = await self._meetings.find(addressee.meeting)
        invitee = await self._invitees.read(addressee.meeting, addressee.document)
        if meeting is None or meeting.deleted_on or invitee is None or not _still(invitee, meeting, addressee):
            raise InvitationInvalidError
        return invitee, meeting


def _still(invitee: Invitee, meeting: Meeting, addressee: Addressee) -> bool:
    return invitee.is_of(meeting) and invitee.edition == addressee.edition
