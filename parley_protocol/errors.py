"""Error codes of the signalling protocol and the reasons for which a Peer ends."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Codes of the `error` message; what each means and what to do is in docs/signalling.md."""

    MALFORMED_MESSAGE = "MalformedMessage"
    UNKNOWN_MESSAGE_TYPE = "UnknownMessageType"
    MESSAGE_TOO_LARGE = "MessageTooLarge"
    INVALID_GRANT = "InvalidGrant"
    GRANT_EXPIRED = "GrantExpired"
    WRONG_SESSION = "WrongSession"
    INVALID_OFFER = "InvalidOffer"
    UNSUPPORTED_OFFER = "UnsupportedOffer"
    PEER_NOT_FOUND = "PeerNotFound"
    PARTICIPANT_NOT_FOUND = "ParticipantNotFound"
    PUBLICATION_NOT_FOUND = "PublicationNotFound"
    SLOT_NOT_FOUND = "SlotNotFound"
    CODEC_UNSUPPORTED = "CodecUnsupported"
    NOT_ALLOWED = "NotAllowed"
    NODE_FULL = "NodeFull"
    NODE_DRAINING = "NodeDraining"
    TOO_MANY_REQUESTS = "TooManyRequests"
    INTERNAL = "Internal"


class LeaveReason(StrEnum):
    """Why a Peer, and perhaps its Participant, is gone."""

    LEFT = "left"
    """The person left."""
    REPLACED = "replaced"
    """The same participant joined again, from another tab or after a reload; the newer Peer goes on."""
    REMOVED = "removed"
    BANNED = "banned"
    MOVED = "moved"
    """A moderator or the tenant has moved the participant into another meeting."""
    ENDED = "ended"
    """The session ended."""
    TIMED_OUT = "timedOut"
    """Nothing was heard on the media path for the grace time (30 s)."""
    DTLS_FAILED = "dtlsFailed"
    """The DTLS handshake failed, for instance on a fingerprint other than the offer's."""
    NODE_LOST = "nodeLost"
