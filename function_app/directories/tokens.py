"""Verifies the tokens of a trusted issuer: signature, issuer, audience, times, and which directory they are of.

Source: learn.microsoft.com, "Access tokens in the Microsoft identity platform", on validating tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from function_app.directories.keys import ALGORITHM, IssuerKeys
from function_app.errors import TokenExpiredError, TokenInvalidError

GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
LEEWAY_SECONDS = 60
"""By how much the issuer's clock may differ from ours."""
_PLACEHOLDER = "{tenantid}"
_REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp")


@dataclass(frozen=True)
class DirectoryToken:
    """What a token says that holds."""

    directory: str
    """The id of the Entra tenant whose token it is, in small letters."""
    claims: Mapping[str, Any]


class DirectoryTokens:
    def __init__(self, keys: IssuerKeys, audience: str) -> None:
        self._keys = keys
        self._audience = audience

    async def verify(self, token: str) -> DirectoryToken:
        """Raises TokenExpiredError, TokenInvalidError and IssuerUnavailableError."""
        try:
            found = await self._keys.find(str(jwt.get_unverified_header(token).get("kid")))
            if found is None:
                raise TokenInvalidError
            issuer, key = found
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_REQUIRED_CLAIMS), "strict_aud": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpiredError from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenInvalidError from error
        return DirectoryToken(_directory(claims, issuer, key.issuer or issuer), claims)


def is_directory_token(credential: str) -> bool:
    """Whether it is a JWT as directories sign them; our own are ES256. It says nothing of whether the token holds."""
    try:
        return jwt.get_unverified_header(credential).get("alg") == ALGORITHM
    except jwt.PyJWTError:
        return False


def _directory(claims: Mapping[str, Any], *issuers: str) -> str:
    """The directory that `iss` names, which must be one of each of the issuers. Raises TokenInvalidError."""
    named = {_directory_in(str(claims["iss"]), issuer) for issuer in issuers}
    if "tid" in claims:
        named.add(str(claims["tid"]).lower())
    [directory, *others] = named
    if directory is None or others:
        raise TokenInvalidError("The token is not one of an issuer that is trusted here.")
    return directory


def _directory_in(iss: str, issuer: str) -> str | None:
    """The id in `iss`, if that is the issuer or one of those that the issuer stands for."""
    before, placeholder, after = issuer.partition(_PLACEHOLDER)
    if placeholder:
        match = re.fullmatch(f"{re.escape(before)}({GUID}){re.escape(after)}", iss)
    else:
        match = re.search(f"({GUID})", iss) if iss == issuer else None
    return match[1].lower() if match else None
