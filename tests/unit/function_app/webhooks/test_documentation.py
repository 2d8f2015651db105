"""docs/events.md says what the code does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from function_app.config import Settings
from function_app.events.catalogue import CATALOGUE
from function_app.events.cloud_events import cloud_event
from function_app.events.documents import Event
from function_app.lanes import LANE_WIDTH
from function_app.stores.documents import MeetingKey
from function_app.webhooks.documents import MAXIMUM_WEBHOOKS
from function_app.webhooks.outcomes import Failure
from function_app.webhooks.signatures import signed_headers

PAGE = (Path(__file__).parents[4] / "docs" / "events.md").read_text()
NUMBERS = {4: "four", 10: "ten"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

Verify = Callable[[str, dict[str, str], bytes], bool]


def test_the_table_lists_every_type_with_its_data() -> None:
    rows = re.findall(r"^\| `([a-z.A-Z]+)` \|.*\|(.*)\|$", PAGE, re.MULTILINE)
    told = {name: re.findall(r"`(\w+)`", data) for name, data in rows}
    assert told == {
        str(kind): [field.alias or name for name, field in data.model_fields.items()]
        for kind, data in CATALOGUE.items()
    }


def test_the_example_has_the_fields_that_are_sent() -> None:
    what = CATALOGUE[next(iter(CATALOGUE))].model_validate({"title": "Weekly"})
    event = Event.new(MeetingKey("ten_x", "weekly"), 7, what, datetime.now(UTC))
    example = re.findall(r"^  \"(\w+)\":", PAGE, re.MULTILINE)
    assert example == list(cloud_event(event, "https://meet.example"))


def test_every_failure_and_number_is_as_the_page_says() -> None:
    failures = PAGE[PAGE.index("`failure` in a delivery") :]
    assert set(re.findall(r"`([a-zA-Z]+)`", failures)) >= {str(failure) for failure in Failure}
    assert f"at most {NUMBERS[MAXIMUM_WEBHOOKS]} webhooks" in PAGE
    assert f"{NUMBERS[LANE_WIDTH]} messages at most" in PAGE
    assert f"within {Settings.model_fields['webhook_timeout_seconds'].default} seconds" in PAGE


@pytest.fixture
def verify() -> Verify:
    """The function that the page shows."""
    code = PAGE[PAGE.index("```python\n") + len("```python\n") :].partition("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)  # it is our own page
    shown: Verify = names["verify"]
    return shown


def test_the_shown_code_takes_what_is_signed_and_nothing_else(verify: Verify) -> None:
    now = datetime.now(UTC)
    headers = signed_headers("evt_1", now, b"{}", ["whsec_" + "A" * 32, SECRET])
    assert verify(SECRET, headers, b"{}")
    assert not verify(SECRET, headers, b"{ }")
    assert not verify("whsec_" + "B" * 32, headers, b"{}")
    assert not verify(SECRET, {**headers, "webhook-id": "evt_2"}, b"{}")
    old = datetime.fromtimestamp(now.timestamp() - 301, UTC)
    assert not verify(SECRET, signed_headers("evt_1", old, b"{}", [SECRET]), b"{}")
