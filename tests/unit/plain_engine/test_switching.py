"""A Slot goes from one stream to another without a break."""

from __future__ import annotations

import pytest

from sfu_container.engine import Encoding, SlotChanged
from sfu_container.plain_engine import rtcp
from sfu_container.plain_engine.vp8 import parse_vp8
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import Client, World, route


@pytest.fixture
def world() -> World:
    return World()


class Camera:
    """An encoding that keeps sending frames of one packet each."""

    def __init__(self, client: Client, ssrc: int, height: int, first: int = 1) -> None:
        self.client, self.ssrc, self.height, self.next = client, ssrc, height, first

    def send(self, *, keyframe: bool = False, count: int = 1) -> None:
        for _ in range(count):
            number = self.next
            self.next += 1
            payload = vp8(number % 32768, height=self.height if keyframe else None, tl0_index=number % 256)
            self.client.send_media(rtp(number, payload, ssrc=self.ssrc, timestamp=number * 3000))
            keyframe = False


def keyframes_asked_of(client: Client) -> list[int]:
    return [item.ssrc for item in client.take_feedback() if isinstance(item, rtcp.KeyframeRequest)]


@pytest.fixture
def simulcast(world: World) -> tuple[Client, list[Camera]]:
    """Three encodings by `ann` that all flow and have shown their height, and a Slot of `bob` that wants none yet."""
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding("q", 101), Encoding("h", 102), Encoding("f", 103))
    bob.add_slot("slot", 900)
    cameras = [Camera(ann, 101, 180, 1), Camera(ann, 102, 360, 5000), Camera(ann, 103, 720, 40_000)]
    for camera in cameras:
        camera.send(keyframe=True)
    world.events.clear()
    return bob, cameras


def test_numbers_go_on_over_a_switch_between_publications(world: World) -> None:
    ann, ben, bob = world.client("ann"), world.client("ben"), world.client("bob")
    ann.publish("one", Encoding(ssrc=101))
    ben.publish("two", Encoding(ssrc=201))
    bob.add_slot("slot", 900)
    one, two = Camera(ann, 101, 720, 300), Camera(ben, 201, 720, 60_000)
    route(world, "slot", "one")
    one.send(keyframe=True, count=3)

    two.send()
    route(world, "slot", "two")
    world.advance(0.1)
    one.send()
    two.send(keyframe=True, count=2)
    one.send()

    packets = bob.take_media()
    frames = [parse_vp8(packet.payload) for packet in packets]
    first = packets[0].sequence_number
    assert [(packet.sequence_number - first) % (1 << 16) for packet in packets] == list(range(6))
    pictures = [frame.picture_id or 0 for frame in frames]
    assert [(picture - pictures[0]) % (1 << 15) for picture in pictures] == list(range(6))
    indexes = [frame.tl0_index or 0 for frame in frames]
    assert [(index - indexes[0]) % 256 for index in indexes] == list(range(6))
    assert {packet.ssrc for packet in packets} == {900}


def test_timestamps_advance_over_a_switch_by_the_time_that_passed(world: World) -> None:
    ann, ben, bob = world.client("ann"), world.client("ben"), world.client("bob")
    ann.publish("one", Encoding(ssrc=101))
    ben.publish("two", Encoding(ssrc=201))
    bob.add_slot("slot", 900)
    route(world, "slot", "one")
    Camera(ann, 101, 720).send(keyframe=True)
    route(world, "slot", "two")
    world.advance(2.0)
    Camera(ben, 201, 720, 9).send(keyframe=True)

    before, after = bob.take_media()
    assert (after.timestamp - before.timestamp) % (1 << 32) == pytest.approx(180_000, abs=1)


def test_a_switch_waits_for_the_keyframe_and_the_old_picture_goes_on(
    world: World, simulcast: tuple[Client, list[Camera]]
) -> None:
    bob, (low, _, high) = simulcast
    route(world, "slot", "camera", 180)
    low.send(keyframe=True)
    bob.take_media()

    route(world, "slot", "camera", 720)
    low.send(count=2)
    high.send(count=2)
    assert len(bob.take_media()) == 2

    high.send(keyframe=True)
    low.send()

    assert [parse_vp8(packet.payload).height for packet in bob.take_media()] == [720]
    assert [event.rid for event in world.take_events(SlotChanged)] == ["q", "f"]


@pytest.mark.parametrize(("max_height", "rid"), [(90, "q"), (180, "q"), (181, "h"), (700, "f"), (2160, "f")])
def test_the_lowest_encoding_that_is_high_enough_is_taken(
    world: World, simulcast: tuple[Client, list[Camera]], max_height: int, rid: str
) -> None:
    _, cameras = simulcast
    route(world, "slot", "camera", max_height)
    for camera in cameras:
        camera.send(keyframe=True)
    assert world.take_events(SlotChanged)[-1] == SlotChanged("slot", "camera", rid)


def test_the_first_keyframe_of_any_encoding_fills_an_empty_slot(
    world: World, simulcast: tuple[Client, list[Camera]]
) -> None:
    bob, (low, _, _) = simulcast
    route(world, "slot", "camera", 720)
    low.send(keyframe=True)
    assert len(bob.rtp) == 1


def test_when_the_wanted_encoding_stops_another_takes_over_within_a_second(
    world: World, simulcast: tuple[Client, list[Camera]]
) -> None:
    bob, (low, middle, high) = simulcast
    route(world, "slot", "camera", 720)
    high.send(keyframe=True)
    bob.take_media()
    started = world.now

    while not bob.rtp:
        low.send()
        middle.send()
        world.advance(0.04)
        if middle.ssrc in keyframes_asked_of(middle.client):
            middle.send(keyframe=True)

    assert world.now - started < 1.0
    assert world.take_events(SlotChanged)[-1].rid == "h"


def test_the_wanted_encoding_is_taken_again_when_it_comes_back(
    world: World, simulcast: tuple[Client, list[Camera]]
) -> None:
    _, (low, _, high) = simulcast
    route(world, "slot", "camera", 720)
    world.advance(1.0)
    low.send(keyframe=True)
    assert world.take_events(SlotChanged)[-1].rid == "q"

    high.send()
    world.advance(0.04)
    assert high.ssrc in keyframes_asked_of(high.client)
    high.send(keyframe=True)

    assert world.take_events(SlotChanged)[-1].rid == "f"


def test_an_encoding_whose_height_shows_only_later_is_chosen_by_it(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding("q", 101), Encoding("f", 103))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera", 720)
    Camera(ann, 101, 180).send(keyframe=True)
    Camera(ann, 103, 720).send(keyframe=True)

    assert [event.rid for event in world.take_events(SlotChanged)] == ["q", "f"]


def test_a_paused_publication_leaves_the_slot_and_comes_back_with_a_keyframe(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    camera = Camera(ann, 101, 720)
    camera.send(keyframe=True, count=2)

    world.forwarder.set_paused("camera", True, world.now)
    camera.send(keyframe=True)
    world.forwarder.set_paused("camera", False, world.now)
    camera.send()
    assert len(bob.rtp) == 2
    world.advance(0.04)
    assert keyframes_asked_of(ann) != []
    camera.send(keyframe=True)

    numbers = [packet.sequence_number for packet in bob.rtp]
    assert [(number - numbers[0]) % (1 << 16) for number in numbers] == [0, 1, 2]
    assert [event.publication for event in world.take_events(SlotChanged)] == ["camera", None, "camera"]


def test_a_paused_slot_is_empty_while_others_go_on(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    for slot, ssrc in (("paused", 900), ("open", 901)):
        bob.add_slot(slot, ssrc)
        route(world, slot, "camera")
    camera = Camera(ann, 101, 720)
    world.forwarder.set_paused("paused", True, world.now)
    camera.send(keyframe=True)
    assert [packet.ssrc for packet in bob.take_media()] == [901]

    world.forwarder.set_paused("paused", False, world.now)
    camera.send(keyframe=True)

    assert [packet.ssrc for packet in bob.take_media()] == [900, 901]


def test_an_emptied_slot_goes_silent_at_once(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=101))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    camera = Camera(ann, 101, 720)
    camera.send(keyframe=True)
    route(world, "slot", None)
    camera.send(keyframe=True)

    assert len(bob.rtp) == 1
    assert world.take_events(SlotChanged)[-1] == SlotChanged("slot", None, None)


def test_a_stream_that_begins_anew_with_another_ssrc_takes_over(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding())
    bob.add_slot("slot", 900)
    route(world, "slot", "camera")
    mid = {"urn:ietf:params:rtp-hdrext:sdes:mid": b"0"}
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=101, values=mid))
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=102, values=mid))

    first, second = bob.rtp
    assert (second.sequence_number - first.sequence_number) % (1 << 16) == 1
    assert [event.publication for event in world.take_events(SlotChanged)] == ["camera", None, "camera"]


def test_when_the_picture_has_stopped_any_keyframe_is_taken(
    world: World, simulcast: tuple[Client, list[Camera]]
) -> None:
    _, (low, middle, high) = simulcast
    route(world, "slot", "camera", 720)
    high.send(keyframe=True)
    for _ in range(8):
        world.advance(0.1)
        low.send()
        middle.send()
    assert middle.ssrc in keyframes_asked_of(middle.client)

    low.send(keyframe=True)

    assert world.take_events(SlotChanged)[-1].rid == "q"


def test_a_keyframe_that_shows_a_fitting_height_is_taken_itself(world: World) -> None:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding("q", 101), Encoding("f", 103))
    bob.add_slot("slot", 900)
    route(world, "slot", "camera", 720)
    low, high = Camera(ann, 101, 180), Camera(ann, 103, 720)
    low.send(keyframe=True)
    high.send()
    high.send(keyframe=True)

    assert [event.rid for event in world.take_events(SlotChanged)] == ["q", "f"]


def test_only_so_many_packets_are_kept_for_switches(world: World) -> None:
    ann = world.client("ann")
    ann.publish("camera", Encoding(ssrc=101))
    Camera(ann, 101, 720).send(keyframe=True, count=1000)
    stream = world.forwarder._publications["camera"].streams[None]
    assert len(stream.after(0)) == 128
