"""Verifying what the control plane signs: media grants, which let one Peer onto this node, and join tokens."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import jwt
from pydantic import ValidationError

from parley_protocol.addresses import ParticipantAddress
from parley_protocol.grants import JOIN_AUDIENCE, MEDIA_AUDIENCE, JoinClaims, MediaGrant
from parley_protocol.ids import participant_id
from sfu_container.errors import GrantExpiredError, InvalidGrantError, WrongSessionError

logger = logging.getLogger(__name__)

ALGORITHM = "ES256"
CLOCK_LEEWAY_SECONDS = 5
_FORGOTTEN_AFTER_SECONDS = 600
"""A media grant lives for two minutes."""

ClaimsT = TypeVar("ClaimsT", MediaGrant, JoinClaims)


class GrantVerifier:
    """Holds the control plane's public keys, as the last lease brought them (RFC 7517)."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._jwks: Mapping[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}
        self._void_until: dict[str, int] = {}

    def update(self, jwks: Mapping[str, Any]) -> None:
        """Take the keys of a new lease; keys that cannot be read leave the old ones in place."""
        if jwks == self._jwks:
            return
        try:
            keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(jwks)).keys if key.key_id}
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
            logger.error("the control plane's keys cannot be read: %s", error)
            return
        self._jwks = jwks
        self._keys = keys

    def void(self, participant: str, until: int) -> None:
        """Take no grant of the participant that was issued until then, in seconds since the epoch.

        What is older than a grant's life is forgotten: those grants have died by themselves.
        """
        oldest = until - _FORGOTTEN_AFTER_SECONDS
        self._void_until = {one: moment for one, moment in self._void_until.items() if moment > oldest}
        self._void_until[participant] = until

    def verify(self, token: str, sender: ParticipantAddress, session: str) -> MediaGrant:
        """The grant in `token`, sent by `sender` to the group of `session`.

        Raises:
            InvalidGrantError: it is forged, or for another node or participant.
            GrantExpiredError: it was good once.
            WrongSessionError: it is for another session.
        """
        grant = self._grant(token)
        if grant.session != session or sender.session != session:
            raise WrongSessionError("the grant is for another session")
        if (grant.tenant, grant.meeting, grant.sub) != (sender.tenant, sender.meeting, sender.participant):
            raise InvalidGrantError("the grant is for another participant")
        return grant

    def verify_admission(self, token: str, claims: JoinClaims) -> MediaGrant:
        """The grant that the control plane gave for a join token. Raises InvalidGrantError and GrantExpiredError."""
        grant = self._grant(token)
        wanted = (claims.tenant, claims.meeting, participant_id(grant.session, claims.sub))
        if (grant.tenant, grant.meeting, grant.sub) != wanted:
            raise InvalidGrantError("the grant is for another participant")
        return grant

    def verify_join_token(self, token: str, *, or_expired: bool = False) -> JoinClaims:
        """What a join token says; `or_expired` takes one that has run out, too. Raises as `verify_admission`.

        Whether its user may still come in is for the control plane to say.
        """
        return self._read(token, JoinClaims, JOIN_AUDIENCE, verify_exp=not or_expired)

    def _grant(self, token: str) -> MediaGrant:
        grant = self._read(token, MediaGrant, MEDIA_AUDIENCE)
        if grant.node != self._node:
            raise InvalidGrantError("the grant is for another node")
        if grant.iat <= self._void_until.get(grant.sub, 0):
            raise InvalidGrantError("the participant was removed after the grant was issued")
        return grant

    def _read(self, token: str, model: type[ClaimsT], audience: str, *, verify_exp: bool = True) -> ClaimsT:
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise InvalidGrantError("the grant is signed by an unknown key")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                leeway=CLOCK_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud"], "verify_exp": verify_exp},
            )
            return model.model_validate(claims)
        except jwt.ExpiredSignatureError:
            raise GrantExpiredError("the grant has expired") from None
        except (jwt.PyJWTError, ValidationError, ValueError):
            raise InvalidGrantError("the grant cannot be verified") from None
