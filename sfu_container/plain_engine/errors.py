"""Why input is dropped. Nothing else is ever raised because of what the network brings, and it stays in the engine."""

from __future__ import annotations

from enum import StrEnum


class DropReason(StrEnum):
    """Keys of `EngineStats.dropped`."""

    UNKNOWN_SOURCE = "unknownSource"
    """DTLS or SRTP from an address that no valid STUN check has come from."""
    UNKNOWN_PROTOCOL = "unknownProtocol"
    """The first byte is none of STUN, DTLS, SRTP (RFC 7983)."""
    BAD_STUN = "badStun"
    UNKNOWN_UFRAG = "unknownUfrag"
    BAD_INTEGRITY = "badIntegrity"
    """A STUN check with a wrong password."""
    NO_KEYS = "noKeys"
    """SRTP before `set_srtp`."""
    BAD_SRTP = "badSrtp"
    REPLAYED = "replayed"
    TOO_MANY_STREAMS = "tooManyStreams"
    BAD_RTP = "badRtp"
    BAD_RTCP = "badRtcp"
    UNKNOWN_STREAM = "unknownStream"
    """RTP that no Publication of the Peer claims."""
    DUPLICATE = "duplicate"
    """RTP that came before, or is too late to be of use."""
    BAD_FRAME = "badFrame"
    """A TCP frame that is empty or too large (RFC 4571)."""
    TOO_MANY_CONNECTIONS = "tooManyConnections"
    """A TCP connection that was closed because too many others, or too long, showed no valid STUN check."""
    EVENTS_FULL = "eventsFull"
    """DTLS that came faster than the events were polled, of its Peer or of all together."""
    NOT_SENT = "notSent"
    """Output that the kernel, a slow TCP reader or SRTP refused."""


class BadInputError(Exception):
    """Input that has to be dropped and counted under `reason`."""

    def __init__(self, reason: DropReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
