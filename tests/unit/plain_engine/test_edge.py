"""The engine on real sockets: UDP and TCP over 127.0.0.1."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest
from pylibsrtp import Policy, Session

from sfu_container.engine import (
    DtlsReceived,
    Encoding,
    Engine,
    EngineConfig,
    Event,
    IceConnected,
    UnknownIdError,
)
from sfu_container.plain_engine import PlainEngine, event_queue, tcp_port
from sfu_container.plain_engine.event_queue import EventQueue
from sfu_container.plain_engine.framing import MAX_FRAME_SIZE, frame
from sfu_container.plain_engine.tcp_connection import MAX_WRITE_BUFFER
from tests.unit.plain_engine.packets import EXTENSIONS, VP8, rtp, stun_check, vp8

LOOPBACK = ("127.0.0.1", 0)
KEY_SIZE = 28


@pytest.fixture
async def engine() -> AsyncIterator[PlainEngine]:
    engine = PlainEngine(udp=[LOOPBACK], tcp=[LOOPBACK], config=EngineConfig())
    yield engine
    engine.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def next_event(engine: Engine) -> Event:
    """Wait as a caller does: for the file descriptor."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(engine.event_fd(), readable.set)
    try:
        await asyncio.wait_for(readable.wait(), 5)
    finally:
        loop.remove_reader(engine.event_fd())
    (event,) = engine.poll_events(1)
    return event


class UdpClient:
    def __init__(self, engine: PlainEngine) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(engine.udp_addresses[0])

    def send(self, data: bytes) -> None:
        self._socket.send(data)

    async def receive(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._socket, 2048), 5)

    def close(self) -> None:
        self._socket.close()


class TcpClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, engine: PlainEngine) -> TcpClient:
        return cls(*await asyncio.open_connection(*engine.tcp_addresses[0]))

    def send(self, data: bytes) -> None:
        self.writer.write(frame(data))

    async def receive(self) -> bytes:
        async with asyncio.timeout(5):
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            return await self.reader.readexactly(size)

    async def is_hung_up_on(self) -> bool:
        async with asyncio.timeout(5):
            return await self.reader.read() == b""

    def close(self) -> None:
        self.writer.close()


@pytest.fixture(params=["udp", "tcp"])
async def client(request: pytest.FixtureRequest, engine: PlainEngine) -> AsyncIterator[UdpClient | TcpClient]:
    client = UdpClient(engine) if request.param == "udp" else await TcpClient.connect(engine)
    yield client
    client.close()


async def test_a_peer_connects_and_exchanges_dtls(engine: PlainEngine, client: UdpClient | TcpClient) -> None:
    engine.add_peer("ann", "ours", "secret")
    client.send(stun_check("ours", "secret"))
    connected = await next_event(engine)
    assert isinstance(connected, IceConnected)
    assert connected.protocol == ("udp" if isinstance(client, UdpClient) else "tcp")
    assert (await client.receive())[:2] == b"\x01\x01"

    client.send(b"\x16 hello")
    assert await next_event(engine) == DtlsReceived("ann", b"\x16 hello")
    engine.send_dtls("ann", b"\x16 answer")
    assert await client.receive() == b"\x16 answer"


async def test_media_of_a_tcp_peer_reaches_a_udp_peer(engine: PlainEngine) -> None:
    profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    ann, bob = await TcpClient.connect(engine), UdpClient(engine)
    for client, name in ((ann, "ann"), (bob, "bob")):
        engine.add_peer(name, name, "secret")
        engine.set_srtp(name, "AEAD_AES_128_GCM", bytes(KEY_SIZE), bytes(KEY_SIZE))
        client.send(stun_check(name, "secret"))
        await client.receive()
    engine.add_publication("ann", "camera", "video", "0", [Encoding(ssrc=100)], [VP8], EXTENSIONS)
    engine.add_slot("bob", "slot", "video", "5", 900, None, [VP8], EXTENSIONS)
    engine.route("slot", "camera", 720, 3, 50)

    outgoing = Session(Policy(bytes(KEY_SIZE), Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    incoming = Session(Policy(bytes(KEY_SIZE), Policy.SSRC_ANY_INBOUND, srtp_profile=profile))
    ann.send(outgoing.protect(rtp(1, vp8(height=720), ssrc=100)))
    plain = incoming.unprotect(await bob.receive())

    assert struct.unpack_from("!I", plain, 8) == (900,)
    assert engine.stats(None).sent_packets == 1
    ann.close()
    bob.close()


async def test_timers_run_by_themselves() -> None:
    quick = PlainEngine(udp=[LOOPBACK], tcp=[], config=EngineConfig(ice_timeout_ms=50))
    quick.add_peer("ann", "ours", "secret")
    client = UdpClient(quick)
    client.send(stun_check("ours", "secret"))
    kinds = [type(await next_event(quick)).__name__ for _ in range(2)]
    client.close()
    quick.close()
    assert kinds == ["IceConnected", "IceLost"]


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open(engine: PlainEngine) -> None:
    with pytest.raises(OSError, match="in use"):
        PlainEngine(udp=[LOOPBACK], tcp=engine.tcp_addresses)


async def test_a_connection_with_an_oversized_frame_is_closed(engine: PlainEngine) -> None:
    client = await TcpClient.connect(engine)
    client.writer.write((MAX_FRAME_SIZE + 1).to_bytes(2))
    assert await client.is_hung_up_on()
    assert engine.stats(None).dropped == {"badFrame": 1}
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


async def test_events_are_polled_oldest_first_and_the_descriptor_stays_readable_until_none_wait() -> None:
    events = EventQueue()
    for number in range(3):
        assert events.push(DtlsReceived("ann", bytes((number,))))
    assert [event.data for event in events.take(2) if isinstance(event, DtlsReceived)] == [b"\0", b"\1"]
    assert select.select([events.descriptor], [], [], 0)[0]
    assert len(events.take(2)) == 1
    assert not select.select([events.descriptor], [], [], 0)[0]
    assert events.take(2) == []
    events.close()


async def test_a_flood_of_dtls_does_not_fill_the_queue(engine: PlainEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_queue, "MAX_WAITING_DTLS", 3)
    engine.add_peer("ann", "ours", "secret")
    client = UdpClient(engine)
    client.send(stun_check("ours", "secret"))
    await client.receive()
    for _ in range(9):
        client.send(b"\x16")
    await until(lambda: engine.stats(None).dropped.get("eventsFull", 0) == 7)
    assert len(engine.poll_events(100)) == 3
    client.close()


async def test_every_call_reaches_the_forwarder(engine: PlainEngine) -> None:
    engine.add_peer("ann", "ours", "secret")
    engine.restart_ice("ann", "new", "secret", 1000)
    engine.add_publication("ann", "mic", "audio", "1", [], [], {})
    engine.route_speakers("ann", "room")
    engine.request_keyframe("mic")
    engine.set_paused("mic", True)
    engine.remove("mic")
    with pytest.raises(UnknownIdError):
        engine.remove("mic")
    engine.remove_peer("ann")
    assert engine.stats(None).peers == {}
    as_engine: Engine = engine
    assert as_engine.poll_events(1) == []
