"""What Azure Communication Services reports of messages: whether they arrived, minutes after it took them.

Event Grid brings the reports as CloudEvents 1.0 in JSON, at least once and in any order. Source: learn.microsoft.com,
"Azure Communication Services - Email events" and "- SMS events".
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from function_app.errors import InvalidRequestError
from function_app.notifications.documents import State
from function_app.timestamps import Moment

DELIVERY_REPORTS_PATH = "/internal/deliveryReports"
KEY_HEADER = "x-delivery-report-key"
"""Event Grid signs nothing: the subscription adds this header, whose value is a secret, to all that it brings."""
REPORTS = (
    "Microsoft.Communication.EmailDeliveryReportReceived",
    "Microsoft.Communication.SMSDeliveryReportReceived",
)
"""The events that are asked for."""
_MOST_EVENTS = 1000
_STATES = {
    "delivered": State.DELIVERED,
    "expanded": State.DELIVERED,  # To those of a distribution list.
    "bounced": State.BOUNCED,
    "suppressed": State.SUPPRESSED,
    "quarantined": State.QUARANTINED,
    "filteredspam": State.FILTERED,
    "failed": State.UNDELIVERED,
}
_STATUS_CODE = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")
"""RFC 3463. It is all that is kept of what mail servers say, as that may name the recipient."""
_MOST_TEXT = 2000

_logger = logging.getLogger("parley.notifications")


@dataclass(frozen=True)
class DeliveryReport:
    """What became of an attempt."""

    attempt: UUID
    state: State
    reported_on: datetime
    """When it was so, by the service's clock."""
    reason: str | None = None
    """A status code of e-mail (RFC 3463), such as `5.1.1`."""


def _in_small_letters(fields: Any) -> Any:
    """Their names are capitalised now this way and now that."""
    return {str(name).lower(): value for name, value in fields.items()} if isinstance(fields, dict) else fields


_AnyCase = BeforeValidator(_in_small_letters)


class _Details(BaseModel):
    statusmessage: str = ""


class _EmailData(BaseModel):
    messageid: UUID
    """The operation's, which is the attempt's."""
    status: str
    deliverystatusdetails: Annotated[_Details, _AnyCase] = _Details()
    deliveryattempttimestamp: Moment | None = None


class _SmsData(BaseModel):
    tag: UUID
    """What came with the message: the attempt's id."""
    deliverystatus: str
    receivedtimestamp: Moment | None = None


class _EmailEvent(BaseModel):
    type: Literal["Microsoft.Communication.EmailDeliveryReportReceived"]
    time: Moment
    data: Annotated[_EmailData, _AnyCase]

    def report(self) -> DeliveryReport | None:
        data = self.data
        code = _STATUS_CODE.search(data.deliverystatusdetails.statusmessage[:_MOST_TEXT])
        on = data.deliveryattempttimestamp or self.time
        return _report(data.messageid, data.status, on, code[0] if code else None)


class _SmsEvent(BaseModel):
    type: Literal["Microsoft.Communication.SMSDeliveryReportReceived"]
    time: Moment
    data: Annotated[_SmsData, _AnyCase]

    def report(self) -> DeliveryReport | None:
        return _report(self.data.tag, self.data.deliverystatus, self.data.receivedtimestamp or self.time)


_Event = Annotated[_EmailEvent | _SmsEvent, Field(discriminator="type")]
_EVENT: TypeAdapter[_EmailEvent | _SmsEvent] = TypeAdapter(_Event)


def reports_in(body: bytes) -> list[DeliveryReport]:
    """The reports in a request of Event Grid: one event, or several. What is no report of a message is left out.

    Raises InvalidRequestError for what is no JSON, and for more events than Event Grid is asked to put together.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequestError("The body is no JSON.") from None
    events = given if isinstance(given, list) else [given]
    if len(events) > _MOST_EVENTS:
        raise InvalidRequestError(f"There are more than {_MOST_EVENTS} events.")
    return list(_reports(events))


def _reports(events: list[Any]) -> Iterator[DeliveryReport]:
    for event in events:
        try:
            report = _EVENT.validate_python(event).report()
        except ValidationError as error:
            # Other events of the resource; or Azure has changed what it sends, of which nobody else will tell us.
            _logger.warning("no delivery report: %s", sorted({one["type"] for one in error.errors()}))
            continue
        if report:
            yield report


def _report(attempt: UUID, status: str, on: datetime, reason: str | None = None) -> DeliveryReport | None:
    state = _STATES.get(status.lower())
    if state is None:
        _logger.warning("unknown status of delivery: %r", status[:40])
        return None
    return DeliveryReport(attempt, state, on, reason)
