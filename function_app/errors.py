"""The errors that the control plane answers with, each with a status and a code. Anything else raised is a bug.

ApiError
├── InvalidRequestError            400  names every wrong field in `details`
├── UnsupportedApiVersionError     400
├── UnauthorizedError              401
│   ├── TokenMissingError
│   ├── TokenInvalidError
│   ├── TokenExpiredError
│   └── InvitationInvalidError
├── ForbiddenError                 403
│   ├── NotAllowedError
│   ├── MeetingLockedError
│   ├── MeetingFullError
│   ├── ParticipantRemovedError
│   ├── ParticipantBannedError
│   ├── MeetingNotOpenError        with `opensOn` and `startsOn`
│   ├── MeetingOverError
│   ├── InLobbyError
│   └── EntryDeniedError
├── NotFoundError                  404
│   ├── MeetingNotFoundError
│   ├── MeetingNotScheduledError
│   ├── ApiKeyNotFoundError
│   ├── SessionNotFoundError
│   ├── ParticipantNotFoundError
│   ├── PeerNotFoundError
│   ├── InviteeNotFoundError
│   ├── WebhookNotFoundError
│   ├── DeliveryNotFoundError
│   ├── OperationNotFoundError
│   └── WebPushNotConfiguredError
├── MethodNotAllowedError          405
├── RequestNotReceivedError        408
├── IdempotencyKeyReusedError      409
├── MediaProviderNotConfiguredError 409
├── WhipNotSupportedError          409
├── ParticipantUnreachableError    409
├── MediaProviderDiffersError      409
├── TooManyMeetingsError           409
├── TooManyWebhooksError           409
├── TooManyInviteesError           409
├── TooManyApiKeysError            409
├── TooManyOperationsError         409
├── LastApiKeyError                409
├── DirectoryTakenError            409
├── PreconditionFailedError        412
├── RequestTooLargeError           413
├── TooManyRequestsError           429
├── InternalError                  500
├── UnavailableError               503  all with Retry-After
│   ├── NoNodeAvailableError
│   ├── NodeUnavailableError
│   ├── StoreUnavailableError
│   ├── SignallingUnavailableError
│   ├── RegistryUnavailableError
│   ├── MediaProviderUnavailableError
│   └── IssuerUnavailableError
└── RequestTimedOutError           504
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class ErrorDetail:
    """One field that is wrong: `target` is its JSON pointer in the body, or the name of the parameter or header."""

    code: str
    target: str
    message: str


class ApiError(Exception):
    """An expected failure, told to the caller as it is.

    `target` names what the error is about, as in `ErrorDetail`; `retry_after` is in seconds.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    explanation: ClassVar[str]
    retry_seconds: ClassVar[int | None] = None
    opens_on: datetime | None = None
    """When what is refused now will be allowed, where that is known."""
    starts_on: datetime | None = None

    def __init__(
        self,
        message: str | None = None,
        *,
        target: str | None = None,
        details: Sequence[ErrorDetail] = (),
        retry_after: int | None = None,
    ) -> None:
        self.message = message or self.explanation
        super().__init__(self.message)
        self.target = target
        self.details = tuple(details)
        self.retry_after = retry_after if retry_after is not None else self.retry_seconds


class InvalidRequestError(ApiError):
    status, code = 400, "InvalidRequest"
    explanation = "The request is not valid; `details` says where."

    @classmethod
    def parameter(cls, target: str, message: str) -> InvalidRequestError:
        """The error for one wrong field, parameter or header."""
        return cls(message, target=target, details=[ErrorDetail("InvalidParameter", target, message)])


class UnsupportedApiVersionError(ApiError):
    status, code = 400, "UnsupportedApiVersionValue"
    explanation = "The API version is not known."


class UnauthorizedError(ApiError):
    status, code = 401, "Unauthorized"
    explanation = "The credential is missing or not valid; send an API key or access token in the header Authorization."


class TokenMissingError(UnauthorizedError):
    code = "TokenMissing"
    explanation = "The request needs a token: send it in the header Authorization, after Bearer."


class TokenInvalidError(UnauthorizedError):
    code = "TokenInvalid"
    explanation = "The token is not valid for this request; a new one is needed."


class TokenExpiredError(UnauthorizedError):
    code = "TokenExpired"
    explanation = "The token has expired; a new one is needed."


class InvitationInvalidError(UnauthorizedError):
    code = "InvitationInvalid"
    explanation = "The invitation does not hold: it was taken back, or its meeting is gone. Ask the host for another."


class ForbiddenError(ApiError):
    status, code = 403, "Forbidden"
    explanation = "The request is not allowed."


class NotAllowedError(ForbiddenError):
    code = "NotAllowed"
    explanation = "The caller's grants do not cover this; whoever moderates the meeting, or the tenant, can give more."


class MeetingLockedError(ForbiddenError):
    code = "MeetingLocked"
    explanation = "The meeting is locked: nobody new gets in until somebody who moderates it unlocks it."


class MeetingFullError(ForbiddenError):
    code = "MeetingFull"
    explanation = "As many as may be in the meeting are in it; try again when somebody has left."


class MeetingNotOpenError(ForbiddenError):
    """`opens_on` is when people may come in, `starts_on` when the occurrence begins that they come for."""

    code = "MeetingNotOpen"
    explanation = "It is not time for the meeting yet: `opensOn` says when people may come in."

    def __init__(self, *, opens_on: datetime, starts_on: datetime) -> None:
        super().__init__()
        self.opens_on = opens_on
        self.starts_on = starts_on


class MeetingOverError(ForbiddenError):
    code = "MeetingOver"
    explanation = "The last occurrence of the meeting is over."


class ParticipantRemovedError(ForbiddenError):
    code = "ParticipantRemoved"
    explanation = "The participant was removed from the meeting; only a token issued later lets it in."


class ParticipantBannedError(ForbiddenError):
    code = "ParticipantBanned"
    explanation = "The participant is banned from the meeting, until the tenant lifts the ban."


class InLobbyError(ForbiddenError):
    """`session` is the live one, where there is one."""

    code = "InLobby"
    explanation = "Somebody who moderates the meeting has to let the person in first."

    def __init__(self, session: str | None) -> None:
        super().__init__()
        self.session = session


class EntryDeniedError(ForbiddenError):
    code = "EntryDenied"
    explanation = "Somebody who moderates the meeting did not let the person in."


class NotFoundError(ApiError):
    status, code = 404, "NotFound"
    explanation = "There is nothing at this address."


class MeetingNotFoundError(NotFoundError):
    code = "MeetingNotFound"
    explanation = "There is no such meeting."


class MeetingNotScheduledError(NotFoundError):
    code = "MeetingNotScheduled"
    explanation = "The meeting has no schedule, so it is in no calendar."


class ApiKeyNotFoundError(NotFoundError):
    code = "ApiKeyNotFound"
    explanation = "There is no such API key."


class SessionNotFoundError(NotFoundError):
    code = "SessionNotFound"
    explanation = "There is no such session."


class ParticipantNotFoundError(NotFoundError):
    code = "ParticipantNotFound"
    explanation = "There is nobody of that id in the session now."


class PeerNotFoundError(NotFoundError):
    code = "PeerNotFound"
    explanation = "There is no such peer."


class InviteeNotFoundError(NotFoundError):
    code = "InviteeNotFound"
    explanation = "There is no such invitee."


class WebhookNotFoundError(NotFoundError):
    code = "WebhookNotFound"
    explanation = "There is no such webhook."


class DeliveryNotFoundError(NotFoundError):
    code = "DeliveryNotFound"
    explanation = "There is no such delivery, or it is too old to be known."


class OperationNotFoundError(NotFoundError):
    code = "OperationNotFound"
    explanation = "There is no such operation."


class WebPushNotConfiguredError(NotFoundError):
    code = "WebPushNotConfigured"
    explanation = "Nothing is pushed to browsers here."


class MethodNotAllowedError(ApiError):
    status, code = 405, "MethodNotAllowed"
    explanation = "The method is not allowed at this address; the header Allow says which are."


class RequestNotReceivedError(ApiError):
    status, code = 408, "RequestNotReceived"
    explanation = "The request did not come in, in time; send it again."


class IdempotencyKeyReusedError(ApiError):
    status, code = 409, "IdempotencyKeyReused"
    explanation = "The idempotency key was used with another body; take a new key for a new request."


class MediaProviderNotConfiguredError(ApiError):
    status, code = 409, "MediaProviderNotConfigured"
    explanation = "The meeting's media provider is not set up here; choose another in the meeting's settings."


class WhipNotSupportedError(ApiError):
    status, code = 409, "WhipNotSupported"
    explanation = "The meeting's media provider takes no WHIP or WHEP; join by the web client."


class ParticipantUnreachableError(ApiError):
    status, code = 409, "ParticipantUnreachable"
    explanation = "The participant has no signalling connection now, so it cannot be told; try again in a moment."


class MediaProviderDiffersError(ApiError):
    status, code = 409, "MediaProviderDiffers"
    explanation = "Another provider carries the media of that meeting, which the participant's client may not play."


class TooManyMeetingsError(ApiError):
    status, code = 409, "TooManyMeetings"
    explanation = "The tenant has as many meetings as it may have; delete some that are over."


class TooManyWebhooksError(ApiError):
    status, code = 409, "TooManyWebhooks"
    explanation = "The tenant has as many webhooks as it may have; delete one first."


class TooManyInviteesError(ApiError):
    status, code = 409, "TooManyInvitees"
    explanation = "The meeting has as many invitees as it may have; remove one first."


class TooManyApiKeysError(ApiError):
    status, code = 409, "TooManyApiKeys"
    explanation = "The tenant has two live API keys; revoke one first."


class TooManyOperationsError(ApiError):
    status, code = 409, "TooManyOperations"
    explanation = "The tenant has as many operations under way as it may have; wait for one to end."


class LastApiKeyError(ApiError):
    status, code = 409, "LastApiKey"
    explanation = "It is the last API key with the role admin; create another one first."


class DirectoryTakenError(ApiError):
    status, code = 409, "DirectoryTaken"
    explanation = "The directory belongs to another tenant, which has to let it go first."


class PreconditionFailedError(ApiError):
    status, code = 412, "PreconditionFailed"
    explanation = "The resource is not in the state that the request asks for; read it, and decide again."


class RequestTooLargeError(ApiError):
    status, code = 413, "RequestTooLarge"
    explanation = "The body is too large."


class TooManyRequestsError(ApiError):
    status, code = 429, "TooManyRequests"
    explanation = "Too many requests; try again later."
    retry_seconds = 1


class InternalError(ApiError):
    status, code = 500, "InternalError"
    explanation = "Something went wrong that should not have. Please report the request id."


class UnavailableError(ApiError):
    status, code = 503, "Unavailable"
    explanation = "The service is not available now; try again later."
    retry_seconds = 2


class NoNodeAvailableError(UnavailableError):
    code = "NoNodeAvailable"
    explanation = "No media node can take the session now; try again later."


class NodeUnavailableError(UnavailableError):
    code = "NodeUnavailable"
    explanation = "The media node of the session does not answer now."


class StoreUnavailableError(UnavailableError):
    code = "StoreUnavailable"
    explanation = "The database is not available now; try again later."


class SignallingUnavailableError(UnavailableError):
    code = "SignallingUnavailable"
    explanation = "The signalling service is not available now; try again later."


class RegistryUnavailableError(UnavailableError):
    code = "RegistryUnavailable"
    explanation = "The registry of media nodes is not available now; try again later."


class MediaProviderUnavailableError(UnavailableError):
    code = "MediaProviderUnavailable"
    explanation = "The meeting's media provider is not available now; try again later."


class IssuerUnavailableError(UnavailableError):
    code = "IssuerUnavailable"
    explanation = "The issuer of the token does not say now which keys it signs with; try again later."


class RequestTimedOutError(ApiError):
    status, code = 504, "RequestTimedOut"
    explanation = "The request took too long. Whether it was done is not known; try again."
    retry_seconds = 2
