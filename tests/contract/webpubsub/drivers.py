"""One way to drive the synchronous and the asynchronous Python SDKs, so that each check runs against both."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Literal

from azure.messaging.webpubsubclient import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.aio import WebPubSubClient as AsyncWebPubSubClient
from azure.messaging.webpubsubclient.aio import WebPubSubClientCredential as AsyncWebPubSubClientCredential
from azure.messaging.webpubsubclient.models import CallbackType, WebPubSubProtocolType
from azure.messaging.webpubsubservice import WebPubSubServiceClient
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient as AsyncWebPubSubServiceClient

Flavour = Literal["sync", "aio"]
FLAVOURS: tuple[Flavour, ...] = ("sync", "aio")


class Service:
    """The service SDK in either flavour, without retries so that a failure shows at once."""

    def __init__(self, flavour: Flavour, connection_string: str, hub: str) -> None:
        kind = WebPubSubServiceClient if flavour == "sync" else AsyncWebPubSubServiceClient
        self._is_async = flavour == "aio"
        self._client: Any = kind.from_connection_string(connection_string, hub=hub, retry_total=0)

    async def call(self, operation: str, *arguments: Any, **options: Any) -> Any:
        method = getattr(self._client, operation)
        if self._is_async:
            return await method(*arguments, **options)
        return await asyncio.to_thread(method, *arguments, **options)

    async def members(self, group: str, **options: Any) -> list[Any]:
        """All members of a group, through the SDK's paging."""
        if self._is_async:
            return [member async for member in self._client.list_connections(group=group, **options)]
        return await asyncio.to_thread(lambda: list(self._client.list_connections(group=group, **options)))

    async def url(self, user: str, roles: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> str:
        token = await self.call("get_client_access_token", user_id=user, roles=list(roles), groups=list(groups))
        return str(token["url"])

    async def close(self) -> None:
        await self.call("close")


class Client:
    """The client SDK in either flavour; it keeps what it is told in `heard`."""

    def __init__(self, flavour: Flavour, url: str, *, reliable: bool = True, reconnects: int = 0) -> None:
        self._is_async = flavour == "aio"
        options: dict[str, Any] = {
            "protocol_type": WebPubSubProtocolType.JSON_RELIABLE if reliable else WebPubSubProtocolType.JSON,
            "message_retry_total": 0,
            "reconnect_retry_total": reconnects,
            # The synchronous SDK misses what comes before it starts to wait, and looks again only at the timeout.
            "ack_timeout": 2 if flavour == "sync" else 10,
            "start_timeout": 2 if flavour == "sync" else 10,
        }
        self.heard: list[tuple[str, Any]] = []
        self._first_socket: socket.socket | None = None
        if self._is_async:
            self.sdk: Any = AsyncWebPubSubClient(AsyncWebPubSubClientCredential(url), **options)
        else:
            self.sdk = WebPubSubClient(WebPubSubClientCredential(url), **options)

    async def open(self) -> "Client":
        await self._subscribe(CallbackType.GROUP_MESSAGE, lambda event: ("group", event))
        await self._subscribe(CallbackType.SERVER_MESSAGE, lambda event: ("server", event))
        await self._subscribe(CallbackType.DISCONNECTED, lambda event: ("disconnected", event))
        await self._subscribe(CallbackType.CONNECTED, lambda event: ("connected", event))
        await self.call("open")
        if not self._is_async:
            self._first_socket = self.sdk._ws.sock.sock
        return self

    async def call(self, operation: str, *arguments: Any, **options: Any) -> Any:
        method = getattr(self.sdk, operation)
        if self._is_async:
            return await method(*arguments, **options)
        return await asyncio.to_thread(method, *arguments, **options)

    def of_kind(self, kind: str) -> list[Any]:
        return [event for heard_kind, event in list(self.heard) if heard_kind == kind]

    def data(self, kind: str) -> list[Any]:
        """The data of every message of a kind, bytes for binary ones."""
        data = [event.data for event in self.of_kind(kind)]
        return [bytes(item) if isinstance(item, memoryview) else item for item in data]

    async def lose_socket(self) -> None:
        """Cuts the TCP connection under the SDK's feet."""
        if self._first_socket is None:
            self.sdk._ws.sock._response.connection.transport.abort()
        else:
            self._first_socket.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Closes the SDK client, and the socket that the synchronous one forgets when it loses it."""
        await self.call("close")
        if self._first_socket is not None:
            self._first_socket.close()

    async def _subscribe(self, kind: CallbackType, describe: Callable[[Any], tuple[str, Any]]) -> None:
        if self._is_async:

            async def listen(event: Any) -> None:
                self.heard.append(describe(event))

            await self.sdk.subscribe(kind, listen)
        else:
            self.sdk.subscribe(kind, lambda event: self.heard.append(describe(event)))
