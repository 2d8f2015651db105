"""ICE-TCP connections: who may hold one, for how long, and what ends it."""

from __future__ import annotations

import asyncio
import select
import socket

import pytest

from sfu_container.plain_engine import PlainEngine, tcp_port
from sfu_container.plain_engine.addresses import network_of
from sfu_container.plain_engine.framing import MAX_FRAME_SIZE, frame
from sfu_container.plain_engine.tcp_connection import MAX_WRITE_BUFFER
from tests.unit.plain_engine.packets import stun_check
from tests.unit.plain_engine.sockets import TcpClient, UdpClient, until


async def test_a_connection_with_an_oversized_frame_is_closed(engine: PlainEngine) -> None:
    client = await TcpClient.connect(engine)
    client.writer.write((MAX_FRAME_SIZE + 1).to_bytes(2))
    assert await client.is_hung_up_on()
    assert engine.stats(None).dropped == {"badFrame": 1}
    client.close()


@pytest.mark.parametrize("is_proven", [True, False])
async def test_a_connection_with_an_empty_frame_is_closed(engine: PlainEngine, is_proven: bool) -> None:
    engine.add_peer("ann", "ours", "secret")
    client = await TcpClient.connect(engine)
    if is_proven:
        client.send(stun_check("ours", "secret"))
        await client.receive()
    client.send(b"")
    assert await client.is_hung_up_on()
    assert engine.stats(None).dropped == {"badFrame": 1}
    client.close()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00", "badStun"),
        (b"\x16 hello", "unknownSource"),
        (b"\x80" + bytes(20), "unknownSource"),
        (b"GET / HTTP/1.1", "unknownProtocol"),
        (stun_check("nobody", "secret"), "unknownUfrag"),
        (stun_check("ours", "guessed"), "badIntegrity"),
    ],
)
async def test_an_unproven_connection_ends_with_the_first_packet_that_proves_nothing(
    engine: PlainEngine, data: bytes, reason: str
) -> None:
    engine.add_peer("ann", "ours", "secret")
    client = await TcpClient.connect(engine)
    client.writer.write(frame(data) * 100 + frame(stun_check("ours", "secret")))
    assert await client.is_hung_up_on()
    assert engine.stats(None).dropped == {reason: 1}
    client.close()


async def test_a_flood_of_tiny_frames_lets_others_have_their_turn(engine: PlainEngine) -> None:
    engine.add_peer("ann", "ours", "secret")
    client = socket.create_connection(engine.tcp_addresses[0])
    client.sendall(frame(stun_check("ours", "secret")))
    await until(lambda: bool(select.select([client], [], [], 0)[0]))
    (connection,) = engine._tcp[0]._connections.values()
    client.sendall(frame(b"\xff") * 20_000)
    connection._read()
    assert 0 < engine.stats(None).dropped["unknownProtocol"] <= 2_000
    client.close()


async def test_a_connection_that_proves_nothing_is_closed_in_time(
    engine: PlainEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_port, "UNPROVEN_SECONDS", 0.05)
    engine.add_peer("ann", "ours", "secret")
    proven, silent = await TcpClient.connect(engine), await TcpClient.connect(engine)
    proven.send(stun_check("ours", "secret"))
    await proven.receive()

    assert await silent.is_hung_up_on()
    proven.send(stun_check("ours", "secret"))
    assert await proven.receive()
    proven.close()
    silent.close()


async def test_of_too_many_unproven_connections_the_oldest_goes(
    engine: PlainEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_port, "MAX_UNPROVEN", 2)
    engine.add_peer("ann", "ours", "secret")
    oldest, *others = [await TcpClient.connect(engine) for _ in range(3)]
    assert await oldest.is_hung_up_on()
    for other in others:
        other.send(stun_check("ours", "secret"))
        assert await other.receive()
    for client in (oldest, *others):
        client.close()


async def test_an_address_keeps_its_newest_unproven_connections_only(
    engine: PlainEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_port, "MAX_UNPROVEN_PER_NETWORK", 2)
    engine.add_peer("ann", "ours", "secret")
    bystander = await TcpClient.connect(engine, "127.0.0.2")
    oldest, *newest = [await TcpClient.connect(engine, "127.0.0.3") for _ in range(3)]
    assert await oldest.is_hung_up_on()
    for other in (bystander, *newest):
        other.send(stun_check("ours", "secret"))
        assert await other.receive()
    assert engine.stats(None).dropped == {"tooManyConnections": 1}
    for client in (bystander, oldest, *newest):
        client.close()


async def test_of_too_many_unproven_connections_one_of_the_address_that_holds_most_goes(
    engine: PlainEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_port, "MAX_UNPROVEN", 4)
    engine.add_peer("ann", "ours", "secret")
    bystander = await TcpClient.connect(engine, "127.0.0.2")
    greedy, *others = [await TcpClient.connect(engine, "127.0.0.3") for _ in range(3)]
    late = await TcpClient.connect(engine, "127.0.0.4")
    assert await greedy.is_hung_up_on()
    for other in (bystander, *others, late):
        other.send(stun_check("ours", "secret"))
        assert await other.receive()
    for client in (bystander, greedy, *others, late):
        client.close()


def test_ipv4_addresses_are_told_apart_and_ipv6_by_their_network() -> None:
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")


async def test_the_connection_of_a_removed_peer_is_closed(engine: PlainEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_port, "UNPROVEN_SECONDS", 0.0)
    engine.add_peer("ann", "ours", "secret")
    client = await TcpClient.connect(engine)
    client.send(stun_check("ours", "secret"))
    await client.receive()
    engine.remove_peer("ann")
    assert await client.is_hung_up_on()
    client.close()


async def test_a_closed_connection_is_forgotten(engine: PlainEngine) -> None:
    engine.add_peer("ann", "ours", "secret")
    client = await TcpClient.connect(engine)
    client.send(stun_check("ours", "secret"))
    await client.receive()
    client.close()
    await until(lambda: len(engine._tcp[0]) == 0)

    engine.send_dtls("ann", b"\x16 into the void")

    assert engine.stats(None).dropped == {}


async def test_a_slow_reader_loses_packets_and_holds_up_nobody(engine: PlainEngine) -> None:
    engine.add_peer("slow", "slow", "secret")
    engine.add_peer("quick", "quick", "secret")
    slow, quick = socket.create_connection(engine.tcp_addresses[0]), UdpClient(engine)
    slow.sendall(frame(stun_check("slow", "secret")))
    quick.send(stun_check("quick", "secret"))
    await quick.receive()
    await until(lambda: bool(select.select([slow], [], [], 0)[0]))

    while not engine.stats(None).dropped:
        engine.send_dtls("slow", b"\x16" + bytes(1200))
    (connection,) = engine._tcp[0]._connections.values()
    assert len(connection._unsent) <= MAX_WRITE_BUFFER + 2
    engine.send_dtls("quick", b"\x16 quick")
    assert await quick.receive() == b"\x16 quick"

    slow.setblocking(False)
    received = b""
    while connection._unsent:
        received += await asyncio.get_running_loop().sock_recv(slow, 1 << 20)
    slow.close()
    quick.close()
