"""Join tokens: a tenant lets one of its users into one meeting. The meeting and the tenant come from the token only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from function_app.errors import TokenInvalidError
from function_app.signing import SigningKey
from function_app.stores.documents import MeetingKey
from function_app.timestamps import Clock
from parley_protocol.grants import JOIN_AUDIENCE, Grants, JoinClaims, Role

RENEWED_FOR = timedelta(hours=1)
LONGEST_LIFE = timedelta(hours=24)
"""From the first issue, however often the token is renewed."""


@dataclass(frozen=True)
class Invitation:
    """Whom a token lets in, and as what."""

    key: MeetingKey
    user: str
    name: str
    role: Role
    grants: Grants


@dataclass(frozen=True)
class JoinToken:
    text: str
    expires_on: datetime


class JoinTokens:
    def __init__(self, key: SigningKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def issue(self, invitation: Invitation, lifetime: timedelta) -> JoinToken:
        now = int(self._clock().timestamp())
        claims = JoinClaims(
            iss=self._key.issuer,
            aud=JOIN_AUDIENCE,
            sub=invitation.user,
            iat=now,
            exp=now + int(lifetime.total_seconds()),
            tenant=invitation.key.tenant,
            meeting=invitation.key.meeting,
            name=invitation.name,
            role=invitation.role,
            grants=invitation.grants,
        )
        return self._sign(claims)

    def renew(self, claims: JoinClaims) -> JoinToken:
        """A token for coming back after the first one died: an hour, or as long as the first if that is longer.

        The time of the first issue stays in it, so that renewing cannot go on for ever.
        """
        wished = int((self._clock() + RENEWED_FOR).timestamp())
        last = claims.iat + int(LONGEST_LIFE.total_seconds())
        return self._sign(claims.model_copy(update={"exp": min(max(claims.exp, wished), last)}))

    def verify(self, token: str) -> JoinClaims:
        """Raises TokenExpiredError or TokenInvalidError."""
        try:
            return JoinClaims.model_validate(self._key.verify(token, JOIN_AUDIENCE))
        except ValidationError as error:
            raise TokenInvalidError from error

    def _sign(self, claims: JoinClaims) -> JoinToken:
        text = self._key.sign(claims.model_dump(mode="json"))
        return JoinToken(text, datetime.fromtimestamp(claims.exp, UTC))
