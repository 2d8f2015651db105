"""Parsing what clients send: whatever it is, it is a frame or a FrameError."""

import contextlib
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.webpubsub.errors import FrameError
from local_azure.webpubsub.frames import SendToGroup, parse_frame
from local_azure.webpubsub.messages import DataType, Message, decode_json

# A busy machine is no failure, and what failed is in the report: no deadline, no folder of examples.
PROPERTY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = ("group", "event", "ackId", "data", "dataType", "noEcho", "sequenceId")
TYPES = st.sampled_from(["joinGroup", "leaveGroup", "sendToGroup", "event", "sequenceAck", "ping"])
PLAUSIBLE = st.fixed_dictionaries(
    {"type": TYPES | ANYTHING},
    optional={name: st.sampled_from(["room", "text", "json", "binary", 1, True]) | ANYTHING for name in FIELDS},
)


@PROPERTY
@given(st.text())
def test_any_text_is_a_frame_or_a_frame_error(text: str) -> None:
    with contextlib.suppress(FrameError):
        parse_frame(text)


@PROPERTY
@given(PLAUSIBLE)
def test_any_json_object_is_a_frame_or_a_frame_error(fields: dict[str, object]) -> None:
    with contextlib.suppress(FrameError):
        parse_frame(json.dumps(fields))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@PROPERTY
@given(JSON_VALUES, st.text(min_size=1), st.text() | st.none(), st.integers(1, 2**64))
def test_json_data_survives_the_way_to_a_receiver(
    data: object, group: str, from_user_id: str | None, sequence_id: int
) -> None:
    frame = parse_frame(json.dumps({"type": "sendToGroup", "group": group, "dataType": "json", "data": data}))
    assert isinstance(frame, SendToGroup)
    assert frame.payload.data_type is DataType.JSON
    message = Message(frame.payload, group=group, from_user_id=from_user_id)
    for text in (message.frame, message.sequenced_frame(sequence_id)):
        received = decode_json(text)
        assert received["data"] == data
        assert received["group"] == group
        assert received.get("fromUserId") == from_user_id
    assert decode_json(message.sequenced_frame(sequence_id))["sequenceId"] == sequence_id
