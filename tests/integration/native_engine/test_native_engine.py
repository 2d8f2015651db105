"""The native engine behind the seam, on real sockets over 127.0.0.1."""

from __future__ import annotations

import math
import select
import struct
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from sfu_container.engine import (
    Codec,
    CodecUnsupported,
    DtlsReceived,
    Encoding,
    Engine,
    EngineConfig,
    IceConnected,
    IceLost,
    PublicationLine,
    SlotChanged,
    SlotLine,
    SrtpProfile,
    StreamStarted,
    UnknownIdError,
)
from sfu_container.native_engine import NativeEngine
from tests.integration.native_engine.clients import (
    CAMERA,
    LOOPBACK,
    OPUS,
    PROFILES,
    VP8,
    Client,
    Keys,
    TcpClient,
    UdpClient,
    check,
    connect,
    is_rtcp,
    is_rtp,
    meet,
    next_change,
    next_event,
    receive_matching,
    video_packet,
    video_slot,
)


@pytest.fixture(params=["udp", "tcp"])
async def client(request: pytest.FixtureRequest, engine: NativeEngine) -> AsyncIterator[Client]:
    client: Client = UdpClient(engine) if request.param == "udp" else await TcpClient.connect(engine)
    yield client
    client.close()


def test_it_is_an_engine() -> None:
    engine: Engine = NativeEngine(udp=[], tcp=[])
    engine.close()


async def test_a_peer_connects_and_exchanges_dtls(engine: NativeEngine, client: Client) -> None:
    engine.add_peer("ann", "ours", "secret")
    client.send(check("ours", "secret"))
    connected = await next_event(engine)
    assert isinstance(connected, IceConnected)
    assert connected.protocol == ("udp" if isinstance(client, UdpClient) else "tcp")
    assert connected.remote[0] == "127.0.0.1"
    assert (await client.receive())[:2] == b"\x01\x01"

    client.send(b"\x16 hello")
    assert await next_event(engine) == DtlsReceived("ann", b"\x16 hello")
    engine.send_dtls("ann", b"\x16 answer")
    assert await client.receive() == b"\x16 answer"


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_media_of_one_peer_reaches_another_in_every_profile(
    engine: NativeEngine, publisher: UdpClient, client: Client, profile: SrtpProfile
) -> None:
    sending, receiving = await meet(engine, publisher, client, profile, rtx_ssrc=901)
    # More than a batch, across the rollover of the publisher's sequence numbers; small enough for a socket's buffer to
    # hold them all while nobody reads.
    for number in range(65_500, 65_600):
        packet = video_packet(number, ssrc=100, body=bytes([number % 256]) * 200, is_keyframe=number == 65_500)
        publisher.send(sending.protect(packet))
    assert await next_event(engine) == StreamStarted("camera", None, 100)
    assert await next_event(engine) == SlotChanged("slot", "camera", None)
    received = [receiving.unprotect(await receive_matching(client, is_rtp)) for _ in range(100)]

    numbers = [struct.unpack_from("!H", packet, 2)[0] for packet in received]
    assert [(after - before) % 65_536 for before, after in pairwise(numbers)] == [1] * 99
    assert {struct.unpack_from("!I", packet, 8)[0] for packet in received} == {900}
    assert [packet[50] for packet in received] == [number % 256 for number in range(65_500, 65_600)]


async def test_a_slot_goes_on_in_what_is_negotiated_later(
    engine: NativeEngine, publisher: UdpClient, viewer: UdpClient
) -> None:
    sending, receiving = await meet(engine, publisher, viewer, "AEAD_AES_128_GCM")
    received = []
    for number in range(1, 5):
        if number == 3:
            engine.add_slot("bob", "slot", video_slot(Codec(40, "VP8", 90_000)))
        publisher.send(sending.protect(video_packet(number, ssrc=100, body=b"frame", is_keyframe=number == 1)))
        received.append(receiving.unprotect(await receive_matching(viewer, is_rtp)))
    assert [packet[1] & 0x7F for packet in received] == [VP8.payload_type] * 2 + [40] * 2
    numbers = [struct.unpack_from("!H", packet, 2)[0] for packet in received]
    assert [(after - before) % 65_536 for before, after in pairwise(numbers)] == [1] * 3
    with pytest.raises(ValueError, match="idInUse: bob"):
        engine.add_slot("bob", "slot", SlotLine("video", "5", 901, None, (VP8,), {}))


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_a_publisher_gets_readable_rtcp_in_every_profile(
    engine: NativeEngine, client: Client, profile: SrtpProfile
) -> None:
    keys = await connect(engine, client, "ann", profile)
    engine.add_publication("ann", "camera", CAMERA)
    client.send(keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    client.send(keys.protect(video_packet(3, ssrc=100, body=b"frame")))
    nack = keys.unprotect_rtcp(await receive_matching(client, is_rtcp))
    assert nack == struct.pack("!BBHIIHH", 0x81, 205, 3, 1, 100, 2, 0)


async def test_a_slot_whose_receiver_cannot_decode_what_is_sent_is_told_of(
    engine: NativeEngine, publisher: UdpClient
) -> None:
    keys = await connect(engine, publisher, "ann", "AEAD_AES_128_GCM")
    engine.add_publication("ann", "camera", CAMERA)
    engine.add_peer("bob", "ufrag-bob", "pwd-bob")
    h264 = Codec(108, "H264", 90_000, 109, profiles=("constrainedBaseline/1",))
    engine.add_slot("bob", "slot", video_slot(h264, rtx_ssrc=901))
    engine.route("slot", "camera", 720, 3, 0)
    publisher.send(keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    assert await next_event(engine) == StreamStarted("camera", None, 100)
    assert await next_event(engine) == CodecUnsupported("slot", "camera", "VP8")


async def test_a_plain_peer_needs_no_ice(engine: NativeEngine) -> None:
    ingest = UdpClient(engine)
    keys = Keys("AES128_CM_HMAC_SHA1_80")
    engine.add_plain("ingest", ingest.address, "AES128_CM_HMAC_SHA1_80", keys.receive, keys.send)
    engine.add_publication("ingest", "camera", CAMERA)
    ingest.send(keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    assert isinstance(await next_event(engine), IceConnected)
    assert await next_event(engine) == StreamStarted("camera", None, 100)
    ingest.close()


async def test_counters_tell_what_went_through_and_what_was_dropped(engine: NativeEngine) -> None:
    client = UdpClient(engine)
    keys = await connect(engine, client, "ann", "AEAD_AES_128_GCM")
    engine.add_publication("ann", "camera", CAMERA)
    packet = keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True))
    client.send(packet)
    client.send(packet)
    client.send(b"\x80" + bytes(40))
    client.send(b"\xff")
    client.send(check("nobody", "secret"))
    client.send(b"\x16 last")
    while not isinstance(await next_event(engine), DtlsReceived):
        pass
    stats = engine.stats()
    assert (stats.received.packets, stats.received.bytes) == (1, len(packet))
    assert engine.peer_stats(["ann", "nobody"]).keys() == {"ann"}
    assert engine.peer_stats(["ann"])["ann"].received.packets == 1
    assert stats.dropped == {"replayed": 1, "badSrtp": 1, "unknownProtocol": 1, "unknownUfrag": 1}
    client.close()


def test_a_thousand_peers_can_be_asked_for_at_once(engine: NativeEngine) -> None:
    names = [f"peer{number}" for number in range(1_000)]
    for name in names:
        engine.add_peer(name, name, "pwd")
    assert engine.peer_stats([*names, "nobody"]).keys() == set(names)


async def test_a_peer_tells_of_its_encodings_and_slots(engine: NativeEngine) -> None:
    client = UdpClient(engine)
    keys = await connect(engine, client, "ann", "AEAD_AES_128_GCM")
    engine.add_publication("ann", "camera", CAMERA)
    engine.add_slot("ann", "ann/1", video_slot())
    client.send(keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    while not isinstance(await next_event(engine), StreamStarted):
        pass
    told = engine.peer_stats(["ann"])["ann"]
    (encoding,) = told.encodings
    assert (encoding.publication, encoding.kind, encoding.packets, encoding.keyframes) == ("camera", "video", 1, 1)
    (slot,) = told.slots
    assert (slot.slot, slot.publication, slot.packets, slot.loss_ratio) == ("ann/1", None, 0, None)
    assert (told.transport, told.round_trip_seconds) == ("udp", None)
    stats = engine.stats()
    assert (stats.peers, stats.publications, stats.carrying_slots) == (
        1,
        {"audio": 0, "video": 1},
        {"audio": 0, "video": 0},
    )
    assert stats.cpu_seconds > 0
    assert [bound for bound, _ in stats.round_trip_seconds.buckets][-1] == math.inf
    client.close()


def test_unknown_names_and_contradictions_are_refused() -> None:
    engine = NativeEngine(udp=[LOOPBACK], tcp=[])
    with pytest.raises(UnknownIdError):
        engine.remove_peer("nobody")
    engine.add_peer("ann", "ufrag", "pwd")
    with pytest.raises(ValueError, match="idInUse: ann"):
        engine.add_peer("ann", "other", "pwd")
    with pytest.raises(ValueError, match="ufragInUse"):
        engine.add_peer("ben", "ufrag", "pwd")
    with pytest.raises(ValueError, match="wrongSrtpKeyLength"):
        engine.set_srtp("ann", "AEAD_AES_128_GCM", bytes(27), bytes(28))
    engine.close()


def test_an_address_in_use_is_an_error_that_leaves_nothing_open() -> None:
    first = NativeEngine(udp=[LOOPBACK], tcp=[])
    with pytest.raises(OSError, match="in use"):
        NativeEngine(udp=[LOOPBACK, first.udp_addresses[0]], tcp=[])
    first.close()


def test_the_descriptor_is_readable_only_while_events_wait() -> None:
    engine = NativeEngine(udp=[LOOPBACK], tcp=[])
    assert select.select([engine.event_fd()], [], [], 0)[0] == []
    assert engine.poll_events(10) == []
    engine.close()
    engine.close()


async def test_timers_run_by_themselves() -> None:
    engine = NativeEngine(udp=[LOOPBACK], tcp=[], config=EngineConfig(ice_timeout_ms=50))
    engine.add_peer("ann", "ours", "secret")
    client = UdpClient(engine)
    client.send(check("ours", "secret"))
    assert isinstance(await next_event(engine), IceConnected)
    assert await next_event(engine) == IceLost("ann")
    client.close()
    engine.close()


async def test_every_call_does_what_it_says(engine: NativeEngine, publisher: UdpClient, viewer: UdpClient) -> None:
    keys = await connect(engine, publisher, "ann", "AEAD_AES_128_GCM")
    await connect(engine, viewer, "bob", "AEAD_AES_128_GCM")
    engine.add_publication("ann", "camera", CAMERA)
    engine.add_publication("ann", "microphone", PublicationLine("audio", "1", (Encoding(ssrc=200),), (OPUS,), {}))
    engine.add_slot("bob", "seen", video_slot())
    engine.add_slot("bob", "heard", SlotLine("audio", "6", 910, None, (OPUS,), {}))
    engine.route("seen", "camera", 720, 3, 0)
    for peer in ("ann", "bob"):
        engine.route_speakers(peer, "room")
    publisher.send(keys.protect(video_packet(1, ssrc=100, body=b"frame", is_keyframe=True)))
    publisher.send(keys.protect(struct.pack("!BBHII", 0x80, OPUS.payload_type, 1, 960, 200) + b"sound" * 20))
    shown = {SlotChanged("seen", "camera", None), SlotChanged("heard", "microphone", None)}
    assert shown == {await next_change(engine), await next_change(engine)}

    engine.request_keyframe("camera")
    keyframe_request = struct.pack("!BBHII", 0x81, 206, 2, 1, 100)
    await receive_matching(publisher, lambda data: is_rtcp(data) and keys.unprotect_rtcp(data) == keyframe_request)
    engine.set_paused("seen", True)
    assert await next_change(engine) == SlotChanged("seen", None, None)
    engine.remove("microphone")
    assert await next_change(engine) == SlotChanged("heard", None, None)

    engine.restart_ice("ann", "new", "changed", 1_000)
    publisher.send(check("new", "changed"))
    assert isinstance(await next_event(engine), IceConnected)
    engine.remove_peer("ann")
    assert list(engine.peer_stats(["bob"])) == ["bob"]
    with pytest.raises(UnknownIdError):
        engine.remove("camera")
