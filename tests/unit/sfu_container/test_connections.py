"""Who hears how a connection fares, and when it counts as poor."""

import json
from collections.abc import Sequence

import pytest

from parley_protocol.control import ConnectionQuality, Quality, Roster, Stats
from parley_protocol.grants import MediaGrant
from parley_protocol.ids import new_id
from sfu_container.connection_watch import ConnectionWatch
from sfu_container.engine import IceConnected, IceLost
from sfu_container.engine_stats import EncodingStats, PeerStats, SlotStats, StreamStats
from sfu_container.node import LOOKS_PER_TURN
from tests.unit.sfu_container.fakes import World, join_message, make_grant

PUBLICATIONS = (new_id("pub"), new_id("pub"))
GOOD, POOR, LOST = ConnectionQuality.GOOD, ConnectionQuality.POOR, ConnectionQuality.LOST


def look(world: World) -> None:
    """Let every room have its turn."""
    for _ in range(LOOKS_PER_TURN):
        world.node.look_at_connections()


def counted(looks: int, lost_each: int) -> PeerStats:
    """What a Peer has counted that sends a hundred packets between two looks."""
    return PeerStats(received=StreamStats(packets=looks * (100 - lost_each), lost=looks * lost_each))


def lose(world: World, grant: MediaGrant, looks: Sequence[int]) -> None:
    """Look once for each number of packets that got lost out of a hundred."""
    packets = lost = 0
    for missing in looks:
        packets, lost = packets + 100 - missing, lost + missing
        world.engine.peer_counters[grant.peer] = PeerStats(received=StreamStats(packets=packets, lost=lost))
        look(world)


def told(world: World, grant: MediaGrant) -> list[dict[str, ConnectionQuality]]:
    return [{each.participant: each.quality for each in m.participants} for m in world.link(grant).said(Quality)]


def test_everyone_hears_once_that_a_connection_is_poor_and_once_that_it_is_good_again(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    lose(world, ben, [0, 20, 20, 20, 0, 0, 0, 0])
    assert told(world, ann) == told(world, ben) == [{ben.sub: POOR}, {ben.sub: GOOD}]


def test_one_bad_moment_is_nobodys_news(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    lose(world, ben, [0, 90, 0, 90, 0])
    assert told(world, ann) == []


def test_a_silent_path_is_a_lost_connection_at_once_and_a_good_one_when_it_is_heard_again(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    world.emit(IceLost(ben.peer))
    look(world)
    world.emit(IceConnected(ben.peer, ("198.51.100.1", 5000), "udp"))
    look(world)
    assert told(world, ann) == [{ben.sub: LOST}, {ben.sub: GOOD}]


def test_several_changes_of_one_look_are_one_message(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    world.emit(IceLost(ann.peer), IceLost(ben.peer))
    look(world)
    assert told(world, ann) == [{ann.sub: LOST, ben.sub: LOST}]


def test_who_opens_a_control_channel_hears_after_the_roster_whose_connection_is_not_good(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    world.emit(IceLost(ben.peer))
    look(world)
    link = world.link(ann)
    link.control.clear()
    world.node.link_events.control_opened(ann.peer)
    assert [type(message) for message in link.control] == [Roster, Quality]
    assert told(world, ann) == [{ben.sub: LOST}]


def test_a_new_peer_of_a_participant_with_a_lost_connection_is_told_to_be_good(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    world.emit(IceLost(ben.peer))
    look(world)
    again = make_grant(session=ben.session, participant=ben.sub)
    world.node.join(again, join_message())
    look(world)
    assert told(world, ann) == [{ben.sub: LOST}, {ben.sub: GOOD}]


def test_who_comes_back_after_leaving_begins_anew(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    world.emit(IceLost(ben.peer))
    look(world)
    world.node.link_events.link_closed(ben.peer)
    world.node.join(make_grant(session=ben.session, participant=ben.sub), join_message())
    look(world)
    assert told(world, ann) == [{ben.sub: LOST}]


def test_only_who_watches_is_told_statistics_at_once_and_at_every_look(
    world: World, ann: MediaGrant, ben: MediaGrant
) -> None:
    look(world)
    world.control(ann, {"type": "watchStats", "enabled": True})
    world.control(ann, {"type": "watchStats", "enabled": True})
    look(world)
    look(world)
    world.control(ann, {"type": "watchStats", "enabled": False})
    look(world)
    assert len(world.link(ann).said(Stats)) == 3
    assert world.link(ben).said(Stats) == []


def test_statistics_are_told_in_the_units_of_the_protocol() -> None:
    watch = ConnectionWatch()
    watch.look(counted(1, 0), is_silent=False)
    watch.look(
        PeerStats(
            received=StreamStats(packets=175, lost=25),
            sent=StreamStats(packets=200, lost=10),
            received_bits_per_second=800_000,
            sent_bits_per_second=2_000_000,
            round_trip_seconds=0.0426,
            transport="udp",
            estimate_bits_per_second=3_000_000,
            encodings=[
                EncodingStats(publication=PUBLICATIONS[0], kind="video", rid="f", height=720, jitter_seconds=0.0124)
            ],
            slots=[
                SlotStats(slot="peer_1/4", kind="video"),
                SlotStats(
                    slot="peer_1/5", kind="video", publication=PUBLICATIONS[1], temporal_layer=2, loss_ratio=0.123456
                ),
            ],
        ),
        is_silent=False,
    )
    assert json.loads(watch.report().encode()) == {
        "type": "stats",
        "roundTripMs": 43,
        "transport": "udp",
        "estimate": 3_000_000,
        "up": {"bitsPerSecond": 800_000, "lossRatio": 0.25},
        "down": {"bitsPerSecond": 2_000_000, "lossRatio": 0.05},
        "publications": [
            {
                "publication": PUBLICATIONS[0],
                "rid": "f",
                "height": 720,
                "bitsPerSecond": 0,
                "lossRatio": 0.0,
                "jitterMs": 12,
            }
        ],
        "slots": [
            {
                "mid": "5",
                "publication": PUBLICATIONS[1],
                "temporalLayer": 2,
                "bitsPerSecond": 0,
                "lossRatio": 0.1235,
                "freezes": 0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("stats", "quality"),
    [
        (PeerStats(round_trip_seconds=0.4, estimate_bits_per_second=1_000_000), GOOD),
        (PeerStats(round_trip_seconds=0.6), POOR),
        (PeerStats(estimate_bits_per_second=100_000), POOR),
        (PeerStats(sent=StreamStats(packets=1_000, lost=70)), GOOD),
    ],
)
def test_what_makes_a_connection_poor(stats: PeerStats, quality: ConnectionQuality) -> None:
    watch = ConnectionWatch()
    for _ in range(3):
        watch.look(stats, is_silent=False)
    assert watch.quality is quality


def test_loss_on_the_way_down_makes_a_connection_poor_unless_hardly_anything_was_sent() -> None:
    for packets, quality in ((100, POOR), (5, GOOD)):
        watch = ConnectionWatch()
        for number in range(1, 4):
            sent = StreamStats(packets=number * packets, lost=number * packets // 5)
            watch.look(PeerStats(sent=sent), is_silent=False)
        assert watch.quality is quality


def test_a_message_about_a_hundred_participants_stays_small() -> None:
    changed = [{"participant": "par_" + "0" * 26, "quality": "poor"}] * 100
    assert len(Quality.model_validate({"participants": changed}).encode()) < 8 * 1024
