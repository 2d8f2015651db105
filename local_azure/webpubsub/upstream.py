"""Calls the event handlers of the hubs, once each has shown that it wants the events."""

import io
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from local_azure.webpubsub.cloud_events import CloudEvent, ConnectAnswer
from local_azure.webpubsub.connection import Connection
from local_azure.webpubsub.errors import UpstreamError, UpstreamFailedError, UpstreamRefusedError
from local_azure.webpubsub.limits import Limits
from local_azure.webpubsub.messages import Payload
from local_azure.webpubsub.tokens import AccessKey

SYSTEM_EVENTS = frozenset({"connect", "connected", "disconnected"})
_BINARY = "application/octet-stream"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes


class Upstream:
    """The event handlers by hub. A URL may hold `{hub}` and `{event}`, as in the settings of the real service.

    Handlers get all user events, and those system events that are named: `connect` holds a client back until it is
    answered, so who does not need it leaves it out.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        key: AccessKey,
        public_origin: str,
        limits: Limits,
        system_events: Collection[str] = SYSTEM_EVENTS,
    ) -> None:
        self._urls = dict(urls)
        self._system_events = frozenset(system_events)
        self._key = key
        self._origin = urlsplit(public_origin).netloc
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None
        self._validated: set[str] = set()

    async def open(self) -> None:
        """Gets ready to call. No bound on sockets: a connection never has more than two calls under way."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=self._limits.upstream_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Drops every call under way."""
        if self._session is not None:
            await self._session.close()

    def handles(self, hub_name: str) -> bool:
        """Whether the hub has an event handler."""
        return hub_name in self._urls

    async def connect(self, connection: Connection, request: Mapping[str, Any]) -> ConnectAnswer:
        """Asks whether a client may connect. Raises UpstreamRefusedError on 4xx, UpstreamFailedError on the rest."""
        if not self._reports(connection, "connect"):
            return ConnectAnswer()
        answer = await self._post(connection, CloudEvent.system("connect", json.dumps(request).encode()))
        self._keep_state(connection, answer)
        return ConnectAnswer.parse(answer.body)

    async def user_event(self, connection: Connection, event: str, payload: Payload) -> Payload | None:
        """Passes on an event of a client and returns what to tell the client, if anything. Raises UpstreamError."""
        if not self.handles(connection.hub_name):
            return None
        answer = await self._post(connection, CloudEvent("user", event, payload.content_type, payload.content))
        self._keep_state(connection, answer)
        if answer.status == HTTPStatus.NO_CONTENT or not answer.body:
            return None
        try:
            return Payload.from_body(answer.content_type, answer.body)
        except KeyError:
            return Payload.from_body(_BINARY, answer.body)
        except ValueError as error:
            raise UpstreamFailedError(f"the answer is not {answer.content_type}") from error

    async def follow(self, connection: Connection) -> None:
        """Reports that a client is connected and, once its session has ended, that it is disconnected."""
        if self._reports(connection, "connected"):
            await self._report(connection, CloudEvent.system("connected", b"{}"))
        await connection.ended.wait()
        if self._reports(connection, "disconnected"):
            reason = json.dumps({"reason": connection.end_reason}).encode()
            await self._report(connection, CloudEvent.system("disconnected", reason))

    def _reports(self, connection: Connection, event: str) -> bool:
        return self.handles(connection.hub_name) and event in self._system_events

    async def _report(self, connection: Connection, event: CloudEvent) -> None:
        try:
            await self._post(connection, event)
        except UpstreamError as error:
            _logger.warning("hub %s: event %s was not delivered: %s", connection.hub_name, event.name, error)

    async def _post(self, connection: Connection, event: CloudEvent) -> _Answer:
        template = self._urls[connection.hub_name]
        url = template.replace("{hub}", connection.hub_name).replace("{event}", quote(event.name, safe=""))
        headers = event.headers(connection, self._origin, self._key.signatures(connection.id))
        await self._validate(url)
        answer = await self._call("POST", url, headers, event.body)
        if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UpstreamRefusedError(answer.status, answer.body, answer.content_type)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise UpstreamFailedError(f"the upstream answered {answer.status}")
        return answer

    async def _validate(self, url: str) -> None:
        """The abuse protection of CloudEvents: no event goes to a URL that has not asked for it.

        Source: https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection
        """
        if url in self._validated:
            return
        headers = {"WebHook-Request-Origin": self._origin, "ce-awpsversion": "1.0"}
        answer = await self._call("OPTIONS", url, headers)
        allowed = {origin.strip() for origin in answer.headers.get("WebHook-Allowed-Origin", "").split(",")}
        if answer.status != HTTPStatus.OK or not allowed & {"*", self._origin}:
            raise UpstreamFailedError(f"{url} does not allow events from {self._origin}")
        self._validated.add(url)

    async def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> _Answer:
        if self._session is None:
            raise UpstreamFailedError("the emulator is not running")
        try:
            async with self._session.request(
                method, url, headers=headers, data=io.BytesIO(body), allow_redirects=False
            ) as response:
                return _Answer(response.status, response.headers, response.content_type, await self._read(response))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise UpstreamFailedError(f"{url} cannot be called: {error!r}") from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The whole body; one that is bigger than a message may be is no answer."""
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > self._limits.message_bytes:
                raise UpstreamFailedError("the answer is bigger than a message may be")
        return bytes(content)

    @staticmethod
    def _keep_state(connection: Connection, answer: _Answer) -> None:
        """Only blocking events may change the state that the upstream keeps with a connection."""
        state = answer.headers.get("ce-connectionState")
        if state is not None:
            connection.upstream_state = state
