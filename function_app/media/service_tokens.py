"""Service tokens: how a node proves to the internal API that it is one of ours, where there is no workload identity."""

from __future__ import annotations

from typing import Any

import jwt

from function_app.errors import TokenExpiredError, TokenInvalidError
from parley_protocol.grants import SERVICE_AUDIENCE

NODE_ISSUER = "parley-node"
LONGEST_LIFE_SECONDS = 300
_ALGORITHM = "HS256"
_LEEWAY_SECONDS = 5


class ServiceTokens:
    """Verifies JWTs that are signed with the shared secret. Without a secret no token is valid."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def verify(self, token: str) -> str:
        """The id of the node whose token it is. Raises TokenExpiredError or TokenInvalidError."""
        if self._secret is None:
            raise TokenInvalidError("No node is let in here: there is no service key.")
        claims = self._decode(token, self._secret)
        if claims["exp"] - claims["iat"] > LONGEST_LIFE_SECONDS:
            raise TokenInvalidError(f"A service token lives for at most {LONGEST_LIFE_SECONDS} s.")
        return str(claims["sub"])

    @staticmethod
    def _decode(token: str, secret: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                secret,
                algorithms=[_ALGORITHM],
                audience=SERVICE_AUDIENCE,
                issuer=NODE_ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "sub", "iat", "exp"], "strict_aud": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenInvalidError from error
        return claims
