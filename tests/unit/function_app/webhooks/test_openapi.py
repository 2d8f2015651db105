"""The OpenAPI document shows each event as it is sent."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from function_app.events.catalogue import CATALOGUE, EventData
from function_app.events.cloud_events import CONTENT_TYPE, cloud_event
from function_app.events.documents import Event
from function_app.events.openapi import ENVELOPES
from function_app.openapi import document
from function_app.stores.documents import MeetingKey
from parley_protocol.ids import new_id

NOW = datetime(2026, 11, 1, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "title": "Weekly",
    "session": new_id("ses"),
    "started_on": NOW,
    "ended_on": NOW,
    "purge_on": NOW,
    "participant": new_id("par"),
    "user": "ann",
    "name": "Ann",
    "role": "host",
    "reason": "left",
    "invitee": "ann",
    "channel": "email",
}


def test_every_type_is_a_webhook_of_the_document() -> None:
    webhooks = json.loads(document())["webhooks"]
    assert list(webhooks) == sorted(CATALOGUE)
    for webhook in webhooks.values():
        assert list(webhook["post"]["requestBody"]["content"]) == [CONTENT_TYPE]
        assert set(webhook["post"]["responses"]) == {"204", "default"}


@pytest.mark.parametrize("data", CATALOGUE.values())
def test_what_is_sent_is_what_is_documented(data: type[EventData]) -> None:
    what = data.model_validate({name: VALUES[name] for name in data.model_fields})
    sent = cloud_event(Event.new(MeetingKey("ten_x", "weekly"), 7, what, NOW), "https://meet.example")
    envelope = ENVELOPES[data.type].model_validate(sent)
    assert envelope.model_dump(mode="json", by_alias=True) == sent
    assert set(sent) == set(ENVELOPES[data.type].model_fields)
