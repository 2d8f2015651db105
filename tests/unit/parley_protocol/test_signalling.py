"""The models are the letter of docs/signalling.md: every message named there exists, and nothing else does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parley_protocol import control, signalling
from parley_protocol.control import CONTROL_TO_NODE, Layout, Mute
from parley_protocol.errors import ErrorCode, LeaveReason
from parley_protocol.signalling import TO_NODE
from parley_protocol.wire import SlotRequest, Wire

PROSE = (Path(__file__).parents[3] / "docs" / "signalling.md").read_text()
PUBLICATION = "pub_01JD0000000000000000000000"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
MESSAGES = st.dictionaries(
    st.sampled_from(["type", "requestId", "peer", "grant", "offer", "publications", "layout", "slots", "mid"]),
    JSON_VALUES | st.sampled_from(["join", "offer", "leave", "layout", "publish", "mute"]),
)


def message_types() -> set[str]:
    models = [model for module in (signalling, control) for model in vars(module).values() if isinstance(model, type)]
    return {
        model.model_fields["type"].default
        for model in models
        if issubclass(model, Wire) and "type" in model.model_fields
    }


def test_every_message_is_described_in_the_prose_and_every_described_message_exists() -> None:
    described = set(re.findall(r"\*\*`([a-zA-Z]+)`\*\*", PROSE))
    assert described == message_types()


@pytest.mark.parametrize("code", [*ErrorCode, *LeaveReason])
def test_every_code_and_reason_is_explained_in_the_prose(code: str) -> None:
    assert f"`{code}`" in PROSE


def test_a_message_has_camel_case_names_and_leaves_out_what_is_absent() -> None:
    message = Layout(slots=(SlotRequest(mid="3", max_height=360),))
    assert json.loads(message.encode()) == {
        "type": "layout",
        "slots": [{"mid": "3", "maxHeight": 360, "priority": 0}],
    }


def test_unknown_fields_are_ignored_so_that_either_side_may_be_newer() -> None:
    text = json.dumps({"type": "mute", "publication": PUBLICATION, "muted": True, "since": "tomorrow"})
    assert CONTROL_TO_NODE.validate_json(text) == Mute(publication=PUBLICATION, muted=True)


@given(JSON_VALUES | MESSAGES)
def test_no_json_value_raises_anything_but_a_validation_error(value: Any) -> None:
    for adapter in (TO_NODE, CONTROL_TO_NODE):
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
