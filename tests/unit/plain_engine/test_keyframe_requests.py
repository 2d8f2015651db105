"""Keyframes are asked for when somebody needs one, not more often, and until one comes."""

from __future__ import annotations

import struct

import pytest

from sfu_container.engine import Encoding, EngineConfig, KeyframeTimeout
from sfu_container.plain_engine import rtcp
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import Client, World, route


@pytest.fixture
def world() -> World:
    return World(EngineConfig(keyframe_timeout_ms=1000))


def asked_of(client: Client) -> list[int]:
    return [item.ssrc for item in client.take_feedback() if isinstance(item, rtcp.KeyframeRequest)]


@pytest.fixture
def clients(world: World) -> tuple[Client, Client]:
    """`ann` publishes `camera`, which flows; `bob` has a Slot that does not want it yet."""
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900)
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=100))
    return ann, bob


def keep_flowing(world: World, ann: Client, first: int, seconds: float) -> None:
    for step in range(round(seconds / 0.1)):
        ann.send_media(rtp(first + step, vp8(first + step), ssrc=100, timestamp=9000 * (first + step)))
        world.advance(0.1)


def test_a_route_asks_for_a_keyframe_and_asks_again_until_it_comes(
    world: World, clients: tuple[Client, Client]
) -> None:
    ann, _ = clients
    route(world, "slot", "camera")
    keep_flowing(world, ann, 2, 0.8)
    assert asked_of(ann) == [100] * 3

    ann.send_media(rtp(20, vp8(20, height=720), ssrc=100))
    keep_flowing(world, ann, 21, 1.0)

    assert asked_of(ann) == []


def test_requests_of_many_receivers_are_joined(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera")
    ann.send_media(rtp(2, vp8(2, height=720), ssrc=100))
    world.advance(1.0)
    asked_of(ann)

    for _ in range(10):
        bob.send_rtcp(rtcp.build_keyframe_request(900))
        world.advance(0.02)

    assert asked_of(ann) == [100]
    assert world.forwarder.stats("bob").peers["bob"].sent.keyframe_requests == 10
    assert world.forwarder.stats("ann").peers["ann"].received.keyframe_requests >= 1


def test_a_full_intra_request_is_passed_on_too(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera")
    ann.send_media(rtp(2, vp8(2, height=720), ssrc=100))
    world.advance(1.0)
    asked_of(ann)

    bob.send_rtcp(rtcp.pack(rtcp.PAYLOAD_FEEDBACK, rtcp.FULL_INTRA, struct.pack("!IIII", 1, 0, 900, 7 << 24)))
    world.advance(0.02)

    assert asked_of(ann) == [100]


def test_a_request_for_a_slot_of_somebody_else_is_ignored(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    route(world, "slot", "camera")
    ann.send_media(rtp(2, vp8(2, height=720), ssrc=100))
    world.advance(1.0)
    asked_of(ann)

    ann.send_rtcp(rtcp.build_keyframe_request(900))
    world.advance(0.4)

    assert asked_of(ann) == []


def test_a_keyframe_that_does_not_come_in_time_is_told(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    route(world, "slot", "camera")
    keep_flowing(world, ann, 2, 0.8)
    assert world.take_events(KeyframeTimeout) == []

    keep_flowing(world, ann, 10, 0.3)

    assert world.take_events(KeyframeTimeout) == [KeyframeTimeout("camera")]


def test_the_room_can_ask_for_a_keyframe(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    world.forwarder.request_keyframe("camera", world.now)
    world.advance(0.02)
    assert asked_of(ann) == [100]


def test_a_picture_that_stands_still_is_asked_for_too(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    world.advance(2.0)
    route(world, "slot", "camera")
    world.advance(0.02)
    assert asked_of(ann) == [100]


def test_encodings_that_have_stopped_are_not_asked(world: World) -> None:
    ann = world.client("ann")
    ann.publish("camera", Encoding("q", 101), Encoding("f", 103))
    ann.send_media(rtp(1, vp8(1, height=720), ssrc=103))
    world.advance(1.0)
    ann.send_media(rtp(1, vp8(1, height=180), ssrc=101))
    world.forwarder.request_keyframe("camera", world.now)
    world.advance(0.02)
    assert asked_of(ann) == [101]
