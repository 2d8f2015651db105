"""People who are signed in: their ID token says who they are, and of which directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError

from function_app.directories.tokens import DirectoryTokens
from function_app.errors import TokenInvalidError
from parley_protocol.grants import DisplayName

USER_PREFIX = "signedIn:"
"""Sets them apart from the users whom tenants name, so that nobody becomes one of those by signing in."""
_NAME: TypeAdapter[str] = TypeAdapter(DisplayName)
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Person:
    directory: str
    user: str
    """The user in meetings: the same however often the person signs in."""
    name: str | None
    """What others see; None when the directory does not tell."""


class _Claims(BaseModel):
    sub: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
    oid: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")] | None = None
    """The person's id in the directory, the same for all its applications; not every directory tells."""
    name: Any = None
    scp: None = None
    """Access tokens have scopes, ID tokens do not."""


class People:
    def __init__(self, tokens: DirectoryTokens) -> None:
        self._tokens = tokens

    async def verify(self, token: str) -> Person:
        """Whose ID token it is. Raises TokenExpiredError, TokenInvalidError and IssuerUnavailableError."""
        verified = await self._tokens.verify(token)
        try:
            claims = _Claims.model_validate(verified.claims)
        except ValidationError as error:
            raise TokenInvalidError from error
        return Person(verified.directory, USER_PREFIX + (claims.oid or claims.sub), _display_name(claims.name))


def _display_name(claim: object) -> str | None:
    try:
        return _NAME.validate_python(claim[:_LONGEST_NAME]) if isinstance(claim, str) else None
    except ValidationError:
        return None
