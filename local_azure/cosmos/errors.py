"""What the emulator answers when it cannot do as asked.

CosmosError
├── BadRequestError          400
├── UnauthorizedError        401
├── NotFoundError            404
├── ConflictError            409
├── GoneError                410
├── PreconditionFailedError  412
├── PayloadTooLargeError     413
├── UnsupportedError         501
└── InjectedError            whatever a test asked for

Sub-status numbers: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
"""

from __future__ import annotations

PARTITION_KEY_MISMATCH = 1001
PARTITION_KEY_RANGE_GONE = 1002
OWNER_NOT_FOUND = 1003
CONTAINER_RECREATED = 1024
REQUEST_RATE_TOO_LARGE = 3200


class CosmosError(Exception):
    """A failure with an HTTP status and a code, which the SDK shows to its caller."""

    status = 500
    code = "InternalServerError"

    def __init__(self, message: str, substatus: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.substatus = substatus


class BadRequestError(CosmosError):
    """The request is malformed, or breaks a limit other than size."""

    status = 400
    code = "BadRequest"


class UnauthorizedError(CosmosError):
    """The signature was not made with this account's key."""

    status = 401
    code = "Unauthorized"


class NotFoundError(CosmosError):
    """The database, container, offer or item is not there."""

    status = 404
    code = "NotFound"

    def __init__(self, message: str = "Resource Not Found.", substatus: int | None = None) -> None:
        super().__init__(message, substatus)


class ConflictError(CosmosError):
    """The id, or the values of a unique key, are taken."""

    status = 409
    code = "Conflict"


class GoneError(CosmosError):
    """The partition key range does not exist."""

    status = 410
    code = "Gone"


class PreconditionFailedError(CosmosError):
    """If-Match, If-None-Match or a patch condition does not hold."""

    status = 412
    code = "PreconditionFailed"


class PayloadTooLargeError(CosmosError):
    """The request, or the item it would leave, is over 2 MB."""

    status = 413
    code = "RequestEntityTooLarge"

    def __init__(self, message: str = "Request size is too large.") -> None:
        super().__init__(message)


class UnsupportedError(CosmosError):
    """Cosmos DB can do this and the emulator cannot."""

    status = 501
    code = "NotImplemented"


class InjectedError(CosmosError):
    """A failure that a test asked for. `retry_after_ms` is None where the answer gives no advice."""

    def __init__(self, status: int, substatus: int | None, retry_after_ms: int | None) -> None:
        super().__init__("This failure was injected.", substatus)
        self.status = status
        self.code = "TooManyRequests" if status == 429 else "Injected"
        self.retry_after_ms = retry_after_ms
