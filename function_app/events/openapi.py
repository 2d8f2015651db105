"""The events in the OpenAPI document: under `webhooks`, what a tenant's server is sent, for each type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field, create_model

from function_app.events.catalogue import CATALOGUE, EventData, EventType
from function_app.events.cloud_events import CONTENT_TYPE
from function_app.timestamps import Timestamp
from parley_protocol.ids import MeetingId


class CloudEvent(BaseModel):
    """The envelope of every event: CloudEvents 1.0 with the meeting's `sequence`."""

    specversion: Literal["1.0"]
    id: str
    """The same however often the event is sent; also in the header `webhook-id`."""
    source: str
    """The address of the meeting."""
    time: Timestamp
    """When it happened."""
    subject: MeetingId
    """The meeting."""
    sequence: int = Field(ge=1)
    """Counts all events of the meeting from 1, without gaps."""
    datacontenttype: Literal["application/json"]


def _envelope(kind: EventType, data: type[EventData]) -> type[CloudEvent]:
    fields: dict[str, Any] = {"type": (Literal[kind.value], ...), "data": (data, ...)}
    return create_model(f"{data.__name__}Event", __base__=CloudEvent, __doc__=data.__doc__, **fields)


ENVELOPES: Mapping[EventType, type[CloudEvent]] = {kind: _envelope(kind, data) for kind, data in CATALOGUE.items()}


def document_events(webhooks: APIRouter) -> None:
    """Adds an operation for each type; nothing ever calls them."""
    for kind, envelope in ENVELOPES.items():
        webhooks.add_api_route(
            kind,
            _receiver(envelope),
            methods=["POST"],
            operation_id=f"on{envelope.__name__}",
            summary=kind,
            description=envelope.__doc__ or "",
            status_code=204,
            response_description="Any 2xx: the event is not sent again.",
            responses={"default": {"description": "Anything else: it is sent again later."}},
        )


def _receiver(envelope: type[CloudEvent]) -> Any:
    async def receive(event: CloudEvent) -> None: ...

    receive.__annotations__["event"] = Annotated[envelope, Body(media_type=CONTENT_TYPE)]
    return receive
