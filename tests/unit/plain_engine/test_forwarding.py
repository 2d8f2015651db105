"""A packet goes from a Publication into a Slot, rewritten and not decoded."""

from __future__ import annotations

import pytest

from sfu_container.engine import Encoding, SlotChanged, SrtpProfile, StreamStarted
from sfu_container.plain_engine import header_extensions as extensions
from sfu_container.plain_engine.errors import DropReason
from tests.unit.plain_engine.packets import OPUS, VP8, rtp, vp8
from tests.unit.plain_engine.world import PROFILES, Client, World, route


@pytest.fixture
def world() -> World:
    return World()


def publisher_and_viewer(world: World) -> tuple[Client, Client]:
    """`ann` publishes `camera` on SSRC 100; `bob` has the Slot `slot` with SSRC 900 that wants it."""
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    return ann, bob


def send_frames(ann: Client, first: int, count: int, *, ssrc: int = 100, keyframe: bool = True) -> None:
    """Frames of one packet each, at 30 a second, the first of them a keyframe."""
    for number in range(first, first + count):
        height = 720 if keyframe and number == first else None
        payload = vp8(number % 32768, height=height, tl0_index=number % 256)
        ann.send_media(rtp(number, payload, ssrc=ssrc, timestamp=number * 3000))


@pytest.mark.parametrize("profile", PROFILES)
def test_media_crosses_with_every_srtp_profile(world: World, profile: SrtpProfile) -> None:
    ann, bob = world.client("ann", profile), world.client("bob", profile)
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")

    send_frames(ann, 1, 3)

    assert [packet.payload[6:] for packet in bob.rtp] == [vp8(n, height=720 if n == 1 else None)[6:] for n in (1, 2, 3)]


def test_a_packet_gets_the_slots_ssrc_payload_type_and_mid(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100))
    own_vp8 = type(VP8)(120, "vp8", 90_000)
    own_ids = {1: extensions.MID, 2: extensions.VIDEO_ORIENTATION}
    world.forwarder.add_slot("bob", "slot", "video", "m7", 900, None, [own_vp8], own_ids, world.now)
    route(world, "slot", "camera")

    values = {
        extensions.MID: b"0",
        extensions.VIDEO_ORIENTATION: b"\x01",
        extensions.ABSOLUTE_SEND_TIME: b"abc",
        extensions.TRANSPORT_SEQUENCE: b"\0\1",
    }
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=100, values=values))

    (packet,) = bob.rtp
    assert (packet.ssrc, packet.payload_type, packet.marker) == (900, 120, True)
    assert packet.extensions == {1: b"m7", 2: b"\x01"}


def test_sequence_numbers_and_timestamps_go_on_over_their_wrap_around(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    first = 65_530
    start = (1 << 32) // 3000 - 3
    for step in range(12):
        payload = vp8(step, height=720 if step == 0 else None)
        ann.send_media(rtp(first + step, payload, ssrc=100, timestamp=(start + step) * 3000))

    numbers = [packet.sequence_number for packet in bob.rtp]
    times = [packet.timestamp for packet in bob.rtp]
    assert [(number - numbers[0]) % (1 << 16) for number in numbers] == list(range(12))
    assert [(time - times[0]) % (1 << 32) for time in times] == [3000 * step for step in range(12)]


def test_nothing_is_shown_before_a_keyframe(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    send_frames(ann, 1, 5, keyframe=False)
    assert bob.rtp == []

    send_frames(ann, 6, 2)

    assert len(bob.rtp) == 2
    assert world.take_events(SlotChanged) == [SlotChanged("slot", "camera", None)]


def test_a_packet_that_comes_late_keeps_its_place(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    send_frames(ann, 10, 2)
    send_frames(ann, 13, 1, keyframe=False)
    send_frames(ann, 12, 1, keyframe=False)

    first = bob.rtp[0].sequence_number
    assert [(packet.sequence_number - first) % (1 << 16) for packet in bob.rtp] == [0, 1, 3, 2]


def test_packets_of_a_keyframe_that_overtook_its_first_one_are_not_lost(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    ann.send_media(rtp(9, vp8(9), ssrc=100, timestamp=0))
    ann.send_media(rtp(11, vp8(10, starts_frame=False, body=b"second"), ssrc=100, timestamp=3000))
    ann.send_media(rtp(10, vp8(10, height=720, body=b"first"), ssrc=100, timestamp=3000))

    assert [packet.payload[-5:] for packet in bob.rtp] == [b"first", b"econd"]


def test_padding_leaves_no_gap(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    send_frames(ann, 1, 2)
    ann.send_media(rtp(3, b"", ssrc=100, timestamp=6000))
    send_frames(ann, 4, 1, keyframe=False)

    first = bob.rtp[0].sequence_number
    assert [(packet.sequence_number - first) % (1 << 16) for packet in bob.rtp] == [0, 1, 2]


def test_a_stream_is_found_by_mid_alone(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(), mid="cam")
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")

    ann.send_media(rtp(1, vp8(height=720), ssrc=77, values={extensions.MID: b"cam"}))
    ann.send_media(rtp(2, vp8(), ssrc=77))

    assert len(bob.rtp) == 2
    assert world.take_events(StreamStarted) == [StreamStarted("camera", None, 77)]


def test_a_later_publication_of_an_m_line_is_found_although_its_packets_say_their_mid_no_more(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("first", Encoding("q"), Encoding("f"), mid="cam")
    values = {extensions.MID: b"cam", extensions.RID: b"q"}
    ann.send_media(rtp(1, vp8(height=180), ssrc=77, values=values))
    world.forwarder.remove("first", world.now)

    ann.publish("second", Encoding("q"), Encoding("f"), mid="cam")
    bob.add_slot("slot", 900)
    route(world, "slot", "second")
    ann.send_media(rtp(2, vp8(height=180), ssrc=77))

    assert len(bob.rtp) == 1
    assert world.take_events(SlotChanged) == [SlotChanged("slot", "second", "q")]


def test_packets_of_no_publication_are_dropped_and_counted(world: World) -> None:
    ann, _ = publisher_and_viewer(world)
    ann.send_media(rtp(1, vp8(), ssrc=555))
    assert world.dropped(DropReason.UNKNOWN_STREAM) == 1


def test_a_replayed_packet_is_dropped(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    packet = ann.protect(rtp(1, vp8(height=720), ssrc=100))
    ann.send(packet)
    ann.send(packet)

    assert len(bob.rtp) == 1
    assert world.dropped(DropReason.REPLAYED) == 1


def test_a_forged_packet_is_dropped(world: World) -> None:
    ann, bob = publisher_and_viewer(world)
    packet = bytearray(ann.protect(rtp(1, vp8(height=720), ssrc=100)))
    packet[-1] ^= 1
    ann.send(bytes(packet))

    assert bob.rtp == []
    assert world.dropped(DropReason.BAD_SRTP) == 1


def test_a_slot_without_the_codec_stays_empty(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900, codec=OPUS)
    route(world, "slot", "camera")

    send_frames(ann, 1, 3)

    assert bob.rtp == []


def test_stats_count_both_directions(world: World) -> None:
    ann, _ = publisher_and_viewer(world)
    send_frames(ann, 1, 3)
    send_frames(ann, 6, 1, keyframe=False)

    stats = world.forwarder.stats(None)
    assert (stats.received_packets, stats.sent_packets) == (4, 4)
    assert stats.peers["ann"].received.packets == stats.peers["bob"].sent.packets == 4
    assert stats.peers["ann"].received.lost == 2
    assert stats.received_bytes == stats.peers["ann"].received.bytes > 0
    assert world.forwarder.stats("bob").sent_packets == 4
    assert list(world.forwarder.stats("bob").peers) == ["bob"]


def test_a_packet_a_thousand_others_overtook_is_still_decrypted(world: World) -> None:
    ann = world.client("ann")
    ann.publish("mic", Encoding(ssrc=100), kind="audio")
    packets = [ann.protect(rtp(number, b"sound", ssrc=100, payload_type=111)) for number in range(1000)]
    ann.send(packets[-1])
    ann.send(packets[0])
    assert world.dropped(DropReason.REPLAYED) == 0
    assert world.forwarder.stats(None).received_packets == 2


def test_announced_encodings_need_no_rid(world: World) -> None:
    ann = world.client("ann")
    ann.publish("camera", Encoding("q", ssrc=100), Encoding("f", ssrc=101))
    ann.send_media(rtp(1, vp8(height=720), ssrc=101, values={extensions.MID: b"0"}))
    assert world.take_events(StreamStarted) == [StreamStarted("camera", "f", 101)]


def test_an_ssrc_that_was_replaced_may_be_announced_again(world: World) -> None:
    ann = world.client("ann")
    ann.publish("first", Encoding())
    for ssrc in (100, 101):
        ann.send_media(rtp(1, vp8(height=720), ssrc=ssrc, values={extensions.MID: b"0"}))
    world.forwarder.remove("first", world.now)
    ann.publish("second", Encoding(ssrc=100))
    ann.send_media(rtp(2, vp8(height=720), ssrc=100))
    assert world.take_events(StreamStarted)[-1] == StreamStarted("second", None, 100)
