"""Who may come in by WHIP or WHEP: a join token, checked here and by the control plane."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from parley_protocol.grants import JoinClaims, MediaGrant
from parley_protocol.nodes import Admitted, Elsewhere, IceServer
from sfu_container.control_plane import ControlPlaneError, JoinRefusedError
from sfu_container.errors import GrantExpiredError, InvalidGrantError
from sfu_container.grants import GrantVerifier
from sfu_container.whip.problems import ProblemError

SCHEME = "bearer "
SESSION_ELSEWHERE = "SessionElsewhere"


class Joins(Protocol):
    async def join(self, token: str) -> Admitted | Elsewhere:
        """Raises ControlPlaneError; as JoinRefusedError when the control plane says no."""


@dataclass(frozen=True, slots=True)
class Admission:
    """One participant's right to bring one Peer."""

    grant: MediaGrant
    ice_servers: tuple[IceServer, ...]


class Doorkeeper:
    def __init__(self, joins: Joins, verifier: GrantVerifier) -> None:
        self._joins = joins
        self._verifier = verifier

    def claims(self, authorization: str | None, meeting: str, *, or_expired: bool = False) -> JoinClaims:
        """What the token of a request for that meeting says.

        A forged token costs the control plane nothing. Whoever is in already may still change and leave with a token
        that has run out (`or_expired`). Raises ProblemError.
        """
        token = _token(authorization)
        try:
            claims = self._verifier.verify_join_token(token, or_expired=or_expired)
        except GrantExpiredError:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "TokenExpired", "the join token has expired") from None
        except InvalidGrantError:
            message = "the token is not a join token of this platform"
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "TokenInvalid", message) from None
        if claims.meeting != meeting:
            raise ProblemError(HTTPStatus.NOT_FOUND, "MeetingNotFound", "the token is for another meeting")
        return claims

    async def admit(self, authorization: str | None, claims: JoinClaims) -> Admission:
        """Join at the control plane, by the same rules as a browser does.

        Raises ProblemError; as 421 (RFC 9110, 15.5.20) when another node carries the session.
        """
        try:
            answer = await self._joins.join(_token(authorization))
        except JoinRefusedError as refusal:
            raise ProblemError(refusal.status, refusal.code, refusal.message, retry_after=refusal.retry_after) from None
        except ControlPlaneError as error:
            message = "the control plane does not answer; try again later"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "ControlPlaneUnavailable", message) from error
        if isinstance(answer, Elsewhere):
            message = "another node carries the session"
            raise ProblemError(HTTPStatus.MISDIRECTED_REQUEST, SESSION_ELSEWHERE, message)
        return Admission(self._verifier.verify_admission(answer.media_grant, claims), answer.ice_servers)


def _token(authorization: str | None) -> str:
    if authorization is None or not authorization.lower().startswith(SCHEME):
        message = "the request needs a join token in the header Authorization"
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "TokenMissing", message)
    return authorization[len(SCHEME) :].strip()
