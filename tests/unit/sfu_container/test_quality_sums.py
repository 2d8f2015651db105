"""What a node says of a connection when its Peer ends."""

from parley_protocol.control import ConnectionQuality
from parley_protocol.errors import LeaveReason
from parley_protocol.grants import MediaGrant
from parley_protocol.nodes import PeerLeft
from parley_protocol.quality import MAX_COUNT, ROUND_TRIP_BOUNDS_MS, FlowQuality, PeerQuality
from sfu_container.engine import IceLost
from sfu_container.engine_stats import PeerStats, SlotStats, StreamStats
from sfu_container.node import LOOKS_PER_TURN
from sfu_container.quality_sum import QualitySum
from tests.unit.sfu_container.fakes import World

GOOD, POOR = ConnectionQuality.GOOD, ConnectionQuality.POOR


def look(world: World, after_seconds: float) -> None:
    """Let every room have its turn."""
    world.clock.now += after_seconds
    for _ in range(LOOKS_PER_TURN):
        world.node.look_at_connections()


def told(world: World) -> dict[str, PeerQuality | None]:
    """By Peer."""
    return {event.peer: event.quality for event in world.reporter.events if isinstance(event, PeerLeft)}


def test_it_is_told_once_with_the_end_of_the_peer(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    for _ in range(4):
        look(world, 2)
    world.emit(IceLost(ben.peer))
    look(world, 2)
    world.node.end_session(ann.session, LeaveReason.ENDED)
    [of_ann, of_ben] = [told(world)[grant.peer] for grant in (ann, ben)]
    assert of_ann
    assert of_ben
    assert (of_ann.good_seconds, of_ann.lost_seconds) == (8, 0)
    assert (of_ben.good_seconds, of_ben.lost_seconds) == (6, 2)


def test_of_a_peer_that_hardly_came_nothing_is_told(world: World, ann: MediaGrant, ben: MediaGrant) -> None:
    look(world, 2)
    world.node.end_session(ann.session, LeaveReason.ENDED)
    assert told(world) == {ann.peer: None, ben.peer: None}


def test_what_is_counted_between_looks_is_added_up() -> None:
    total = QualitySum()
    total.add(PeerStats(received=StreamStats(packets=50, bytes=5_000)), GOOD, 100.0)
    for number, quality in enumerate((GOOD, GOOD, POOR), start=1):
        stats = PeerStats(
            received=StreamStats(packets=50 + 90 * number, lost=10 * number, bytes=5_000 + 1_000 * number),
            sent=StreamStats(packets=200 * number, lost=number, bytes=20_000 * number),
            round_trip_seconds=0.025 * number,
            transport="tcp" if quality is POOR else "udp",
            slots=[SlotStats(slot="1", kind="video", freezes=number, frozen_seconds=0.75 * number)],
        )
        total.add(stats, quality, 100.0 + 2 * number)
    told_of = total.told()
    assert told_of
    trips = dict(zip(ROUND_TRIP_BOUNDS_MS, told_of.round_trips, strict=True))
    assert {bound: count for bound, count in trips.items() if count} == {30: 1, 60: 1, 80: 1}
    assert told_of == PeerQuality(
        good_seconds=4,
        poor_seconds=2,
        tcp_seconds=2,
        round_trips=told_of.round_trips,
        worst_round_trip_ms=75,
        up=FlowQuality(packets=300, lost=30, bytes=3_000),
        down=FlowQuality(packets=600, lost=3, bytes=60_000),
        freezes=3,
        frozen_seconds=2.2,
    )


def test_counts_that_shrink_and_round_trips_without_end_are_still_told() -> None:
    total = QualitySum()
    total.add(PeerStats(sent=StreamStats(packets=10, lost=9)), GOOD, 0.0)
    total.add(PeerStats(sent=StreamStats(packets=5, lost=2), round_trip_seconds=1e9), GOOD, 2.0)
    total.add(PeerStats(sent=StreamStats(packets=6, lost=9), round_trip_seconds=-1.0), GOOD, 1.0)
    quality = total.told()
    assert quality
    assert (quality.down.packets, quality.down.lost, quality.good_seconds) == (1, 1, 2)
    assert (quality.round_trips[0], quality.round_trips[-1]) == (1, 1)


def test_two_connections_are_one_quality_that_can_be_told_again_however_much_it_is() -> None:
    much = PeerQuality(
        good_seconds=1.5, worst_round_trip_ms=7, up=FlowQuality(packets=MAX_COUNT, lost=MAX_COUNT), freezes=MAX_COUNT
    )
    both = much.plus(PeerQuality(lost_seconds=1)).plus(much)
    assert (both.seconds, both.worst_round_trip_ms, both.freezes) == (4, 7, MAX_COUNT)
    assert PeerQuality.model_validate_json(both.encode()) == both
