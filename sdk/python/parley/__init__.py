"""Parley's API for Python: `ParleyClient` here, and one with the same methods for async programs in `parley.aio`."""

from parley.client import ParleyClient
from parley.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ErrorDetail,
    ForbiddenError,
    InvalidEndpointError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    NotModifiedError,
    OperationFailedError,
    ParleyError,
    PreconditionFailedError,
    ServerError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    WebhookVerificationError,
)
from parley.flows import Page
from parley.paging import ItemPaged
from parley.polling import Poller
from parley.retries import Retries
from parley.webhooks import OtherEvent, verify_webhook

__all__ = [
    "ApiError",
    "AuthenticationError",
    "ConflictError",
    "ErrorDetail",
    "ForbiddenError",
    "InvalidEndpointError",
    "InvalidRequestError",
    "ItemPaged",
    "NoAnswerError",
    "NotFoundError",
    "NotModifiedError",
    "OperationFailedError",
    "OtherEvent",
    "Page",
    "ParleyClient",
    "ParleyError",
    "Poller",
    "PreconditionFailedError",
    "Retries",
    "ServerError",
    "TooManyRequestsError",
    "UnexpectedAnswerError",
    "WebhookVerificationError",
    "verify_webhook",
]
