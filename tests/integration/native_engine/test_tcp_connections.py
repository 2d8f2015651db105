"""ICE-TCP connections: who may hold one, for how long, and what ends it."""

from __future__ import annotations

import struct

import pytest

from sfu_container.engine import DtlsReceived, IceConnected
from sfu_container.native_engine import NativeEngine
from tests.integration.native_engine.clients import TcpClient, UdpClient, check, next_event

MAX_PER_ADDRESS = 8
MAX_UNPROVEN = 128


@pytest.fixture
def engine(engine: NativeEngine) -> NativeEngine:
    """One that waits for a Peer."""
    engine.add_peer("ann", "ours", "secret")
    return engine


async def prove(client: TcpClient) -> None:
    client.send(check("ours", "secret"))
    assert (await client.receive())[:2] == b"\x01\x01"


@pytest.mark.parametrize("is_proven", [True, False])
@pytest.mark.parametrize("length", [0, 2_049, 65_535])
async def test_a_frame_of_an_impossible_length_ends_its_connection(
    engine: NativeEngine, length: int, is_proven: bool
) -> None:
    client = await TcpClient.connect(engine)
    if is_proven:
        await prove(client)
    client.writer.write(struct.pack("!H", length))
    assert await client.is_hung_up_on()
    assert engine.stats().dropped == {"badFrame": 1}
    client.close()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00", "badStun"),
        (b"\x16 hello", "unknownSource"),
        (b"\x80" + bytes(20), "unknownSource"),
        (b"GET / HTTP/1.1", "unknownProtocol"),
        (check("nobody", "secret"), "unknownUfrag"),
        (check("ours", "guessed"), "badIntegrity"),
    ],
    ids=["bad STUN", "DTLS", "SRTP", "HTTP", "unknown ufrag", "wrong password"],
)
async def test_an_unproven_connection_ends_with_the_first_packet_that_proves_nothing(
    engine: NativeEngine, data: bytes, reason: str
) -> None:
    client = await TcpClient.connect(engine)
    packets = [*[data] * 100, check("ours", "secret")]
    client.writer.write(b"".join(struct.pack("!H", len(packet)) + packet for packet in packets))
    assert await client.is_hung_up_on()
    assert engine.stats().dropped == {reason: 1}
    client.close()


async def test_a_proven_connection_survives_bad_packets(engine: NativeEngine) -> None:
    client = await TcpClient.connect(engine)
    await prove(client)
    for _ in range(100):
        client.send(b"GET / HTTP/1.1")
    await prove(client)
    assert engine.stats().dropped == {"unknownProtocol": 100}
    client.close()


async def test_a_connection_that_proves_nothing_is_closed_in_time(engine: NativeEngine) -> None:
    proven, silent = await TcpClient.connect(engine), await TcpClient.connect(engine)
    await prove(proven)
    assert await silent.is_hung_up_on()
    assert engine.stats().dropped == {"tooManyConnections": 1}
    await prove(proven)
    proven.close()
    silent.close()


async def test_an_address_keeps_its_newest_unproven_connections_only(engine: NativeEngine) -> None:
    bystander = await TcpClient.connect(engine, "127.0.0.2")
    oldest, *newest = [await TcpClient.connect(engine, "127.0.0.3") for _ in range(MAX_PER_ADDRESS + 1)]
    assert await oldest.is_hung_up_on()
    # A Peer has no use for more connections than the engine keeps paths of it.
    for other in (bystander, newest[0], newest[-1]):
        await prove(other)
    assert engine.stats().dropped == {"tooManyConnections": 1}
    for client in (bystander, oldest, *newest):
        client.close()


async def test_of_too_many_unproven_connections_one_of_the_address_that_holds_most_goes(engine: NativeEngine) -> None:
    bystander = await TcpClient.connect(engine, "127.0.0.2")
    greedy = [await TcpClient.connect(engine, "127.0.0.3") for _ in range(3)]
    others = [await TcpClient.connect(engine, f"127.0.1.{host}") for host in range(1, MAX_UNPROVEN - 3)]
    late = await TcpClient.connect(engine, "127.0.0.4")
    assert await greedy[0].is_hung_up_on()
    assert engine.stats().dropped == {"tooManyConnections": 1}
    for other in (bystander, late):
        await prove(other)
    for client in (bystander, *greedy, *others, late):
        client.close()


async def test_the_connection_of_a_removed_peer_is_closed(engine: NativeEngine) -> None:
    client = await TcpClient.connect(engine)
    await prove(client)
    engine.remove_peer("ann")
    assert await client.is_hung_up_on()
    client.close()


async def test_a_slow_reader_loses_packets_and_holds_up_nobody(engine: NativeEngine) -> None:
    engine.add_peer("quick", "quick", "secret")
    slow, quick = await TcpClient.connect(engine), UdpClient(engine)
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio.ReadTransport, of a socket always
    slow.send(check("ours", "secret"))
    assert isinstance(await next_event(engine), IceConnected)
    quick.send(check("quick", "secret"))
    await quick.receive()

    sent = 0
    while not engine.stats().dropped:
        engine.send_dtls("ann", b"\x16" + bytes(1_999))
        sent += 1
    engine.send_dtls("quick", b"\x16 quick")
    assert await quick.receive() == b"\x16 quick"

    slow.writer.transport.resume_reading()  # type: ignore[attr-defined]  # as above
    assert (await slow.receive())[:2] == b"\x01\x01"
    for _ in range(sent - 1):
        assert len(await slow.receive()) == 2_000
    engine.send_dtls("ann", b"\x16 caught up")
    assert await slow.receive() == b"\x16 caught up"
    slow.close()
    quick.close()


async def test_dtls_of_one_peer_leaves_room_for_that_of_others(engine: NativeEngine) -> None:
    engine.add_peer("mallory", "hers", "secret")
    flood, ann = await TcpClient.connect(engine), UdpClient(engine)
    flood.send(check("hers", "secret"))
    await flood.receive()
    for _ in range(200):
        flood.send(b"\x16" * 1_200)
    await flood.writer.drain()
    # Whatever came before it on the same connection has been taken or dropped when this is answered.
    flood.send(check("hers", "secret"))
    await flood.receive()
    assert engine.stats().dropped["eventsFull"] > 100

    ann.send(check("ours", "secret"))
    await ann.receive()
    ann.send(b"\x16 hello")
    ann.send(check("ours", "secret"))
    await ann.receive()
    assert DtlsReceived("ann", b"\x16 hello") in engine.poll_events(1_000)
    flood.close()
    ann.close()
