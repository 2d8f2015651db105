"""Losses are mended on both sides: asked for upstream, answered downstream."""

from __future__ import annotations

import random
import struct

import pytest

from sfu_container.engine import Encoding, EngineConfig
from sfu_container.plain_engine import header_extensions as extensions
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.errors import DropReason
from sfu_container.plain_engine.missing_packets import MAX_MISSING, MAX_TRIES, MissingPackets
from tests.unit.plain_engine.packets import VP8, rtp, vp8
from tests.unit.plain_engine.world import Client, World, route


@pytest.fixture
def world() -> World:
    return World(EngineConfig(retransmission_cache_packets=16))


@pytest.fixture
def clients(world: World) -> tuple[Client, Client]:
    """`ann` publishes `camera` with an RTX stream; `bob` takes it in a Slot with one."""
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100, rtx_ssrc=101))
    bob.add_slot("slot", 900, rtx_ssrc=901)
    route(world, "slot", "camera")
    return ann, bob


def media(number: int) -> bytes:
    payload = vp8(number % 32768, height=720 if number == 1 else None, body=b"body %d" % number)
    return rtp(number, payload, ssrc=100, timestamp=number * 3000)


def retransmission(number: int, rtx_number: int, ssrc: int = 101) -> bytes:
    payload = struct.pack("!H", number % (1 << 16)) + media(number)[12:]
    return rtp(rtx_number, payload, ssrc=ssrc, payload_type=97, timestamp=number * 3000)


def asked_of(client: Client) -> list[int]:
    nacks = [item for item in client.take_feedback() if isinstance(item, rtcp.Nack)]
    return [number for nack in nacks for number in nack.sequence_numbers]


def test_a_gap_is_asked_for_and_asked_for_again(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    for number in (1, 2, 5):
        ann.send_media(media(number))
    world.advance(0.02)
    assert asked_of(ann) == [3, 4]
    world.advance(0.02)
    assert asked_of(ann) == []

    ann.send_media(media(3))
    world.advance(0.06)

    assert asked_of(ann) == [4]


def test_what_rtx_brings_back_is_forwarded_in_its_place(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    for number in (1, 2, 4):
        ann.send_media(media(number))
    ann.send_media(retransmission(3, 500))

    first = bob.rtp[0].sequence_number
    assert [(packet.sequence_number - first) % (1 << 16) for packet in bob.rtp] == [0, 1, 3, 2]
    assert bob.rtp[-1].payload.endswith(b"body 3")
    assert world.forwarder.stats("ann").peers["ann"].received.retransmitted == 1
    world.advance(0.2)
    assert asked_of(ann) == []


def test_an_rtx_stream_is_found_by_its_repaired_rid(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding("q"), Encoding("f"))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    mid = {extensions.MID: b"0"}
    for number in (1, 3):
        payload = vp8(number, height=720 if number == 1 else None)
        ann.send_media(rtp(number, payload, ssrc=50, values={**mid, extensions.RID: b"f"}))
    payload = struct.pack("!H", 2) + vp8(2, body=b"repaired")
    values = {**mid, extensions.REPAIRED_RID: b"f"}
    ann.send_media(rtp(9, payload, ssrc=51, payload_type=97, values=values))

    assert bob.rtp[-1].payload.endswith(b"repaired")


def test_probes_on_the_rtx_stream_are_not_forwarded(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    ann.send_media(media(1))
    ann.send_media(rtp(500, b"", ssrc=101, payload_type=97))
    ann.send_media(retransmission(1, 501))

    assert len(bob.rtp) == 1
    assert world.dropped(DropReason.DUPLICATE) == 1


def test_a_nack_is_answered_by_rtx(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    for number in range(1, 5):
        ann.send_media(media(number))
    lost = bob.take_media()[2]

    bob.send_rtcp(rtcp.build_nack(900, [lost.sequence_number]))

    (repeated,) = bob.rtp
    assert (repeated.ssrc, repeated.payload_type) == (901, VP8.rtx_payload_type)
    assert repeated.payload == struct.pack("!H", lost.sequence_number) + lost.payload
    assert (repeated.timestamp, repeated.extensions) == (lost.timestamp, lost.extensions)
    assert world.forwarder.stats("bob").peers["bob"].sent.retransmitted == 1


def test_rtx_has_sequence_numbers_of_its_own(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    for number in range(1, 5):
        ann.send_media(media(number))
    numbers = [packet.sequence_number for packet in bob.take_media()]

    bob.send_rtcp(rtcp.build_nack(900, [numbers[0], numbers[3]]))

    one, two = bob.rtp
    assert (two.sequence_number - one.sequence_number) % (1 << 16) == 1


def test_without_rtx_the_packet_is_sent_again_as_it_was(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob", "AES128_CM_HMAC_SHA1_80")
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    bob.stop_decrypting()
    bob.other.clear()
    for number in range(1, 4):
        ann.send_media(media(number))
    (number,) = struct.unpack_from("!H", bob.other[1], 2)

    bob.send_rtcp(rtcp.build_nack(900, [number]))

    assert bob.other[3] == bob.other[1]


def test_a_packet_asked_for_twice_in_a_moment_is_sent_once(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    ann.send_media(media(1))
    number = bob.take_media()[0].sequence_number
    bob.send_rtcp(rtcp.build_nack(900, [number]), rtcp.build_nack(900, [number]))
    assert len(bob.take_media()) == 1

    world.advance(0.04)
    bob.send_rtcp(rtcp.build_nack(900, [number]))

    assert len(bob.take_media()) == 1


def test_what_the_cache_holds_no_more_is_not_sent(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    for number in range(1, 30):
        ann.send_media(media(number))
    numbers = [packet.sequence_number for packet in bob.take_media()]

    bob.send_rtcp(rtcp.build_nack(900, numbers))

    repeated = [struct.unpack("!H", packet.payload[:2])[0] for packet in bob.rtp]
    assert repeated == numbers[-16:]


class LossyViewer:
    """Takes what reaches `bob` over a link that loses a tenth, and asks again for what it misses."""

    def __init__(self, bob: Client, dice: random.Random) -> None:
        self._bob = bob
        self._dice = dice
        self.bodies: set[bytes] = set()
        self._missing: set[int] = set()

    def poll(self) -> None:
        for packet in self._bob.take_media():
            is_repetition = packet.ssrc == 901
            number = struct.unpack("!H", packet.payload[:2])[0] if is_repetition else packet.sequence_number
            if self._dice.random() < 0.1:
                self._missing.add(number)
            else:
                self._missing.discard(number)
                self.bodies.add(packet.payload.split(b"body ")[1])
        if self._missing:
            self._bob.send_rtcp(rtcp.build_nack(900, sorted(self._missing)))


def test_everything_arrives_over_links_that_lose_a_tenth(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    dice = random.Random(7)  # a fixed seed: the same losses in every run
    viewer = LossyViewer(bob, dice)
    repetitions = 0
    for number in range(1, 400):
        if number < 2 or number > 390 or dice.random() > 0.1:
            ann.send_media(media(number))
        world.advance(0.04)
        for wanted in asked_of(ann):
            repetitions += 1
            if dice.random() > 0.1:
                ann.send_media(retransmission(wanted, repetitions))
        viewer.poll()

    assert repetitions > 30
    assert viewer.bodies >= {b"%d" % number for number in range(1, 390)}


def test_a_packet_is_given_up_after_enough_tries() -> None:
    missing = MissingPackets()
    missing.record(1, 0.0)
    missing.record(3, 0.0)
    asked = [missing.take_due(step * 0.05) for step in range(MAX_TRIES + 5)]
    assert asked == [[2]] * MAX_TRIES + [[]] * 5


def test_a_jump_of_the_numbers_is_not_asked_for() -> None:
    missing = MissingPackets()
    missing.record(1, 0.0)
    missing.record(MAX_MISSING + 3, 0.0)
    assert missing.take_due(1.0) == []


def test_gaps_are_found_over_the_wrap_around() -> None:
    missing = MissingPackets()
    missing.record(65_534, 0.0)
    missing.record(1, 0.0)
    assert missing.take_due(1.0) == [65_535, 0]
    assert missing.record(0, 1.0) is not None
    assert missing.record(0, 1.0) is None


def test_no_more_is_missing_at_once_than_can_be_asked_for() -> None:
    missing = MissingPackets()
    for number in range(0, 4 * MAX_MISSING, 2):
        missing.record(number, 0.0)
    asked = missing.take_due(1.0) + missing.take_due(1.0) + missing.take_due(1.0)
    assert asked == list(range(2 * MAX_MISSING - 1, 4 * MAX_MISSING - 2, 2))[-MAX_MISSING:]


def test_an_rtx_stream_is_found_by_mid_and_payload_type(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding())
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    mid = {extensions.MID: b"0"}
    for number in (1, 3):
        ann.send_media(rtp(number, vp8(number, height=720 if number == 1 else None), ssrc=50, values=mid))
    payload = struct.pack("!H", 2) + vp8(2, body=b"repaired")
    ann.send_media(rtp(9, payload, ssrc=51, payload_type=97, values=mid))

    assert bob.rtp[-1].payload.endswith(b"repaired")


def test_what_rtx_brought_back_was_lost_all_the_same(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    for number in (1, 2, 4):
        ann.send_media(media(number))
    ann.send_media(retransmission(3, 500))
    assert world.forwarder.stats("ann").peers["ann"].received.lost == 1

    world.forwarder.remove("camera", world.now)

    assert world.forwarder.stats("ann").peers["ann"].received.lost == 1
