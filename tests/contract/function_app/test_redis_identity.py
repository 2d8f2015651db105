"""Redis is shown the token of an identity, under the identity's name."""

import time

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from function_app.media.redis import connect
from function_app.media.redis_identity import SCOPE, ManagedIdentity, wants_identity

IDENTITY = "8b2f6f0e-2f5b-4e0f-9d37-1c1b3f6f5a11"
TOKEN = jwt.encode({"oid": IDENTITY}, "x" * 32)


class Credential:
    """Gives this token, or none."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        assert scopes == (SCOPE,)
        if self._token is None:
            raise ClientAuthenticationError("no identity here")
        return AccessToken(self._token, int(time.time()) + 3600)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_a_connection_is_made_with_the_token_of_the_identity(redis_url: str) -> None:
    administrator = connect(redis_url)
    await administrator.acl_setuser(IDENTITY, enabled=True, passwords=[f"+{TOKEN}"], categories=["+@all"], keys="*")
    redis = connect(redis_url, ManagedIdentity(Credential(TOKEN)))
    try:
        assert await redis.acl_whoami() == IDENTITY
    finally:
        await redis.aclose()
        await administrator.acl_deluser(IDENTITY)
        await administrator.aclose()


@pytest.mark.parametrize("token", [None, "no-token", jwt.encode({"sub": "nobody"}, "x" * 32)])
async def test_without_a_token_redis_is_away(redis_url: str, token: str | None) -> None:
    redis = connect(redis_url, ManagedIdentity(Credential(token)))
    with pytest.raises(RedisConnectionError):
        await redis.ping()
    await redis.aclose()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("rediss://redis.example:10000", True),
        ("rediss://:key@redis.example:10000", False),
        ("redis://localhost:6379", False),
        ("unix:///run/redis", False),
    ],
)
def test_only_a_redis_over_tls_without_a_password_is_shown_the_identity(url: str, wanted: bool) -> None:
    assert wants_identity(url) is wanted
