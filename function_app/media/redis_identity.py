"""Redis in Azure takes no password: whoever connects shows a token of its managed identity.

Source: learn.microsoft.com, "Use Microsoft Entra ID for cache authentication": the user name is the object id of the
identity. Redis closes a connection whose token has run out; the client then connects anew, with a fresh one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import jwt
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as RedisConnectionError

SCOPE = "https://redis.azure.com/.default"


def wants_identity(url: str) -> bool:
    """Whether the Redis at `url` is one that takes an identity: over TLS, and without a password."""
    parts = urlsplit(url)
    return parts.scheme == "rediss" and parts.password is None


class ManagedIdentity(CredentialProvider):
    """A user name and a token for each new connection."""

    def __init__(self, credential: AsyncTokenCredential) -> None:
        """`credential` keeps its tokens for as long as they last; closing it is the caller's."""
        self._credential = credential

    async def get_credentials_async(self) -> tuple[str, str]:
        """Raises redis's ConnectionError when there is no token."""
        try:
            token = (await self._credential.get_token(SCOPE)).token
            # Ours, and fresh from the issuer: Redis checks the signature.
            claims = jwt.decode(token, options={"verify_signature": False})
            return str(claims["oid"]), token
        except (AzureError, jwt.PyJWTError, KeyError) as error:
            raise RedisConnectionError("There is no token for Redis.") from error
