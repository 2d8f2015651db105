"""The reliable subprotocol: nothing is lost while a client is away, and nothing is kept for ever."""

import asyncio
import json

import pytest
from aiohttp import WSMsgType, web

from local_azure.webpubsub import Limits

from .support import DEADLINE, HUB, JSON, RELIABLE, Emulator, running_emulator, until


async def say(emulator: Emulator, group: str, *messages: object) -> None:
    for message in messages:
        status, _ = await emulator.rest("POST", f"groups/{group}/:send", json=message)
        assert status == 202


async def exists(emulator: Emulator, connection_id: str) -> bool:
    status, _ = await emulator.rest("HEAD", f"connections/{connection_id}")
    return status == 200


async def test_messages_carry_rising_sequence_ids(emulator: Emulator) -> None:
    client, _ = await emulator.open(subprotocol=RELIABLE, groups=("room",))
    await say(emulator, "room", "a", "b")
    assert [(frame["sequenceId"], frame["data"]) for frame in [await client.receive() for _ in range(2)]] == [
        (1, "a"),
        (2, "b"),
    ]


async def test_a_recovered_session_keeps_its_id_and_gets_what_it_missed_in_order(emulator: Emulator) -> None:
    client, connected = await emulator.open(subprotocol=RELIABLE, groups=("room",))
    await say(emulator, "room", "seen", "unconfirmed")
    await client.receive()
    await client.send({"type": "sequenceAck", "sequenceId": 1})
    await client.send({"type": "ping"})
    await client.receive_where(type="pong")
    client.drop()
    await say(emulator, "room", "missed")

    again = await emulator.recover(connected)
    greeting = await again.receive()
    assert greeting["event"] == "connected"
    assert greeting["connectionId"] == connected["connectionId"]
    assert [(await again.receive())["data"] for _ in range(2)] == ["unconfirmed", "missed"]
    await say(emulator, "room", "new")
    assert (await again.receive())["sequenceId"] == 4


async def test_a_recovered_session_still_knows_its_ack_ids_and_roles(emulator: Emulator) -> None:
    client, connected = await emulator.open(subprotocol=RELIABLE, roles=("webpubsub.joinLeaveGroup.room",))
    await client.ask({"type": "joinGroup", "group": "room", "ackId": 1})
    client.drop()
    again = await emulator.recover(connected)
    assert (await again.ask({"type": "joinGroup", "group": "room", "ackId": 1}))["error"]["name"] == "Duplicate"
    assert (await again.ask({"type": "leaveGroup", "group": "room", "ackId": 2}))["success"]


async def test_recovery_takes_over_from_a_socket_that_still_lives(emulator: Emulator) -> None:
    old, connected = await emulator.open(subprotocol=RELIABLE, groups=("room",))
    again = await emulator.recover(connected)
    await again.receive()
    code, _ = await old.closed()
    assert code == 1001
    await say(emulator, "room", "still here")
    assert (await again.receive())["data"] == "still here"


@pytest.mark.parametrize("field", ["connectionId", "reconnectionToken"])
async def test_recovery_without_the_right_secret_closes_with_1008(emulator: Emulator, field: str) -> None:
    client, connected = await emulator.open(subprotocol=RELIABLE)
    thief = await emulator.recover({**connected, field: "wrong"})
    assert (await thief.closed())[0] == 1008
    await client.send({"type": "ping"})
    assert await client.receive() == {"type": "pong"}


async def test_recovery_in_another_hub_closes_with_1008(emulator: Emulator) -> None:
    _, connected = await emulator.open(subprotocol=RELIABLE)
    stray = await emulator.recover(connected, hub="other")
    assert (await stray.closed())[0] == 1008


async def test_a_session_that_its_client_closed_cannot_be_recovered(emulator: Emulator) -> None:
    client, connected = await emulator.open(subprotocol=RELIABLE)
    await client.socket.close()
    late = await emulator.recover(connected)
    assert (await late.closed())[0] == 1008


async def test_an_unreliable_session_ends_with_its_socket(emulator: Emulator) -> None:
    client, connected = await emulator.open(subprotocol=JSON)
    client.drop()
    async with asyncio.timeout(DEADLINE):
        while await exists(emulator, connected["connectionId"]):
            pass


async def test_a_session_is_dropped_when_the_recovery_window_closes() -> None:
    async with running_emulator(Limits(recovery_seconds=0.05), with_upstream=True) as emulator:
        client, connected = await emulator.open(subprotocol=RELIABLE)
        client.drop()
        await until(lambda: emulator.upstream.named("disconnected"))
        late = await emulator.recover(connected)
        assert (await late.closed())[0] == 1008
    assert "in time" in emulator.upstream.named("disconnected")[0].json["reason"]


async def test_a_peer_that_answers_no_ping_is_lost_but_may_recover() -> None:
    async with running_emulator(Limits(heartbeat_seconds=0.1), with_upstream=True) as emulator:
        token = emulator.token(sub="ann", groups=("room",))
        url = emulator.url(access_token=token)
        deaf = await emulator.dial(url, RELIABLE, autoping=False)
        connected = await deaf.receive()
        while (await deaf.socket.receive(DEADLINE)).type is WSMsgType.PING:
            pass
        again = await emulator.recover(connected)
        assert (await again.receive())["connectionId"] == connected["connectionId"]


@pytest.mark.parametrize("limits", [Limits(unacked_messages=5), Limits(unacked_bytes=900)])
async def test_a_client_that_never_acknowledges_is_dropped_and_told(limits: Limits) -> None:
    async with running_emulator(limits) as emulator:
        client, connected = await emulator.open(subprotocol=RELIABLE, groups=("room",))
        await say(emulator, "room", *("x" * 60 for _ in range(8)))
        farewell = await client.receive_where(event="disconnected")
        code, reason = await client.closed()
        late = await emulator.recover(connected)
        assert (await late.closed())[0] == 1008
    assert code == 1008
    assert "acknowledged" in reason
    assert farewell["message"] == reason


async def test_a_client_that_is_away_is_dropped_when_too_much_waits_for_it() -> None:
    async with running_emulator(Limits(unacked_messages=2)) as emulator:
        client, connected = await emulator.open(subprotocol=RELIABLE, groups=("room",))
        client.drop()
        await say(emulator, "room", 1, 2, 3)
        assert not await exists(emulator, connected["connectionId"])


async def test_a_client_that_acknowledges_may_receive_any_number_of_messages() -> None:
    async with running_emulator(Limits(unacked_messages=2)) as emulator:
        client, _ = await emulator.open(subprotocol=RELIABLE, groups=("room",))
        for number in range(10):
            await say(emulator, "room", number)
            frame = await client.receive()
            await client.send({"type": "sequenceAck", "sequenceId": frame["sequenceId"]})
        assert frame["data"] == 9


async def test_recovery_must_speak_the_reliable_subprotocol(emulator: Emulator) -> None:
    _, connected = await emulator.open(subprotocol=RELIABLE)
    url = emulator.url(
        HUB,
        awps_connection_id=connected["connectionId"],
        awps_reconnection_token=connected["reconnectionToken"],
    )
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    async with emulator.http.get(url, headers=headers) as response:
        assert response.status == 400
        assert json.loads(await response.text())["code"] == "InvalidSubprotocol"


async def test_frames_of_one_client_keep_their_order_across_a_recovery() -> None:
    """A slow event that the old socket started is finished before the new socket's frames are carried out."""
    async with running_emulator(with_upstream=True) as emulator:
        release = asyncio.Event()

        async def slow(_request: web.Request) -> web.StreamResponse:
            await release.wait()
            return web.json_response("first")

        emulator.upstream.answers["slow"] = slow
        client, connected = await emulator.open(subprotocol=RELIABLE, groups=("room",))
        await client.send({"type": "event", "event": "slow", "data": "x"})
        await until(lambda: emulator.upstream.named("slow"))
        client.drop()
        again = await emulator.recover(connected)
        await again.receive()
        await again.send({"type": "sendToGroup", "group": "room", "dataType": "json", "data": "second"})
        release.set()
        assert [(await again.receive())["data"] for _ in range(2)] == ["first", "second"]
