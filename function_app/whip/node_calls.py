"""Brings one request to a node's HTTP side, inside the network, and reads its answer: never for long, never much."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import IPvAnyNetwork

from function_app.errors import NodeUnavailableError, NoNodeAvailableError
from function_app.media.nodes import Node

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
PROBLEM = "application/problem+json"

MAXIMUM_ANSWER_BYTES = 256 * 1024
_CHUNK_BYTES = 16 * 1024
_CONNECT_SECONDS = 2
_ANSWER_HEADERS = ("ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "x-ms-error-code")
_ANSWER_TYPES = frozenset({SDP, FRAGMENT, PROBLEM})
"""What a browser would take for a page of ours is passed on from nowhere."""

_logger = logging.getLogger("parley.whip")


@dataclass(frozen=True, slots=True)
class NodeRequest:
    """A client's request, as the node is to get it."""

    method: str
    path: str
    """Percent-encoded."""
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """What of a node's answer the client gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    content_type: str | None = None


class NodeCalls:
    """One HTTP session, opened at the first use. Redirects are not followed, proxies and cookies not used.

    Nodes say themselves where they are, so none is called outside of `networks`.
    """

    def __init__(self, networks: Sequence[IPvAnyNetwork], timeout_seconds: float) -> None:
        self._networks = networks
        self._timeout_seconds = timeout_seconds
        self._session: ClientSession | None = None

    async def send(self, node: Node, request: NodeRequest) -> NodeAnswer:
        """Raises NoNodeAvailableError for a node that cannot be called, and NodeUnavailableError for what it does."""
        # Imported where they are needed: indexing the functions needs no HTTP client.
        import aiohttp
        from yarl import URL

        url = URL(f"{self._origin(node)}{request.path}", encoded=True)
        try:
            async with self._open_session().request(
                request.method, url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                return await _read(response)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            _logger.warning("node does not answer node=%s: %s", node.id, str(error) or type(error).__name__)
            raise NodeUnavailableError from error

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    def _origin(self, node: Node) -> str:
        address = node.http_address
        if address is None:
            raise NoNodeAvailableError("The node of the session takes no WHIP or WHEP.")
        if not any(address.ip in network for network in self._networks):
            _logger.warning("node is outside of PARLEY_NODE_NETWORKS node=%s address=%s", node.id, address.ip)
            raise NoNodeAvailableError("The node of the session cannot be reached.")
        return address.origin

    def _open_session(self) -> ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                # A connection for each: one that was kept may be closed by the node just when the next offer comes.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(
                    total=self._timeout_seconds, sock_connect=min(_CONNECT_SECONDS, self._timeout_seconds)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Content-Type"),
            )
        return self._session


async def _read(response: ClientResponse) -> NodeAnswer:
    """Raises ValueError for what is no answer of a node."""
    if response.status < HTTPStatus.OK or HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
        raise ValueError(f"it answers {response.status}")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAXIMUM_ANSWER_BYTES:
            raise ValueError(f"its answer is over {MAXIMUM_ANSWER_BYTES} bytes")
    if body and response.content_type not in _ANSWER_TYPES:
        raise ValueError(f"its answer is {response.content_type}")
    headers = {name: response.headers[name] for name in _ANSWER_HEADERS if name in response.headers}
    return NodeAnswer(response.status, headers, bytes(body), response.content_type if body else None)
