"""Join tokens: a tenant lets one of its users into one meeting. The meeting and the tenant come from the token only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from function_app.errors import TokenInvalidError
from function_app.signing.keys import SigningKeys
from function_app.stores.documents import MeetingKey
from function_app.timestamps import Clock
from parley_protocol.grants import JOIN_AUDIENCE, Grants, JoinClaims, Role

RENEWED_FOR = timedelta(hours=8)
"""The longest life of a renewed token: somebody in a long meeting may have to join again after hours."""


@dataclass(frozen=True)
class Invitation:
    """Whom a token lets in, and as what."""

    key: MeetingKey
    user: str
    name: str
    role: Role
    grants: Grants
    admitted: bool = False
    """Whether the rules of the meeting on who may come in have been answered by whoever moved the person there."""


@dataclass(frozen=True)
class JoinToken:
    text: str
    expires_on: datetime


class JoinTokens:
    def __init__(self, keys: SigningKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def issue(self, invitation: Invitation, lifetime: timedelta, renewable_for: timedelta) -> JoinToken:
        """A token to join with within `lifetime`.

        Whoever has joined gets renewed tokens until `renewable_for` after now, or until this one dies if that is later.
        """
        now = int(self._clock().timestamp())
        expiry = now + int(lifetime.total_seconds())
        claims = JoinClaims(
            iss=self._keys.issuer,
            aud=JOIN_AUDIENCE,
            sub=invitation.user,
            iat=now,
            exp=expiry,
            tenant=invitation.key.tenant,
            meeting=invitation.key.meeting,
            name=invitation.name,
            role=invitation.role,
            grants=invitation.grants,
            admitted=True if invitation.admitted else None,
            renew_until=max(expiry, now + int(renewable_for.total_seconds())),
        )
        return self._sign(claims)

    def renew(self, claims: JoinClaims) -> JoinToken:
        """A token for coming back after the first one died, which is never before that one would have.

        The last moment of all renewals was chosen at the first issue; a token without it is not prolonged.
        """
        wished = int((self._clock() + RENEWED_FOR).timestamp())
        last = claims.renew_until or claims.exp
        expiry = max(claims.exp, min(wished, last))
        return self._sign(claims.model_copy(update={"exp": expiry, "admitted": None}))

    def verify(self, token: str, *, or_expired: bool = False) -> JoinClaims:
        """Raises TokenExpiredError, except where one that has run out will do, or TokenInvalidError."""
        try:
            return JoinClaims.model_validate(self._keys.verify(token, JOIN_AUDIENCE, or_expired=or_expired))
        except ValidationError as error:
            raise TokenInvalidError from error

    def _sign(self, claims: JoinClaims) -> JoinToken:
        text = self._keys.sign(claims.model_dump(mode="json", exclude_none=True))
        return JoinToken(text, datetime.fromtimestamp(claims.exp, UTC))


def refuse_token_of_former_meeting(claims: JoinClaims, created_on: datetime) -> None:
    """Raises TokenInvalidError for a token from before the meeting was created: it let into another of the same id.

    A token counts whole seconds, so one of the very second of the creation is taken for one of this meeting.
    """
    if claims.iat < int(created_on.timestamp()):
        raise TokenInvalidError("The token is of a meeting that was deleted.")
