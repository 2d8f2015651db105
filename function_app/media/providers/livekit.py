"""LiveKit as a media provider, through its own client.

A session is the room of the same name, which its access tokens name (docs.livekit.io/home/get-started/authentication).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from livekit.api import AccessToken, LiveKitAPI, TwirpError, TwirpErrorCode, VideoGrants
from livekit.protocol.room import CreateRoomRequest, DeleteRoomRequest, RoomParticipantIdentity

from function_app.errors import MediaProviderUnavailableError
from function_app.media.controller import FindRegions, anywhere
from function_app.media.providers.names import MediaProviderName
from function_app.media.providers.port import FindParticipant, LiveKitAdmission, LiveKitEntry
from function_app.participants.documents import Participant
from function_app.timestamps import Clock
from parley_protocol.grants import Grants, Source

TOKEN_LASTS = timedelta(minutes=10)
"""To connect with; LiveKit itself renews the token of whoever is connected."""
_EMPTY_FOR_SECONDS = 300
_SOURCES = {
    Source.CAMERA: "camera",
    Source.MICROPHONE: "microphone",
    Source.SCREEN: "screen_share",
    Source.SCREEN_AUDIO: "screen_share_audio",
}

_logger = logging.getLogger("parley.media")


class LiveKitProvider:
    def __init__(self, url: str, api_key: str, api_secret: str, timeout: float, clock: Clock) -> None:
        self._url = url
        self._api_key = api_key
        self._api_secret = api_secret
        self._timeout = timeout
        self._clock = clock
        self._client: LiveKitAPI | None = None

    async def place(
        self,
        session: str,
        room: str | None,
        at_node: str | None = None,
        find_regions: FindRegions = anywhere,
    ) -> LiveKitPlace:
        if room is None:
            request = CreateRoomRequest(name=session, empty_timeout=_EMPTY_FOR_SECONDS)
            async with self._operation() as client:
                await client.room.create_room(request)
            _logger.info("room opened provider=livekit session=%s", session)
            return LiveKitPlace(self, session, is_new=True)
        return LiveKitPlace(self, room)

    async def close_room(self, session: str, room: str | None) -> None:
        async with self._operation() as client:
            try:
                await client.room.delete_room(DeleteRoomRequest(room=room or session))
            except TwirpError as error:
                if error.code != TwirpErrorCode.NOT_FOUND:
                    raise

    async def expel(self, participant: Participant, room: str | None) -> None:
        """The server disconnects it. A token that it has not used yet dies within TOKEN_LASTS."""
        request = RoomParticipantIdentity(room=room or participant.session_id, identity=participant.id)
        async with self._operation() as client:
            try:
                await client.room.remove_participant(request)
            except TwirpError as error:
                if error.code != TwirpErrorCode.NOT_FOUND:
                    raise

    def entry(self, room: str, participant: Participant) -> LiveKitEntry:
        """Signed here, without asking the server."""
        token = AccessToken(self._api_key, self._api_secret).with_identity(participant.id).with_name(participant.name)
        token.with_ttl(TOKEN_LASTS).with_grants(_video_grants(room, participant.grants))
        return LiveKitEntry(
            url=self._url,
            room=room,
            access_token=token.to_jwt(),
            access_token_expires_on=self._clock() + TOKEN_LASTS,
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.aclose()

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[LiveKitAPI]:
        # Made here and not before: it needs a running event loop.
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._client = LiveKitAPI(self._url, self._api_key, self._api_secret, timeout=timeout)
        try:
            async with asyncio.timeout(self._timeout):
                yield self._client
        except (TwirpError, aiohttp.ClientError, TimeoutError, OSError) as error:
            _logger.warning("livekit unavailable error=%s", type(error).__name__)
            raise MediaProviderUnavailableError from error


@dataclass(frozen=True)
class LiveKitPlace:
    """A room of LiveKit."""

    provider: LiveKitProvider
    room: str
    is_new: bool = False
    node: str = MediaProviderName.LIVEKIT
    is_full: bool = False

    async def prepare(self) -> None:
        """Nothing: a room can be joined from the moment it is made."""

    async def user_for(self, find: FindParticipant) -> None:
        return None

    async def admit(self, participant: Participant) -> LiveKitAdmission:
        return LiveKitAdmission(livekit=self.provider.entry(self.room, participant))

    async def discard(self) -> None:
        if not self.is_new:
            return
        try:
            await self.provider.close_room(self.room, self.room)
        except MediaProviderUnavailableError:
            _logger.info("room left to its end provider=livekit room=%s", self.room)


def _video_grants(room: str, grants: Grants) -> VideoGrants:
    return VideoGrants(
        room_join=True,
        room=room,
        room_admin=grants.moderate or None,
        can_publish=bool(grants.publish),
        can_publish_sources=[_SOURCES[source] for source in grants.publish] or None,
        can_subscribe=grants.subscribe,
        can_publish_data=grants.chat,
    )
