"""Fetches what issuers publish, beside the event loop's other work and never for long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

_SECONDS = 4
_MAXIMUM_BYTES = 256 * 1024
_CHUNK_BYTES = 16 * 1024


class JsonFetcher:
    """One HTTP session, opened at the first use. Redirects are not followed, proxies and cookies not used."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def __call__(self, url: str) -> Any:
        """The JSON there. Raises OSError when it cannot be had in time, and ValueError when it is none or too long."""
        # Imported where it is needed: indexing the functions needs no HTTP client.
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._session.get(url, allow_redirects=False, raise_for_status=True) as response:
                return json.loads(await _body(response))
        except aiohttp.ClientError as error:
            raise OSError(f"{url} cannot be read: {type(error).__name__}") from error

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()


async def _body(response: ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > _MAXIMUM_BYTES:
            raise ValueError("the answer is too long")
    return body
