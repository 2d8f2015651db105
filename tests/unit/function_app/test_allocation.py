"""Which node takes a new session."""

from collections import Counter
from random import Random

import pytest

from function_app.media.allocation import PLACEMENT_CEILING, candidates, choose_node, of_track
from function_app.media.nodes import Node
from parley_protocol.ids import new_id
from parley_protocol.nodes import Capacity, Load, ReleaseTrack


def node(
    packets: float = 0,
    peers: int = 0,
    *,
    draining: bool = False,
    retiring: bool = False,
    listening: bool = True,
    track: ReleaseTrack = ReleaseTrack.STABLE,
    region: str = "local",
) -> Node:
    return Node(
        id=new_id("nod"),
        region=region,
        version="1",
        track=track,
        capacity=Capacity(packets_per_second=1000, peers=100),
        load=Load(packets_per_second=packets, peers=peers, sessions=0),
        draining=draining,
        retiring=retiring,
        listening=listening,
        connection="connection",
    )


def test_there_may_be_nobody() -> None:
    assert choose_node([], Random(1)) is None


def test_a_single_node_is_taken() -> None:
    only = node()
    assert choose_node([only], Random(1)) is only


@pytest.mark.parametrize(
    "unable",
    [node(draining=True), node(retiring=True), node(listening=False), node(packets=700), node(peers=70), node(5000, 1)],
)
def test_a_node_that_cannot_take_a_session_gets_none(unable: Node) -> None:
    assert choose_node([unable], Random(1)) is None


def test_just_below_the_ceiling_is_low_enough() -> None:
    almost = node(packets=1000 * PLACEMENT_CEILING - 1)
    assert choose_node([almost], Random(1)) is almost


def test_of_two_nodes_the_less_full_is_taken() -> None:
    idle, busy = node(packets=10), node(packets=100)
    assert all(choose_node([busy, idle], Random(seed)) is idle for seed in range(20))


def test_the_scarcer_capacity_decides() -> None:
    many_packets, many_peers = node(packets=100, peers=1), node(packets=1, peers=50)
    assert all(choose_node([many_packets, many_peers], Random(seed)) is many_packets for seed in range(20))


def test_equal_nodes_share_the_sessions() -> None:
    nodes, random = [node() for _ in range(10)], Random(1)
    chosen = Counter(found.id for found in (choose_node(nodes, random) for _ in range(1000)) if found)
    assert len(chosen) == 10
    assert max(chosen.values()) < 200


def test_the_fullest_of_several_is_never_taken() -> None:
    nodes = [node(packets=number) for number in range(5)]
    random = Random(1)
    assert all(choose_node(nodes, random) is not nodes[-1] for _ in range(200))


def test_so_many_sessions_in_a_hundred_are_for_the_canary_and_always_the_same_ones() -> None:
    stable, canary = node(), node(track=ReleaseTrack.CANARY)
    sessions = [f"ses_{number}" for number in range(4000)]
    of_canary = {session for session in sessions if of_track([stable, canary], session, 5) == [canary]}
    assert 0.04 < len(of_canary) / len(sessions) < 0.06
    assert all(of_track([canary, stable], session, 5) == [canary] for session in of_canary)
    assert all(of_track([stable, canary], session, 25) == [canary] for session in of_canary), "more is more of the same"


@pytest.mark.parametrize("percent", [0, 100])
def test_no_session_is_for_a_canary_at_0_percent_and_every_one_at_100(percent: float) -> None:
    stable, canary = node(), node(track=ReleaseTrack.CANARY)
    expected = [canary] if percent else [stable]
    assert all(of_track([stable, canary], f"ses_{number}", percent) == expected for number in range(200))


def test_a_canary_that_cannot_take_a_session_leaves_it_to_the_stable_nodes_and_not_the_other_way_round() -> None:
    stable, full_canary = node(), node(peers=99, track=ReleaseTrack.CANARY)
    assert of_track([stable, full_canary], "ses_1", 100) == [stable]
    assert of_track([node(track=ReleaseTrack.CANARY)], "ses_1", 0) == []


@pytest.mark.parametrize(
    ("regions", "taken"),
    [((), ["near", "far", "full"]), (("near", "far"), ["near"]), (("full", "far"), ["far"]), (("full", "none"), [])],
)
def test_the_first_region_with_room_is_taken(regions: tuple[str, ...], taken: list[str]) -> None:
    nodes = [node(region="near"), node(region="far"), node(region="full", draining=True)]
    assert [one.region for one in candidates(nodes, regions, "ses_1", 0)] == taken


def test_a_region_whose_canary_has_no_room_takes_the_session_on_its_stable_nodes() -> None:
    near = node(region="near")
    nodes = [near, node(region="near", track=ReleaseTrack.CANARY, draining=True), node(region="far")]
    assert candidates(nodes, ("near", "far"), "ses_1", 100) == [near]
