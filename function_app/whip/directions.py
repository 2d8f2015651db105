"""Which node a WHIP or WHEP client's offer is for."""

from __future__ import annotations

import asyncio

from function_app.errors import MeetingNotFoundError, WhipNotSupportedError
from function_app.media.controller import MediaController
from function_app.media.nodes import Node
from function_app.media.providers.choice import MediaProviders
from function_app.media.providers.names import MediaProviderName
from function_app.participants.tokens import refuse_token_of_former_meeting
from function_app.stores.documents import MeetingKey
from function_app.stores.meetings import MeetingStore
from function_app.stores.sessions import SessionStore
from parley_protocol.grants import JoinClaims


class Directions:
    """Changes nothing: who comes to the node with the token joins there."""

    def __init__(
        self, meetings: MeetingStore, sessions: SessionStore, controller: MediaController, providers: MediaProviders
    ) -> None:
        self._meetings = meetings
        self._sessions = sessions
        self._controller = controller
        self._providers = providers

    async def node(self, claims: JoinClaims) -> Node:
        """The node that carries the meeting's session, or could begin one.

        Raises MeetingNotFoundError, TokenInvalidError, WhipNotSupportedError, NoNodeAvailableError and what the
        services behind raise.
        """
        key = MeetingKey(claims.tenant, claims.meeting)
        meeting, active = await asyncio.gather(self._meetings.find(key), self._sessions.active(key))
        if meeting is None or meeting.deleted_on:
            raise MeetingNotFoundError
        refuse_token_of_former_meeting(claims, meeting.created_on)
        chosen = meeting.settings
        choose, regions = self._providers.choose, self._providers.regions
        provider = active.media_provider if active else await choose(key.tenant, chosen.media_provider)
        if provider is not MediaProviderName.SFU:
            raise WhipNotSupportedError
        session = active.session_id if active else None
        return await self._controller.suggest(session, lambda: regions(key.tenant, chosen.regions))
