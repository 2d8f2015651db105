"""Webhooks and deliveries as the API shows and takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from function_app.api.models import Request, Response
from function_app.events.catalogue import EventType
from function_app.timestamps import Timestamp
from function_app.webhooks.addresses import MAXIMUM_URL_LENGTH
from function_app.webhooks.deliveries import Delivery, DeliveryStatus
from function_app.webhooks.documents import DisabledReason, Ordering, Webhook
from function_app.webhooks.outcomes import Failure, Outcome
from parley_protocol.ids import DeliveryId, MeetingId, WebhookId

DEFAULT_KEEP_FORMER_SECONDS = 24 * 3600
MAXIMUM_KEEP_FORMER_SECONDS = 7 * 24 * 3600

Url = Annotated[str, StringConstraints(min_length=1, max_length=MAXIMUM_URL_LENGTH)]
EventTypes = Annotated[tuple[EventType, ...], Field(min_length=1, max_length=len(EventType))]


class WebhookContent(Request):
    """The body of PUT: all that a tenant chooses about a webhook."""

    url: Url = Field(examples=["https://example.com/parley-events"])
    """Where events are posted: https, on the public Internet."""
    event_types: EventTypes | None = None
    """Absent means all, and those to come too."""
    ordering: Ordering = Ordering.PER_MEETING
    """`perMeeting`: an event waits until those before it in its meeting are delivered; `none`: it does not."""
    enabled: bool = True

    def changes(self) -> dict[str, Any]:
        """The values of `Webhook` that the body names."""
        return _changes(self, {"url", "event_types", "ordering", "enabled"})


class WebhookPatch(Request):
    """The body of PATCH (RFC 7396): what is absent stays as it is; null for `eventTypes` means all."""

    url: Url = ""
    event_types: EventTypes | None = None
    ordering: Ordering = Ordering.PER_MEETING
    enabled: bool = True

    def changes(self) -> dict[str, Any]:
        """The values of `Webhook` that the body names."""
        return _changes(self, self.model_fields_set)


class WebhookResource(Response):
    id: WebhookId = Field(examples=["crm"])
    url: str
    event_types: list[EventType] | None = None
    """Absent means all."""
    ordering: Ordering
    enabled: bool
    disabled_reason: DisabledReason | None = None
    """Absent while it is enabled. `gone`: the receiver answered 410."""
    created_on: Timestamp
    updated_on: Timestamp
    etag: str
    """The same as in the header ETag, so that a list has it too."""
    secret: str | None = None
    """The signing secret: only in the answer that creates the webhook."""

    @classmethod
    def of(cls, webhook: Webhook, secret: str | None = None) -> Self:
        return cls(
            id=webhook.id,
            url=webhook.url,
            event_types=None if webhook.event_types is None else list(webhook.event_types),
            ordering=webhook.ordering,
            enabled=webhook.disabled is None,
            disabled_reason=webhook.disabled,
            created_on=webhook.created_on,
            updated_on=webhook.updated_on,
            etag=f'"{webhook.version}"',
            secret=secret,
        )


class WebhookList(Response):
    value: list[WebhookResource]


class SecretRotation(Request):
    """The body of `:rotateSecret`."""

    keep_former_seconds: int = Field(
        default=DEFAULT_KEEP_FORMER_SECONDS,
        ge=0,
        le=MAXIMUM_KEEP_FORMER_SECONDS,
        description="For how long messages are signed with the former secret too.",
    )

    @property
    def keep_former(self) -> timedelta:
        return timedelta(seconds=self.keep_former_seconds)


class NewSecret(Response):
    secret: str
    """Shown this once."""
    former_expires_on: Timestamp | None
    """Until when the former secret signs too."""


class ReplayRequest(Request):
    """The body of `:replay`."""

    meeting: MeetingId
    from_sequence: int = Field(ge=1)
    """The first event to deliver again."""


class TestResult(Response):
    """What came of a test event."""

    __test__ = False

    delivered: bool
    response_status: int | None = None
    failure: Failure | None = None
    """Absent when it was delivered."""
    duration_milliseconds: int

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        return cls(
            delivered=outcome.failure is None,
            response_status=outcome.status,
            failure=outcome.failure,
            duration_milliseconds=round(outcome.duration / timedelta(milliseconds=1)),
        )


class DeliveryResource(Response):
    """One attempt to deliver an event."""

    id: DeliveryId
    event_id: str
    event_type: EventType
    meeting: MeetingId
    sequence: int
    attempt: int
    """Counts the attempts at this event from 1."""
    status: DeliveryStatus
    response_status: int | None = None
    """Absent when there was no answer."""
    failure: Failure | None = None
    """Absent when it was delivered."""
    duration_milliseconds: int
    attempted_on: Timestamp
    next_attempt_on: Timestamp | None = None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        told = delivery.model_dump(include=set(cls.model_fields) - {"meeting"})
        return cls(meeting=delivery.meeting_id, **told)


class DeliveryList(Response):
    value: list[DeliveryResource]
    """Newest first."""
    next_link: str | None = None
    """The address of the page of older ones; absent on the last one."""


def _changes(body: WebhookContent | WebhookPatch, names: set[str]) -> dict[str, Any]:
    changes = {name: getattr(body, name) for name in names - {"enabled"}}
    if "enabled" in names:
        changes["disabled"] = None if body.enabled else DisabledReason.BY_TENANT
    return changes
