"""Access key and the JSON Web Tokens it signs.

Source: https://learn.microsoft.com/rest/api/webpubsub/#authenticate-via-azure-web-pubsub-service-accesskey
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt

from local_azure.webpubsub.errors import RequestError

_ALGORITHM = "HS256"
_MIN_KEY_BYTES = 32
_GROUP_CLAIM = "webpubsub.group"


@dataclass(frozen=True)
class ClientIdentity:
    """Who a client access token speaks for. A client without a token has the empty one."""

    user_id: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    claims: Mapping[str, list[str]] | None = None


class AccessKey:
    """The key shared by the service, the SDKs and the upstream. Raises ValueError on a key that HS256 forbids."""

    def __init__(self, key: str) -> None:
        if len(key.encode()) < _MIN_KEY_BYTES:
            raise ValueError(f"the access key must have at least {_MIN_KEY_BYTES} bytes (RFC 7518, 3.2)")
        self._primary = key
        # The real service signs with two keys and a handler that knows one must accept either.
        self._secondary = secrets.token_urlsafe(_MIN_KEY_BYTES)

    def identify_client(self, token: str, path: str, origins: Iterable[str]) -> ClientIdentity:
        """The identity in a client access token. Raises RequestError 401 unless it is valid for this URL."""
        claims = self._verify(token, path, origins)
        user_id = claims.get("sub")
        return ClientIdentity(
            user_id=user_id if isinstance(user_id, str) and user_id else None,
            roles=_strings(claims, "role"),
            groups=_strings(claims, _GROUP_CLAIM),
            claims={name: _printed(value) for name, value in claims.items()},
        )

    def authorise_request(self, token: str, path: str, origins: Iterable[str]) -> None:
        """Raises RequestError 401 unless the token of a REST request is valid for this URL."""
        self._verify(token, path, origins)

    def issue_client_token(
        self, audience: str, *, user_id: str | None, roles: list[str], groups: list[str], minutes: int
    ) -> str:
        """A client access token, as the `:generateToken` operation returns it."""
        claims: dict[str, Any] = {"aud": audience, "exp": int(time.time()) + 60 * minutes}
        if user_id is not None:
            claims["sub"] = user_id
        if roles:
            claims["role"] = roles
        if groups:
            claims[_GROUP_CLAIM] = groups
        return jwt.encode(claims, self._primary, algorithm=_ALGORITHM)

    def signatures(self, connection_id: str) -> str:
        """The `ce-signature` attribute: HMAC-SHA256 of the connection id under both keys, primary first."""
        keys = (self._primary, self._secondary)
        return ",".join(
            "sha256=" + hmac.new(key.encode(), connection_id.encode(), hashlib.sha256).hexdigest() for key in keys
        )

    def _verify(self, token: str, path: str, origins: Iterable[str]) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._primary,
                algorithms=[_ALGORITHM],
                options={"require": ["exp", "aud"], "verify_aud": False},
            )
        # Besides its own errors, PyJWT lets through what hostile JSON in the header raises.
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise RequestError(401, "Unauthorized", f"The token is not valid: {error}") from error
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not any(isinstance(audience, str) and _is_for(audience, path, origins) for audience in audiences):
            raise RequestError(401, "Unauthorized", "The token is for another audience.")
        return claims


def _is_for(audience: str, path: str, origins: Iterable[str]) -> bool:
    """Whether an audience names this URL. The query and a trailing slash do not count, nor how a path is escaped."""
    try:
        url = urlsplit(audience)
    except ValueError:
        return False
    origin = f"{url.scheme}://{url.netloc}".lower()
    same_path = unquote(url.path).rstrip("/") == unquote(path).rstrip("/")
    return same_path and any(origin == allowed.lower() for allowed in origins)


def _strings(claims: dict[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise RequestError(401, "Unauthorized", f"The claim {name} must be a string or a list of strings.")
    return tuple(values)


def _printed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
