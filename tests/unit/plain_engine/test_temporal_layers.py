"""Temporal layers above the one wanted are left out, and receivers see no gap."""

from __future__ import annotations

import pytest

from sfu_container.engine import Encoding
from sfu_container.plain_engine.vp8 import parse_vp8
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import Client, World, route

PATTERN = (0, 2, 1, 2)
"""The temporal layers of frames in turn, as Chromium sends three of them."""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clients(world: World) -> tuple[Client, Client]:
    ann, bob = world.client("ann"), world.client("bob")
    ann.publish("camera", Encoding(ssrc=100))
    bob.add_slot("slot", 900)
    return ann, bob


def frame(number: int, *, layer_sync: bool = False) -> bytes:
    """Frame `number` from 0 on, the first a keyframe."""
    return vp8(number, height=720 if number == 0 else None, temporal_index=PATTERN[number % 4], layer_sync=layer_sync)


def send(ann: Client, number: int, *, layer_sync: bool = False) -> None:
    ann.send_media(rtp(number, frame(number, layer_sync=layer_sync), ssrc=100, timestamp=number * 3000))


def layers(client: Client) -> list[int | None]:
    return [parse_vp8(packet.payload).temporal_index for packet in client.rtp]


def test_higher_layers_are_left_out_without_gaps(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera", max_temporal=1)
    for number in range(12):
        send(ann, number)

    assert layers(bob) == [0, 1] * 3
    numbers = [packet.sequence_number for packet in bob.rtp]
    assert [(number - numbers[0]) % (1 << 16) for number in numbers] == list(range(6))
    pictures = [parse_vp8(packet.payload).picture_id or 0 for packet in bob.rtp]
    assert [(picture - pictures[0]) % (1 << 15) for picture in pictures] == list(range(6))


def test_a_higher_layer_begins_where_the_sender_allows_it(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera", max_temporal=0)
    for number in range(4):
        send(ann, number)
    route(world, "slot", "camera", max_temporal=2)
    for number in range(4, 7):
        send(ann, number)
    send(ann, 7, layer_sync=True)
    send(ann, 9)

    assert layers(bob) == [0, 0, 2, 2]


def test_a_late_packet_of_a_layer_left_out_becomes_padding(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera", max_temporal=1)
    for number in (0, 2, 1):
        send(ann, number)

    first = bob.rtp[0].sequence_number
    assert [((packet.sequence_number - first) % (1 << 16), bool(packet.payload)) for packet in bob.rtp] == [
        (0, True),
        (2, True),
        (1, False),
    ]


def test_a_lower_limit_counts_at_once(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera", max_temporal=2)
    for number in range(4):
        send(ann, number)
    route(world, "slot", "camera", max_temporal=0)
    for number in range(4, 12):
        send(ann, number)

    assert layers(bob) == [0, 2, 1, 2, 0, 0]


def test_after_a_keyframe_every_layer_wanted_may_follow(world: World, clients: tuple[Client, Client]) -> None:
    ann, bob = clients
    route(world, "slot", "camera", max_temporal=0)
    for number in range(4):
        send(ann, number)
    route(world, "slot", "camera", max_temporal=2)
    ann.send_media(rtp(4, vp8(4, height=720), ssrc=100, timestamp=12_000))
    send(ann, 5)

    assert layers(bob) == [0, 0, 2]
