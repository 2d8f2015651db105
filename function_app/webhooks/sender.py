"""Sends one message to a webhook and says what became of it. Nothing that a receiver does is raised or waited for
long. A redirect is not followed and a body is not read; cookies and proxies are not used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from socket import socket

import aiohttp
from aiohttp.abc import AbstractResolver

from function_app.webhooks.addresses import AddressInfo, ForbiddenAddressError
from function_app.webhooks.outcomes import Failure, Outcome

USER_AGENT = "Parley-Webhooks/1.0"
_CONNECT_SECONDS = 5
_CONNECTIONS_KEPT_SECONDS = 30
_LONGEST_RETRY_AFTER = timedelta(hours=8)


class WebhookSender:
    """`make_socket` opens the socket to an address, or raises ForbiddenAddressError. The resolver is closed with it."""

    def __init__(
        self,
        timeout_seconds: float,
        make_socket: Callable[[AddressInfo], socket],
        resolver: AbstractResolver,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_seconds, sock_connect=min(_CONNECT_SECONDS, timeout_seconds)
        )
        self._make_socket = make_socket
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        began = time.monotonic()
        failure, status, retry_after = await self._post(url, headers, body)
        return Outcome(failure, status, timedelta(seconds=time.monotonic() - began), retry_after)

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None
        await self._resolver.close()

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Failure | None, int | None, timedelta]:
        try:
            async with self._open_session().post(url, data=body, headers=headers, allow_redirects=False) as response:
                return _judge(response.status), response.status, _retry_after(response.headers)
        except TimeoutError:
            return Failure.TIMED_OUT, None, timedelta()
        except aiohttp.ClientSSLError:
            return Failure.TLS_FAILED, None, timedelta()
        except aiohttp.ClientConnectorError as error:
            forbidden = isinstance(error.os_error, ForbiddenAddressError)
            return Failure.ADDRESS_NOT_ALLOWED if forbidden else Failure.UNREACHABLE, None, timedelta()
        except aiohttp.InvalidURL:
            return Failure.ADDRESS_NOT_ALLOWED, None, timedelta()
        except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError):
            return Failure.INVALID_ANSWER, None, timedelta()
        except (aiohttp.ClientError, OSError, ValueError):
            return Failure.UNREACHABLE, None, timedelta()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,  # Lanes bound how much is under way.
                    keepalive_timeout=_CONNECTIONS_KEPT_SECONDS,
                    resolver=self._resolver,
                    socket_factory=self._make_socket,
                    loop=asyncio.get_running_loop(),
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT},
                auto_decompress=False,
            )
        return self._session


def _judge(status: int) -> Failure | None:
    if status == HTTPStatus.GONE:
        return Failure.GONE
    match status // 100:
        case 2:
            return None
        case 3:
            return Failure.REDIRECTED
        case _:
            return Failure.REFUSED


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """The header Retry-After in its form of seconds; zero for none and for any other."""
    text = headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return timedelta()
    return min(timedelta(seconds=int(text)), _LONGEST_RETRY_AFTER)
