"""The engine on real sockets: UDP and TCP over 127.0.0.1."""

from __future__ import annotations

import select
import struct
from collections.abc import AsyncIterator

import pytest
from pylibsrtp import Policy, Session

from sfu_container.engine import (
    DtlsReceived,
    Encoding,
    Engine,
    EngineConfig,
    IceConnected,
    IceLost,
    UnknownIdError,
)
from sfu_container.plain_engine import PlainEngine, event_queue
from sfu_container.plain_engine.event_queue import MAX_WAITING_DTLS_PER_PEER, EventQueue
from tests.unit.plain_engine.packets import EXTENSIONS, VP8, rtp, stun_check, vp8
from tests.unit.plain_engine.sockets import LOOPBACK, TcpClient, UdpClient, next_event, until

KEY_SIZE = 28


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


async def test_a_peer_has_a_bounded_share_of_the_waiting_dtls() -> None:
    events = EventQueue()
    flood = [events.push(DtlsReceived("mallory", b"\x16")) for _ in range(2 * MAX_WAITING_DTLS_PER_PEER)]
    assert flood.count(True) == MAX_WAITING_DTLS_PER_PEER
    assert events.push(DtlsReceived("ann", b"\x16 hello"))
    assert events.push(IceLost("mallory"))
    events.take(10)
    assert [events.push(DtlsReceived("mallory", b"\x16")) for _ in range(11)] == [True] * 10 + [False]
    events.close()


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
