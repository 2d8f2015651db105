"""What can be wrong with what a client asks, each with the code that it is told.

SignallingFailure
├── MalformedMessageError      UnknownMessageTypeError   MessageTooLargeError
├── InvalidGrantError          GrantExpiredError         WrongSessionError
├── InvalidOfferError          UnsupportedOfferError
├── PeerNotFoundError          ParticipantNotFoundError
├── PublicationNotFoundError   SlotNotFoundError
├── NotAllowedError            TooManyRequestsError
└── NodeFullError              NodeDrainingError

The codes and what a client does about them are in docs/signalling.md.
"""

from __future__ import annotations

from typing import ClassVar

from parley_protocol.errors import ErrorCode
from parley_protocol.wire import SignallingError

MAX_MESSAGE_CHARACTERS = 300


class SignallingFailure(Exception):  # noqa: N818 - a refusal that is answered, the root of the tree above
    """An expected failure: it is answered with `code` and the exception's text, and nothing else happens."""

    code: ClassVar[ErrorCode]


class MalformedMessageError(SignallingFailure):
    code = ErrorCode.MALFORMED_MESSAGE


class UnknownMessageTypeError(SignallingFailure):
    code = ErrorCode.UNKNOWN_MESSAGE_TYPE


class MessageTooLargeError(SignallingFailure):
    code = ErrorCode.MESSAGE_TOO_LARGE


class InvalidGrantError(SignallingFailure):
    code = ErrorCode.INVALID_GRANT


class GrantExpiredError(SignallingFailure):
    code = ErrorCode.GRANT_EXPIRED


class WrongSessionError(SignallingFailure):
    code = ErrorCode.WRONG_SESSION


class InvalidOfferError(SignallingFailure):
    code = ErrorCode.INVALID_OFFER


class UnsupportedOfferError(SignallingFailure):
    code = ErrorCode.UNSUPPORTED_OFFER


class PeerNotFoundError(SignallingFailure):
    code = ErrorCode.PEER_NOT_FOUND


class ParticipantNotFoundError(SignallingFailure):
    code = ErrorCode.PARTICIPANT_NOT_FOUND


class PublicationNotFoundError(SignallingFailure):
    code = ErrorCode.PUBLICATION_NOT_FOUND


class SlotNotFoundError(SignallingFailure):
    code = ErrorCode.SLOT_NOT_FOUND


class NotAllowedError(SignallingFailure):
    code = ErrorCode.NOT_ALLOWED


class TooManyRequestsError(SignallingFailure):
    code = ErrorCode.TOO_MANY_REQUESTS


class NodeFullError(SignallingFailure):
    code = ErrorCode.NODE_FULL


class NodeDrainingError(SignallingFailure):
    code = ErrorCode.NODE_DRAINING


def error_message(failure: Exception, request_id: str | None) -> SignallingError:
    """The `error` message for an exception. Only expected failures say what was wrong; anything else is `Internal`."""
    if isinstance(failure, SignallingFailure):
        return SignallingError(request_id=request_id, code=failure.code, message=str(failure)[:MAX_MESSAGE_CHARACTERS])
    return SignallingError(request_id=request_id, code=ErrorCode.INTERNAL, message="the node failed; its log says why")
