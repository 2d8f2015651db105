"""Azure Communication Services Rooms as a media provider, through Microsoft's own clients.

A session is a room, open for as long as a session may last; a participant is a communication user, a member of the
room with a role (learn.microsoft.com/azure/communication-services/concepts/rooms/room-concept).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.communication.identity import CommunicationTokenScope
from azure.communication.identity import CommunicationUserIdentifier as User
from azure.communication.identity.aio import CommunicationIdentityClient
from azure.communication.rooms import CommunicationUserIdentifier as RoomUser
from azure.communication.rooms import ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ResourceNotFoundError

from function_app.errors import MediaProviderUnavailableError
from function_app.media.controller import FindRegions, anywhere
from function_app.media.providers.names import LASTS_ELSEWHERE, MediaProviderName
from function_app.media.providers.port import AcsAdmission, AcsEntry, FindParticipant
from function_app.participants.documents import Participant
from function_app.timestamps import Clock
from parley_protocol.grants import Grants, Source

_CONNECT_SECONDS = 2
_RETRIES = 2
_FIRST_DELAY_SECONDS = 0.2

_logger = logging.getLogger("parley.media")


class AcsProvider:
    def __init__(
        self, endpoint: str, credential: AzureKeyCredential | AsyncTokenCredential, timeout: float, clock: Clock
    ) -> None:
        patience = {
            "connection_timeout": _CONNECT_SECONDS,
            "read_timeout": timeout,
            "retry_total": _RETRIES,
            "retry_backoff_factor": _FIRST_DELAY_SECONDS,
        }
        self._credential = credential
        self._rooms = RoomsClient(endpoint, credential, **patience)
        self._identities = CommunicationIdentityClient(endpoint, credential, **patience)
        self._clock = clock

    async def place(
        self,
        session: str,
        room: str | None,
        at_node: str | None = None,
        find_regions: FindRegions = anywhere,
    ) -> AcsPlace:
        if room is None:
            return AcsPlace(self, session, await self._open_room(session), is_new=True)
        return AcsPlace(self, session, room)

    async def close_room(self, session: str, room: str | None) -> None:
        if room is None:
            return
        async with _operation():
            try:
                await self._rooms.delete_room(room)
            except ResourceNotFoundError:
                return
        _logger.info("room closed provider=acs session=%s room=%s", session, room)

    async def expel(self, participant: Participant, room: str | None) -> None:
        """The user is a member no more and its tokens are revoked; the service ends its calls when it hears of that."""
        user = participant.provider_user
        if room is None or user is None:
            return
        async with _operation():
            try:
                await self._rooms.remove_participants(room_id=room, participants=[RoomUser(user)])
                await self._identities.revoke_tokens(User(user))
            except ResourceNotFoundError:
                return
        _logger.info("expelled provider=acs participant=%s room=%s", participant.id, room)

    async def new_user(self) -> str:
        """A communication user's id."""
        async with _operation():
            user = await self._identities.create_user()
        return str(user.raw_id)

    async def add(self, room: str, user: str, grants: Grants) -> AcsAdmission:
        """The user becomes a member of the room, or gets the role that the grants come to now."""
        member = RoomParticipant(communication_identifier=RoomUser(user), role=_role(grants))
        async with _operation():
            await self._rooms.add_or_update_participants(room_id=room, participants=[member])
            token = await self._identities.get_token(User(user), [CommunicationTokenScope.VOIP_JOIN])
        entry = AcsEntry(
            room_id=room,
            user_id=user,
            user_token=token.token,
            user_token_expires_on=_moment(token.expires_on),
        )
        return AcsAdmission(acs=entry)

    async def close(self) -> None:
        await self._rooms.close()
        await self._identities.close()
        if isinstance(self._credential, AsyncTokenCredential):
            await self._credential.close()

    async def _open_room(self, session: str) -> str:
        now = self._clock()
        async with _operation():
            room = await self._rooms.create_room(valid_from=now, valid_until=now + LASTS_ELSEWHERE)
        _logger.info("room opened provider=acs session=%s room=%s", session, room.id)
        return str(room.id)


@dataclass(frozen=True)
class AcsPlace:
    """A room of Azure Communication Services."""

    provider: AcsProvider
    session: str
    room: str
    is_new: bool = False
    node: str = MediaProviderName.ACS
    is_full: bool = False

    async def prepare(self) -> None:
        """Nothing: a room can be joined from the moment it is made."""

    async def user_for(self, find: FindParticipant) -> str:
        known = await find()
        return (known and known.provider_user) or await self.provider.new_user()

    async def admit(self, participant: Participant) -> AcsAdmission:
        if participant.provider_user is None:
            raise LookupError(f"participant {participant.id} has no communication user")
        return await self.provider.add(self.room, participant.provider_user, participant.grants)

    async def discard(self) -> None:
        if not self.is_new:
            return
        try:
            await self.provider.close_room(self.session, self.room)
        except MediaProviderUnavailableError:
            _logger.info("room left to its end provider=acs room=%s", self.room)


def _role(grants: Grants) -> ParticipantRole:
    """Presenters may share screens and mute others; consumers only watch and listen."""
    if grants.moderate or Source.SCREEN in grants.publish:
        return ParticipantRole.PRESENTER
    return ParticipantRole.ATTENDEE if grants.publish else ParticipantRole.CONSUMER


def _moment(expires_on: datetime | float | str) -> datetime:
    """What the client answers is typed as seconds since the epoch, and is the service's RFC 3339 text or a datetime."""
    if isinstance(expires_on, datetime):
        return expires_on if expires_on.tzinfo else expires_on.replace(tzinfo=UTC)
    if isinstance(expires_on, str):
        return datetime.fromisoformat(expires_on)
    return datetime.fromtimestamp(expires_on, UTC)


@asynccontextmanager
async def _operation() -> AsyncIterator[None]:
    try:
        yield
    except (AzureError, TimeoutError, OSError) as error:
        _logger.warning("acs unavailable error=%s status=%s", type(error).__name__, getattr(error, "status_code", None))
        raise MediaProviderUnavailableError from error
