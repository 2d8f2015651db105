"""What clients of the JSON subprotocols may say, and what happens when they say something else."""

import base64
from typing import Any

import aiohttp
import pytest

from local_azure.webpubsub import Limits

from .support import ALL_GROUPS, JSON, RELIABLE, Emulator, running_emulator


@pytest.mark.parametrize("subprotocol", [JSON, RELIABLE])
async def test_a_connection_is_told_who_it_is(emulator: Emulator, subprotocol: str) -> None:
    client, connected = await emulator.open("ann", subprotocol=subprotocol)
    assert client.socket.protocol == subprotocol
    assert connected["type"] == "system"
    assert connected["event"] == "connected"
    assert connected["userId"] == "ann"
    assert connected["connectionId"]
    assert ("reconnectionToken" in connected) == (subprotocol == RELIABLE)


@pytest.mark.parametrize(
    ("data_type", "data"),
    [("text", "hé"), ("json", {"a": [1, None, "é"]}), ("json", None), ("binary", base64.b64encode(b"\0\xff").decode())],
)
async def test_a_group_message_reaches_members_as_it_was_sent(emulator: Emulator, data_type: str, data: object) -> None:
    ann, _ = await emulator.open("ann")
    ben, _ = await emulator.open("ben", groups=("room",))
    await ann.send({"type": "sendToGroup", "group": "room", "dataType": data_type, "data": data})
    assert await ben.receive() == {
        "type": "message",
        "from": "group",
        "group": "room",
        "fromUserId": "ann",
        "dataType": data_type,
        "data": data,
    }


async def test_a_client_without_a_subprotocol_gets_bare_frames(emulator: Emulator) -> None:
    bare, _ = await emulator.open("bare", subprotocol=None, groups=("room",))
    ann, _ = await emulator.open("ann")
    await ann.send({"type": "sendToGroup", "group": "room", "dataType": "text", "data": "hi"})
    await ann.send({"type": "sendToGroup", "group": "room", "dataType": "json", "data": {"a": 1}})
    await ann.send({"type": "sendToGroup", "group": "room", "dataType": "binary", "data": "AAE="})
    assert await bare.socket.receive_str() == "hi"
    assert await bare.socket.receive_json() == {"a": 1}
    assert await bare.socket.receive_bytes() == b"\0\x01"


async def test_the_sender_is_a_receiver_unless_it_wants_no_echo(emulator: Emulator) -> None:
    ann, _ = await emulator.open(groups=("room",))
    await ann.send({"type": "sendToGroup", "group": "room", "data": "quiet", "noEcho": True})
    await ann.send({"type": "sendToGroup", "group": "room", "data": "loud"})
    assert (await ann.receive())["data"] == "loud"


async def test_a_burst_of_one_sender_arrives_whole_and_in_order(emulator: Emulator) -> None:
    """More messages than an outbox holds: a receiver that reads must not be taken for one that does not."""
    ann, _ = await emulator.open("ann")
    ben, _ = await emulator.open("ben", groups=("room",))
    count = 4 * Limits().outgoing_frames
    for number in range(count):
        await ann.send({"type": "sendToGroup", "group": "room", "dataType": "json", "data": number})
    assert [(await ben.receive())["data"] for _ in range(count)] == list(range(count))


async def test_leaving_a_group_ends_its_messages(emulator: Emulator) -> None:
    ann, _ = await emulator.open()
    assert (await ann.ask({"type": "joinGroup", "group": "room", "ackId": 1}))["success"]
    assert (await ann.ask({"type": "leaveGroup", "group": "room", "ackId": 2}))["success"]
    await ann.send({"type": "sendToGroup", "group": "room", "data": "x"})
    await ann.send({"type": "ping"})
    assert await ann.receive() == {"type": "pong"}


async def test_hubs_do_not_hear_each_other(emulator: Emulator) -> None:
    ann, _ = await emulator.open("ann", groups=("room",))
    other, _ = await emulator.open("ann", groups=("room",), hub="other")
    await ann.ask({"type": "sendToGroup", "group": "room", "data": "x", "ackId": 1})
    await other.send({"type": "ping"})
    assert await other.receive() == {"type": "pong"}


@pytest.mark.parametrize("action", ["joinGroup", "leaveGroup", "sendToGroup"])
async def test_what_no_role_allows_is_forbidden_and_may_be_tried_again(emulator: Emulator, action: str) -> None:
    client, _ = await emulator.open(roles=())
    for _attempt in range(2):
        ack = await client.ask({"type": action, "group": "room", "data": "x", "ackId": 7})
        assert not ack["success"]
        assert ack["error"]["name"] == "Forbidden"
        assert "room" in ack["error"]["message"]


async def test_a_wildcard_role_covers_its_groups_only(emulator: Emulator) -> None:
    client, _ = await emulator.open(roles=("webpubsub.joinLeaveGroups.s.*",))
    assert (await client.ask({"type": "joinGroup", "group": "s.1", "ackId": 1}))["success"]
    assert not (await client.ask({"type": "joinGroup", "group": "s.1.x", "ackId": 2}))["success"]
    assert not (await client.ask({"type": "sendToGroup", "group": "s.1", "data": "", "ackId": 3}))["success"]


async def test_a_repeated_ack_id_is_a_duplicate_and_not_carried_out(emulator: Emulator) -> None:
    ann, _ = await emulator.open(groups=("room",))
    frame = {"type": "sendToGroup", "group": "room", "data": "once", "ackId": 2**64 - 1}
    assert (await ann.ask(frame))["success"]
    ack = await ann.ask(frame)
    assert ack["error"]["name"] == "Duplicate"
    await ann.send({"type": "ping"})
    assert await ann.receive() == {"type": "pong"}


async def test_only_the_newest_ack_ids_are_remembered() -> None:
    async with running_emulator(Limits(remembered_acks=3)) as emulator:
        ann, _ = await emulator.open()
        for ack_id in range(4):
            await ann.ask({"type": "joinGroup", "group": "room", "ackId": ack_id})
        newest = await ann.ask({"type": "joinGroup", "group": "room", "ackId": 1})
        oldest = await ann.ask({"type": "joinGroup", "group": "room", "ackId": 0})
    assert newest["error"]["name"] == "Duplicate"
    assert oldest["success"]


async def test_a_connection_can_be_in_a_bounded_number_of_groups() -> None:
    async with running_emulator(Limits(groups_per_connection=2)) as emulator:
        ann, _ = await emulator.open()
        acks = [await ann.ask({"type": "joinGroup", "group": f"g{n}", "ackId": n}) for n in range(3)]
    assert [ack["success"] for ack in acks] == [True, True, False]


GROUP = {"type": "sendToGroup", "group": "room"}


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[" * 100_000, "JSON"),
        ('{"type": "ping", "x": NaN}', "JSON"),
        ("[]", "object"),
        ("7", "object"),
        ({}, "type None"),
        ({"type": "invoke", "invocationId": "1"}, "'invoke'"),
        ({"type": "x" * 10_000}, "type"),
        ({"type": {"deep": []}}, "type"),
        ({"type": "joinGroup"}, "group"),
        ({"type": "joinGroup", "group": 5}, "group"),
        ({"type": "joinGroup", "group": ""}, "group"),
        ({"type": "joinGroup", "group": "g" * 1025}, "group"),
        ('{"type": "joinGroup", "group": "\\ud800"}', "group"),
        ({"type": "joinGroup", "group": "room", "ackId": "1"}, "ackId"),
        ({"type": "joinGroup", "group": "room", "ackId": -1}, "ackId"),
        ({"type": "joinGroup", "group": "room", "ackId": True}, "ackId"),
        ({"type": "joinGroup", "group": "room", "ackId": 2**64}, "ackId"),
        ({"type": "joinGroup", "group": "room", "ackId": 1.5}, "ackId"),
        (GROUP, "data"),
        ({**GROUP, "data": 5}, "data"),
        ('{"type": "sendToGroup", "group": "room", "data": "\\udfff"}', "data"),
        ({**GROUP, "data": "x", "dataType": "protobuf"}, "dataType"),
        ({**GROUP, "data": "x", "dataType": ["text"]}, "dataType"),
        ({**GROUP, "data": "***", "dataType": "binary"}, "data"),
        ('{"type": "sendToGroup", "group": "room", "dataType": "json", "data": 1e999}', "data"),
        ({**GROUP, "data": "x", "noEcho": "yes"}, "noEcho"),
        ({"type": "event", "data": "x"}, "event"),
        ({"type": "event", "event": "a\r\nb", "data": "x"}, "event"),
        ({"type": "event", "event": "e" * 129, "data": "x"}, "event"),
        ({"type": "sequenceAck"}, "sequenceId"),
        ({"type": "sequenceAck", "sequenceId": "1"}, "sequenceId"),
    ],
)
async def test_a_malformed_frame_closes_with_1008_and_says_why(emulator: Emulator, frame: Any, reason: str) -> None:
    bystander, _ = await emulator.open("ben")
    client, _ = await emulator.open("ann", subprotocol=RELIABLE)
    await client.send(frame)
    farewell = await client.receive()
    assert farewell["event"] == "disconnected"
    assert reason in farewell["message"]
    code, close_reason = await client.closed()
    assert code == 1008
    assert reason in close_reason
    await bystander.send({"type": "ping"})
    assert await bystander.receive() == {"type": "pong"}


async def test_a_binary_message_closes_with_1008(emulator: Emulator) -> None:
    client, _ = await emulator.open()
    await client.socket.send_bytes(b'{"type": "ping"}')
    assert (await client.closed())[0] == 1008


async def test_text_that_is_not_utf8_closes_with_1007(emulator: Emulator) -> None:
    client, _ = await emulator.open()
    await client.socket.send_frame(b"\xff\xfe", aiohttp.WSMsgType.TEXT)
    assert (await client.closed())[0] == 1007


async def test_a_message_of_exactly_the_limit_passes_and_one_byte_more_closes_with_1009(emulator: Emulator) -> None:
    ann, _ = await emulator.open("ann")
    ben, _ = await emulator.open("ben", groups=("room",))
    frame = '{"type": "sendToGroup", "group": "room", "data": "%s"}'
    data = "x" * (1024 * 1024 - len(frame % ""))
    await ann.send(frame % data)
    assert (await ben.receive())["data"] == data
    await ann.send(frame % (data + "x"))
    assert (await ann.closed())[0] == 1009


async def test_null_stands_for_an_absent_ack_id(emulator: Emulator) -> None:
    ann, _ = await emulator.open(roles=ALL_GROUPS)
    await ann.send({"type": "joinGroup", "group": "room", "ackId": None})
    await ann.send({**GROUP, "data": "x", "noEcho": None, "ackId": None})
    assert (await ann.receive())["data"] == "x"
