"""Verifying media grants: the tokens with which the control plane lets one Peer onto this node."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import jwt
from pydantic import ValidationError

from parley_protocol.addresses import ParticipantAddress
from parley_protocol.grants import MEDIA_AUDIENCE, MediaGrant
from sfu_container.errors import GrantExpiredError, InvalidGrantError, WrongSessionError

logger = logging.getLogger(__name__)

ALGORITHM = "ES256"
CLOCK_LEEWAY_SECONDS = 5


class GrantVerifier:
    """Holds the control plane's public keys, as the last lease brought them (RFC 7517)."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._jwks: Mapping[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}

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

    def verify(self, token: str, sender: ParticipantAddress, session: str) -> MediaGrant:
        """The grant in `token`, sent by `sender` to the group of `session`.

        Raises:
            InvalidGrantError: it is forged, or for another node or participant.
            GrantExpiredError: it was good once.
            WrongSessionError: it is for another session.
        """
        grant = self._decode(token)
        if grant.node != self._node:
            raise InvalidGrantError("the grant is for another node")
        if grant.session != session or sender.session != session:
            raise WrongSessionError("the grant is for another session")
        if (grant.tenant, grant.meeting, grant.sub) != (sender.tenant, sender.meeting, sender.participant):
            raise InvalidGrantError("the grant is for another participant")
        return grant

    def _decode(self, token: str) -> MediaGrant:
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise InvalidGrantError("the grant is signed by an unknown key")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=MEDIA_AUDIENCE,
                leeway=CLOCK_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud"]},
            )
            return MediaGrant.model_validate(claims)
        except jwt.ExpiredSignatureError:
            raise GrantExpiredError("the grant has expired") from None
        except (jwt.PyJWTError, ValidationError, ValueError):
            raise InvalidGrantError("the grant cannot be verified") from None
