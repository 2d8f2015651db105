"""Programs that call with an access token (client credentials): the app role in it says what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, ValidationError

from function_app.directories.tokens import GUID, DirectoryTokens
from function_app.errors import NotAllowedError, TokenInvalidError
from function_app.tenants.callers import CallerRole

APP_ROLES = {"Parley.Admin": CallerRole.ADMIN, "Parley.Meetings": CallerRole.MEETINGS}
"""The values of the app roles that the API's registration in Entra ID declares; the first counts for who has both."""


@dataclass(frozen=True)
class Application:
    directory: str
    client: str
    """Its client id."""
    role: CallerRole


class _Claims(BaseModel):
    azp: Annotated[str, StringConstraints(pattern=f"^{GUID}$", to_lower=True)]
    roles: tuple[str, ...] = ()
    scp: Any = None
    """Only the tokens of people have scopes."""
    idtyp: str = "app"


class Applications:
    def __init__(self, tokens: DirectoryTokens) -> None:
        self._tokens = tokens

    async def verify(self, token: str) -> Application:
        """Raises TokenExpiredError, TokenInvalidError, NotAllowedError without a role, and IssuerUnavailableError."""
        verified = await self._tokens.verify(token)
        try:
            claims = _Claims.model_validate(verified.claims)
        except ValidationError as error:
            raise TokenInvalidError from error
        if claims.scp is not None or claims.idtyp != "app":
            raise TokenInvalidError("The token is a person's, not a program's.")
        for name, role in APP_ROLES.items():
            if name in claims.roles:
                return Application(verified.directory, claims.azp, role)
        raise NotAllowedError("The application has no app role of Parley.")
