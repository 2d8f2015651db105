"""The keys of an issuer of tokens, as it publishes them (OpenID Connect Discovery 1.0, RFC 7517).

They are fetched at the first token and kept. A token that names an unknown key makes us ask again, though not more
often than every half a minute, so that made-up names cost the issuer nothing; and once an hour they are fetched anew
beside the requests. While the issuer is down, the keys that are known go on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pydantic import BaseModel, Field

from function_app.errors import IssuerUnavailableError

ALGORITHM = "RS256"
REFRESH_SECONDS = 3600.0
PAUSE_SECONDS = 30.0
"""The least time from one successful fetch to the next."""
PAUSE_AFTER_FAILURE_SECONDS = 2.0
_DISCOVERY = "/.well-known/openid-configuration"
_MINIMUM_BITS = 2048

_logger = logging.getLogger("parley.directories")

Fetch = Callable[[str], Awaitable[Any]]
"""The JSON at a URL. Raises OSError or ValueError."""


@dataclass(frozen=True)
class IssuerKey:
    public: RSAPublicKey
    issuer: str | None
    """Whose tokens it may sign, where several issuers publish together; Entra ID says it of each key."""


@dataclass(frozen=True)
class Published:
    """What an issuer says of itself."""

    issuer: str
    """The `iss` of its tokens; with `{tenantid}` in it where each directory has one of its own."""
    keys: Mapping[str, IssuerKey]
    """By `kid`."""


class _Discovery(BaseModel):
    issuer: str
    jwks_uri: str = Field(pattern="^https?://")


class _KeySet(BaseModel):
    keys: list[dict[str, Any]] = Field(max_length=100)


class IssuerKeys:
    """`authority` is the URL below which the issuer has its discovery document."""

    def __init__(self, authority: str, fetch: Fetch, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._authority = authority.rstrip("/")
        self._fetch = fetch
        self._monotonic = monotonic
        self._published: Published | None = None
        self._fetched_at = 0.0
        self._ask_again_at = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> tuple[str, IssuerKey] | None:
        """The issuer, and its key of that name. Raises IssuerUnavailableError while nothing is known of it."""
        if self._published is None or key_id not in self._published.keys:
            await self._asked()
        elif self._monotonic() - self._fetched_at >= REFRESH_SECONDS:
            self._ask()
        if self._published is None:
            raise IssuerUnavailableError
        key = self._published.keys.get(key_id)
        return (self._published.issuer, key) if key else None

    async def settled(self) -> None:
        """Waits for the fetch that is under way."""
        if self._asking:
            await self._asking

    async def _asked(self) -> None:
        asking = self._ask()
        if asking:
            # Whoever waits for it may go away; the others who wait still want the answer.
            await asyncio.shield(asking)

    def _ask(self) -> asyncio.Task[None] | None:
        """The one fetch that is under way, or begins; None when the last was too short a time ago."""
        if self._asking and not self._asking.done():
            return self._asking
        if self._monotonic() < self._ask_again_at:
            return None
        self._asking = asyncio.get_running_loop().create_task(self._take())
        return self._asking

    async def _take(self) -> None:
        try:
            self._published = await self._published_now()
            self._fetched_at = self._monotonic()
            self._ask_again_at = self._fetched_at + PAUSE_SECONDS
        except (OSError, ValueError) as error:
            self._ask_again_at = self._monotonic() + PAUSE_AFTER_FAILURE_SECONDS
            _logger.warning("no keys from authority=%s error=%s", self._authority, type(error).__name__)

    async def _published_now(self) -> Published:
        discovery = _Discovery.model_validate(await self._fetch(self._authority + _DISCOVERY))
        listed = _KeySet.model_validate(await self._fetch(discovery.jwks_uri)).keys
        return Published(discovery.issuer, {name: key for name, key in map(_read, listed) if name and key})


def _read(members: Mapping[str, Any]) -> tuple[str | None, IssuerKey | None]:
    """A key that signs tokens, by its name; what is none, or too weak, is left out."""
    name, issuer = members.get("kid"), members.get("issuer")
    if not isinstance(name, str) or members.get("kty") != "RSA" or members.get("use", "sig") != "sig":
        return None, None
    try:
        public = jwt.PyJWK(dict(members), ALGORITHM).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None, None
    if not isinstance(public, RSAPublicKey) or public.key_size < _MINIMUM_BITS:
        return None, None
    return name, IssuerKey(public, issuer if isinstance(issuer, str) else None)
