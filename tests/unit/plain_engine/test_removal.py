"""What is removed is gone, here and at others."""

from __future__ import annotations

import pytest

from sfu_container.engine import Encoding, SlotChanged, UnknownIdError
from sfu_container.plain_engine.errors import DropReason
from sfu_container.plain_engine.publication import Publication
from sfu_container.plain_engine.slot import Slot
from tests.unit.plain_engine.packets import rtp, vp8
from tests.unit.plain_engine.world import Client, World, route


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clients(world: World) -> tuple[Client, Client]:
    """`ann` and `bob` see and hear each other; the Slot `bob-video` carries `ann-camera`."""
    ann, bob = world.client("ann"), world.client("bob")
    for client in (ann, bob):
        client.publish(f"{client.name}-camera", Encoding(ssrc=100, rtx_ssrc=101))
        client.publish(f"{client.name}-mic", Encoding(ssrc=200), kind="audio", mid="1")
        client.add_slot(f"{client.name}-video", 900, rtx_ssrc=901)
        client.add_slot(f"{client.name}-audio", 902, kind="audio", mid="6")
        world.forwarder.route_speakers(client.name, "room", world.now)
    for slot, publication in (("bob-video", "ann-camera"), ("ann-video", "bob-camera")):
        route(world, slot, publication)
    for client in (ann, bob):
        client.send_media(rtp(1, vp8(height=720), ssrc=100))
        client.speak(200, 1, 30)
    world.take_events(SlotChanged)
    return ann, bob


def publication_of(world: World, publication: str) -> Publication:
    return world.forwarder._publications[publication]


def slot_of(world: World, slot: str) -> Slot:
    return world.forwarder._slots[slot][1]


def test_slots_elsewhere_become_empty_when_their_peer_goes(world: World, clients: tuple[Client, Client]) -> None:
    world.forwarder.remove_peer("ann", world.now)

    assert {(event.slot, event.publication) for event in world.take_events(SlotChanged)} == {
        ("bob-video", None),
        ("bob-audio", None),
    }
    assert slot_of(world, "bob-video").wanted is None


def test_nothing_is_left_when_all_peers_are_gone(world: World, clients: tuple[Client, Client]) -> None:
    world.forwarder.restart_ice("ann", "new", "pwd", 10_000, world.now)
    for name in ("ann", "bob"):
        world.forwarder.remove_peer(name, world.now)
    world.advance(1.0)

    forwarder = world.forwarder
    ice = forwarder._ice
    for left in (forwarder._peers, forwarder._publications, forwarder._slots, forwarder._rooms):
        assert not left
    for left_of_ice in (ice._agents, ice._by_ufrag, ice._by_path):
        assert not left_of_ice
    assert world.forwarder.stats(None).peers == {}


def test_a_removed_peer_is_a_stranger(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    world.forwarder.remove_peer("ann", world.now)
    ann.check()
    ann.send_media(rtp(2, vp8(), ssrc=100))

    assert world.dropped(DropReason.UNKNOWN_UFRAG) == 1
    assert world.dropped(DropReason.UNKNOWN_SOURCE) == 1


def test_a_removed_publication_leaves_slots_and_streams(world: World, clients: tuple[Client, Client]) -> None:
    receiver = world.forwarder._peers["ann"].receiver
    camera = publication_of(world, "ann-camera")
    world.forwarder.remove("ann-camera", world.now)

    assert world.take_events(SlotChanged) == [SlotChanged("bob-video", None, None)]
    assert not camera.slots
    assert not camera.streams
    assert list(receiver._streams) == [200]
    assert list(receiver.publications) == ["ann-mic"]


def test_a_removed_slot_leaves_its_publication(world: World, clients: tuple[Client, Client]) -> None:
    _, bob = clients
    bob.take_media()
    world.forwarder.remove("bob-video", world.now)
    clients[0].send_media(rtp(2, vp8(height=720), ssrc=100))

    assert bob.rtp == []
    assert not publication_of(world, "ann-camera").slots
    assert list(world.forwarder._peers["bob"]._slots_by_ssrc) == [902]


def test_a_slot_that_changed_over_has_left_the_publication_before(world: World, clients: tuple[Client, Client]) -> None:
    ann, _ = clients
    ann.publish("ann-screen", Encoding(ssrc=300), mid="2")
    route(world, "bob-video", "ann-screen")
    assert list(publication_of(world, "ann-camera").slots) == ["bob-video"], "it goes on until the keyframe"

    ann.send_media(rtp(1, vp8(height=720), ssrc=300))

    assert not publication_of(world, "ann-camera").slots
    assert list(publication_of(world, "ann-screen").slots) == ["bob-video"]


def test_ids_can_be_used_again(world: World, clients: tuple[Client, Client]) -> None:
    world.forwarder.remove_peer("ann", world.now)
    world.clients.clear()
    ann = world.client("ann")
    ann.publish("ann-camera", Encoding(ssrc=100))
    ann.add_slot("ann-video", 900)


def test_unknown_ids_are_told(world: World) -> None:
    forwarder, now = world.forwarder, world.now
    world.client("ann").add_slot("slot", 900)
    for call in (
        lambda: forwarder.remove_peer("nobody", now),
        lambda: forwarder.restart_ice("nobody", "ufrag", "pwd", 0, now),
        lambda: forwarder.send_dtls("nobody", b""),
        lambda: forwarder.set_srtp("nobody", "AEAD_AES_128_GCM", bytes(28), bytes(28)),
        lambda: forwarder.route("nothing", None, 0, 0, now),
        lambda: forwarder.route("slot", "nothing", 0, 0, now),
        lambda: forwarder.route_speakers("nobody", "room", now),
        lambda: forwarder.set_paused("nothing", True, now),
        lambda: forwarder.remove("nothing", now),
        lambda: forwarder.request_keyframe("nothing", now),
        lambda: forwarder.stats("nobody"),
    ):
        with pytest.raises(UnknownIdError):
            call()


def test_what_is_in_use_is_refused(world: World) -> None:
    ann = world.client("ann")
    ann.publish("camera", Encoding(ssrc=100))
    ann.add_slot("slot", 900)
    with pytest.raises(ValueError, match="ann is in use"):
        world.forwarder.add_peer("ann", "other", "pwd")
    with pytest.raises(ValueError, match="camera is in use"):
        ann.add_slot("camera", 901)
    with pytest.raises(ValueError, match="m-line 0"):
        ann.publish("second", Encoding(ssrc=101))
    with pytest.raises(ValueError, match="SSRC 900"):
        ann.add_slot("second", 900)
    with pytest.raises(ValueError, match="28 bytes"):
        world.forwarder.set_srtp("ann", "AEAD_AES_128_GCM", bytes(27), bytes(28))
