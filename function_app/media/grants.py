"""Media grants: the control plane lets one Peer onto one node."""

from __future__ import annotations

from function_app.participants.documents import Participant
from function_app.signing.keys import SigningKeys
from function_app.telemetry.traces import current_trace
from function_app.timestamps import Clock
from parley_protocol.grants import MEDIA_AUDIENCE, MediaGrant

GRANT_SECONDS = 120


class MediaGrants:
    def __init__(self, keys: SigningKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def issue(self, participant: Participant) -> str:
        """A grant for the participant's newest Peer, to be used within two minutes."""
        trace = current_trace.get()
        now = int(self._clock().timestamp())
        grant = MediaGrant(
            iss=self._keys.issuer,
            aud=MEDIA_AUDIENCE,
            sub=participant.id,
            iat=now,
            exp=now + GRANT_SECONDS,
            tenant=participant.tenant_id,
            meeting=participant.meeting_id,
            session=participant.session_id,
            peer=participant.peer,
            node=participant.node,
            name=participant.name,
            role=participant.role,
            grants=participant.grants,
            trace=str(trace) if trace else None,
        )
        return self._keys.sign(grant.model_dump(mode="json", exclude_none=True))
