"""What the control plane does on Web PubSub. URLs are signed here, without asking the service, where there is a key."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from function_app.errors import SignallingUnavailableError
from function_app.transport import direct_transport
from parley_protocol.addresses import (
    HUB,
    NODE_ROLES,
    ParticipantAddress,
    node_group,
    participant_group,
    participant_roles,
    session_group,
)
from parley_protocol.wire import Wire

_URL_MINUTES = 10
"""How long a URL may be used to connect; a connection, once made, lives on."""
_CONNECT_SECONDS = 2
_RETRIES = 2
_FIRST_DELAY_SECONDS = 0.2

_logger = logging.getLogger("parley.signalling")


class Signalling:
    """Every method raises SignallingUnavailableError when the service does not do it in time."""

    def __init__(self, endpoint: str, credential: AzureKeyCredential | AsyncTokenCredential, timeout: float) -> None:
        self._credential = credential
        self._timeout = timeout
        self._client = WebPubSubServiceClient(
            endpoint,
            HUB,
            credential,
            transport=direct_transport(connection_timeout=_CONNECT_SECONDS, read_timeout=timeout),
            retry_total=_RETRIES,
            retry_backoff_factor=_FIRST_DELAY_SECONDS,
        )

    async def participant_url(self, address: ParticipantAddress) -> str:
        """Where the participant's client connects; its groups and what it may send are in the token."""
        groups = [session_group(address.session), participant_group(address.participant)]
        return await self._url(str(address), participant_roles(address.session), groups)

    async def waiting_url(self, address: ParticipantAddress) -> str:
        """Where somebody in the lobby connects: it hears what concerns itself, and says nothing."""
        return await self._url(str(address), (), [participant_group(address.participant)])

    async def node_url(self, node: str, sessions: Iterable[str]) -> str:
        """Where the node connects, listening to these sessions."""
        return await self._url(node, NODE_ROLES, [node_group(session) for session in sessions])

    async def listen(self, node: str, session: str) -> None:
        """Makes the node's present connections listen to the session."""
        async with self._operation():
            await self._client.add_user_to_group(node_group(session), node)

    async def stop_listening(self, node: str, session: str) -> None:
        """Makes the node's present connections hear the session no more."""
        async with self._operation():
            await self._client.remove_user_from_group(node_group(session), node)

    async def is_connected(self, address: ParticipantAddress) -> bool:
        """Whether the participant has a connection now."""
        async with self._operation():
            exists = await self._client.user_exists(str(address))
        return bool(exists)

    async def send(self, group: str, message: Wire) -> None:
        content = message.model_dump(mode="json", by_alias=True, exclude_none=True)
        async with self._operation():
            await self._client.send_to_group(group, content, content_type="application/json")

    async def close_connections(self, address: ParticipantAddress, reason: str) -> None:
        """Closes every connection of the participant."""
        async with self._operation():
            await self._client.close_user_connections(str(address), reason=reason)

    async def check(self) -> None:
        """Asks something of the service that changes nothing."""
        async with self._operation():
            await self._client.group_exists("nobody")

    async def close(self) -> None:
        await self._client.close()
        if isinstance(self._credential, AsyncTokenCredential):
            await self._credential.close()

    async def _url(self, user: str, roles: Iterable[str], groups: list[str]) -> str:
        async with self._operation():
            token = await self._client.get_client_access_token(
                user_id=user, roles=list(roles), groups=groups, minutes_to_expire=_URL_MINUTES
            )
        return str(token["url"])

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except (AzureError, TimeoutError, OSError) as error:
            _logger.warning("web pubsub unavailable error=%s", type(error).__name__)
            raise SignallingUnavailableError from error
