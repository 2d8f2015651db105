"""Who may send, where we send to, and when a Peer counts as connected."""

from __future__ import annotations

import pytest

from sfu_container.engine import DtlsReceived, Encoding, EngineConfig, IceConnected, IceLost
from sfu_container.plain_engine.errors import DropReason
from sfu_container.plain_engine.ice_agent import MAX_PATHS, Path
from tests.unit.plain_engine.packets import rtp, stun_check, vp8
from tests.unit.plain_engine.world import Client, World

HELLO = b"\x16 client hello"


@pytest.fixture
def world() -> World:
    return World(EngineConfig(ice_timeout_ms=5_000))


def stranger(world: World, name: str, port: int) -> Client:
    """Somebody at another address who knows the credentials of the Peer `name`."""
    client = Client(world, name, Path("udp", ("198.51.100.9", port)))
    world.clients[client.path] = client
    return client


def test_a_nominating_check_connects_the_peer_and_is_answered(world: World) -> None:
    ann = world.client("ann")
    assert world.take_events(IceConnected) == [IceConnected("ann", ann.path.remote, "udp")]
    assert len(ann.other) == 1


def test_a_check_that_does_not_nominate_opens_the_path_for_dtls_only(world: World) -> None:
    world.forwarder.add_peer("ann", "ufrag-ann", "pwd-ann")
    ann = stranger(world, "ann", 1)
    ann.check(nominate=False)
    ann.send(HELLO)
    world.forwarder.send_dtls("ann", b"\x16 server hello")

    assert world.take_events(DtlsReceived) == [DtlsReceived("ann", HELLO)]
    assert ann.other[-1] == b"\x16 server hello"
    assert world.take_events(IceConnected) == []


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (stun_check("nobody", "pwd-ann"), DropReason.UNKNOWN_UFRAG),
        (stun_check("ufrag-ann", "wrong"), DropReason.BAD_INTEGRITY),
    ],
)
def test_a_check_without_the_right_credentials_is_not_answered(world: World, check: bytes, reason: DropReason) -> None:
    world.forwarder.add_peer("ann", "ufrag-ann", "pwd-ann")
    ann = stranger(world, "ann", 1)
    ann.send(check)
    ann.send(HELLO)

    assert ann.other == []
    assert world.dropped(reason) == 1
    assert world.dropped(DropReason.UNKNOWN_SOURCE) == 1
    assert world.events == []


def test_what_is_sent_follows_the_nominated_path(world: World) -> None:
    ann = world.client("ann")
    world.events.clear()
    moved = stranger(world, "ann", 1)

    moved.check(nominate=False)
    world.forwarder.send_dtls("ann", HELLO)
    assert ann.other[-1] == HELLO

    moved.check()
    world.forwarder.send_dtls("ann", HELLO)
    assert moved.other[-1] == HELLO
    assert world.events == [IceConnected("ann", moved.path.remote, "udp")]


def test_checks_on_the_same_path_are_no_news(world: World) -> None:
    ann = world.client("ann")
    world.events.clear()
    ann.check()
    ann.check()
    assert world.events == []


def test_silence_is_told_once_and_so_is_the_return(world: World) -> None:
    ann = world.client("ann")
    world.events.clear()
    world.advance(4.0)
    ann.check()
    world.advance(4.0)
    assert world.events == []

    world.advance(4.0)
    assert world.events == [IceLost("ann")]

    ann.check()
    assert world.events == [IceLost("ann"), IceConnected("ann", ann.path.remote, "udp")]


def test_authentic_media_is_a_sign_of_life_and_forged_media_is_not(world: World) -> None:
    ann, eve = world.client("ann"), world.client("eve")
    for client, name in ((ann, "one"), (eve, "two")):
        client.publish(name, Encoding(ssrc=100))
    world.events.clear()
    for number in range(6):
        world.advance(1.0)
        packet = rtp(number, vp8(number), ssrc=100)
        ann.send_media(packet)
        eve.send(packet)

    assert world.take_events(IceLost) == [IceLost("eve")]


def test_without_checks_for_half_a_minute_nothing_is_sent_any_more(world: World) -> None:
    ann = world.client("ann")
    world.advance(31.0)
    ann.other.clear()
    world.forwarder.send_dtls("ann", HELLO)
    assert ann.other == []

    ann.check()
    world.forwarder.send_dtls("ann", HELLO)
    assert ann.other[-1] == HELLO


def test_a_restart_keeps_the_old_path_until_the_new_one_is_nominated(world: World) -> None:
    ann = world.client("ann")
    world.forwarder.restart_ice("ann", "new", "pwd-new", 10_000, world.now)
    world.events.clear()
    ann.check()
    world.forwarder.send_dtls("ann", HELLO)
    assert ann.other[-1] == HELLO

    moved = stranger(world, "ann", 1)
    moved.send(stun_check("new", "pwd-new"))
    world.forwarder.send_dtls("ann", HELLO)

    assert moved.other[-1] == HELLO
    assert world.events == [IceConnected("ann", moved.path.remote, "udp")]
    ann.check()
    assert world.dropped(DropReason.UNKNOWN_UFRAG) == 1
    ann.send(HELLO)
    assert world.dropped(DropReason.UNKNOWN_SOURCE) == 1


def test_a_restart_on_the_same_path_is_told(world: World) -> None:
    ann = world.client("ann")
    world.events.clear()
    world.forwarder.restart_ice("ann", "new", "pwd-new", 10_000, world.now)
    ann.send(stun_check("new", "pwd-new"))
    assert world.events == [IceConnected("ann", ann.path.remote, "udp")]


def test_the_old_path_ends_with_the_grace(world: World) -> None:
    ann = world.client("ann")
    world.forwarder.restart_ice("ann", "new", "pwd-new", 2_000, world.now)
    world.advance(3.0)
    ann.other.clear()
    ann.check()
    world.forwarder.send_dtls("ann", HELLO)

    assert ann.other == []
    assert world.dropped(DropReason.UNKNOWN_UFRAG) == 1
    ann.send(stun_check("new", "pwd-new"))
    assert len(ann.other) == 1


def test_a_second_restart_replaces_the_first(world: World) -> None:
    ann = world.client("ann")
    world.forwarder.restart_ice("ann", "second", "pwd-2", 10_000, world.now)
    world.forwarder.restart_ice("ann", "third", "pwd-3", 10_000, world.now)
    ann.check()
    assert world.dropped(DropReason.UNKNOWN_UFRAG) == 1
    ann.send(stun_check("third", "pwd-3"))
    assert len(ann.other) == 2


def test_a_port_that_went_to_another_peer_is_that_peers(world: World) -> None:
    ann = world.client("ann")
    world.forwarder.add_peer("ben", "ufrag-ben", "pwd-ben")
    ann.send(stun_check("ufrag-ben", "pwd-ben"))
    ann.send(HELLO)
    ann.other.clear()
    world.forwarder.send_dtls("ann", HELLO)

    assert world.take_events(DtlsReceived) == [DtlsReceived("ben", HELLO)]
    assert ann.other == []


def test_a_peer_keeps_only_so_many_paths(world: World) -> None:
    ann = world.client("ann")
    others = [stranger(world, "ann", port) for port in range(1, MAX_PATHS + 3)]
    for other in others:
        other.check(nominate=False)

    assert world.forwarder.is_proven(ann.path), "the nominated one stays"
    assert [world.forwarder.is_proven(other.path) for other in others].count(True) == MAX_PATHS - 1
    assert world.forwarder.is_proven(others[-1].path)


def test_a_ufrag_in_use_is_refused(world: World) -> None:
    world.client("ann")
    with pytest.raises(ValueError, match="ufrag"):
        world.forwarder.add_peer("ben", "ufrag-ann", "other")


def test_media_without_keys_is_dropped(world: World) -> None:
    world.forwarder.add_peer("ann", "ufrag-ann", "pwd-ann")
    ann = stranger(world, "ann", 1)
    ann.check()
    ann.send(rtp(1, vp8(), ssrc=100))
    assert world.dropped(DropReason.NO_KEYS) == 1
