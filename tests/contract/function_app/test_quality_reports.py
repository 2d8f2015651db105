"""How connections were: what nodes tell of them, and the quality report of a meeting."""

import csv
import io
from typing import Any

import pytest

from function_app.participants.connection import MAX_PEERS, ConnectionRecord
from function_app.participants.documents import Participant
from function_app.quality.advice import Advice, advise
from function_app.quality.figures import median_round_trip_ms
from parley_protocol.ids import new_id
from parley_protocol.quality import ROUND_TRIP_BOUNDS_MS, FlowQuality, PeerQuality

from .support import FakeNode, Platform, bearer

Joined = dict[str, Any]
TRIPS = [0, 0, 0, 0, 10] + [0] * 12
GOOD = {"goodSeconds": 90, "roundTrips": TRIPS, "worstRoundTripMs": 29}


async def come(platform: Platform, node: FakeNode, user: str, **more: Any) -> Joined:
    joined = await platform.join(user, **more)
    await node.tell("peerConnected", joined)
    return joined


async def report(platform: Platform, query: str = "") -> dict[str, Any]:
    answer = await platform.call("GET", f"/meetings/demo/qualityReport{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def connections(platform: Platform) -> dict[str, dict[str, Any] | None]:
    """By user."""
    return {row["user"]: row.get("connection") for row in (await report(platform))["value"]}


async def test_a_node_tells_with_the_leave_how_the_connection_was(platform: Platform, node: FakeNode) -> None:
    ann = await come(platform, node, "ann")
    await come(platform, node, "ben")
    flow = {"packets": 1_000, "lost": 100, "bytes": 1_000_000}
    quality = {**GOOD, "poorSeconds": 10, "tcpSeconds": 100, "up": flow, "freezes": 2, "frozenSeconds": 3.2}
    assert (await node.tell("peerLeft", ann, reason="left", quality=quality)).status_code == 204
    [row, of_ben] = (await report(platform))["value"]
    assert row == {
        "session": ann["session"]["id"],
        "participant": ann["participant"]["id"],
        "user": "ann",
        "name": row["name"],
        "connection": {
            "seconds": 100,
            "goodRatio": 0.9,
            "poorRatio": 0.1,
            "lostRatio": 0,
            "tcpRatio": 1,
            "roundTripMs": 25,
            "worstRoundTripMs": 29,
            "lossRatioUp": 0.1,
            "lossRatioDown": 0,
            "bitsPerSecondUp": 80_000,
            "bitsPerSecondDown": 0,
            "freezes": 2,
            "frozenSeconds": 3,
        },
        "advice": ["highLossUp", "mostlyTcp"],
    }
    assert ("connection" in of_ben, of_ben["advice"]) == (False, [])


async def test_a_report_is_a_table_too(platform: Platform, node: FakeNode) -> None:
    ann = await come(platform, node, "ann")
    await come(platform, node, "ben")
    await node.tell("peerLeft", ann, reason="left", quality={**GOOD, "lostSeconds": 90, "tcpSeconds": 180})
    first = await platform.call("GET", "/meetings/demo/qualityReport.csv?maxpagesize=1")
    second = await platform.call("GET", first.links["next"]["url"])
    [of_ann], [of_ben] = (list(csv.DictReader(io.StringIO(page.text, newline=""))) for page in (first, second))
    assert (of_ann["user"], of_ann["goodRatio"], of_ann["advice"]) == ("ann", "0.5", "interrupted mostlyTcp")
    assert (of_ben["user"], of_ben["seconds"], of_ben["advice"]) == ("ben", "", "")


async def test_an_erased_user_leaves_figures_without_a_name(platform: Platform, node: FakeNode) -> None:
    ann = await come(platform, node, "ann")
    await node.tell("peerLeft", ann, reason="left", quality=GOOD)
    answer = await platform.call("POST", "/users/ann:erase")
    assert answer.status_code == 202, answer.text
    await platform.services.operations.run_due()
    [row] = (await report(platform))["value"]
    assert (row["user"], row["name"], row["connection"]["seconds"]) == ("erased", "Erased", 90)


async def test_each_peer_counts_once_whoever_says_first_that_it_left(platform: Platform, node: FakeNode) -> None:
    ann = await come(platform, node, "ann")
    await platform.leave(ann)
    for _ in range(2):
        await node.tell("peerLeft", ann, reason="left", quality=GOOD)
    again = (await platform.try_join(ann["token"])).json()
    await node.tell("peerConnected", again)
    newest = (await platform.try_join(ann["token"])).json()
    await node.tell("peerLeft", again, reason="replaced", quality=GOOD)
    await node.tell("peerConnected", newest)
    await node.tell("peerLeft", ann, reason="left", quality=GOOD)
    assert await platform.presence() == {"ann": "connected"}
    of_ann = (await connections(platform))["ann"]
    assert of_ann
    assert of_ann["seconds"] == 180


async def test_what_a_node_says_of_peers_that_it_never_had_is_not_believed(platform: Platform, node: FakeNode) -> None:
    ann = await come(platform, node, "ann")
    stranger = FakeNode(platform, node.http)
    await stranger.heartbeat()
    assert (await stranger.tell("peerLeft", ann, reason="left", quality=GOOD)).status_code == 204
    await node.tell("peerLeft", {**ann, "peer": new_id("peer")}, reason="left", quality=GOOD)
    assert await connections(platform) == {"ann": None}


@pytest.mark.parametrize(
    "hostile",
    [
        {"goodSeconds": -1},
        {"goodSeconds": 1e300},
        {"roundTrips": [1] * 1_000},
        {"roundTrips": []},
        {"freezes": 2**60},
        {"up": {"packets": 1, "lost": 2}},
        {"worstRoundTripMs": 10**9},
    ],
)
async def test_a_quality_that_cannot_be_is_refused(platform: Platform, node: FakeNode, hostile: dict[str, Any]) -> None:
    ann = await come(platform, node, "ann")
    assert (await node.tell("peerLeft", ann, reason="left", quality={**GOOD, **hostile})).status_code == 400
    assert await platform.presence() == {"ann": "connected"}


async def test_a_sessions_summary_has_the_worst_first(platform: Platform, node: FakeNode) -> None:
    everybody = {user: await come(platform, node, user) for user in ("ann", "ben", "cleo", "dora")}
    for user, poor, lost in (("ann", 20, 0), ("ben", 0, 1), ("cleo", 20, 90)):
        quality = {**GOOD, "poorSeconds": poor, "lostSeconds": lost}
        await node.tell("peerLeft", everybody[user], reason="left", quality=quality)
    session = everybody["ann"]["session"]["id"]
    summary = (await platform.call("GET", f"/sessions/{session}/qualitySummary")).json()
    assert [row["user"] for row in summary.pop("worst")] == ["cleo", "ann"]
    assert summary == {"session": session, "participants": 4, "measured": 3, "troubled": 2}


async def test_a_report_comes_page_by_page_of_one_session_or_all(platform: Platform, node: FakeNode) -> None:
    joined = [await come(platform, node, user) for user in ("ann", "ben", "cleo")]
    first = await report(platform, f"?session={joined[0]['session']['id']}&maxpagesize=2")
    rest = (await platform.call("GET", first["nextLink"])).json()
    assert [row["user"] for row in first["value"] + rest["value"]] == ["ann", "ben", "cleo"]
    assert (await report(platform, f"?session={new_id('ses')}"))["value"] == []


async def test_reports_are_for_the_tenant_and_for_moderators(
    platform: Platform, node: FakeNode, other_tenant: dict[str, str]
) -> None:
    ann, hilda = await come(platform, node, "ann"), await come(platform, node, "hilda", role="host")
    report = "/meetings/demo/qualityReport"
    for path in (report, f"{report}.csv", f"/sessions/{ann['session']['id']}/qualitySummary"):
        statuses = [
            (await platform.http.get(path, headers=headers)).status_code
            for headers in (bearer(hilda["token"]), bearer(ann["token"]), other_tenant)
        ]
        assert statuses == [200, 403, 404], path


def test_of_many_peers_the_latest_are_remembered_and_told_of() -> None:
    record = ConnectionRecord()
    peers = [new_id("peer") for _ in range(MAX_PEERS + 1)]
    for peer in peers:
        record = record.with_media_by(peer, "node")
    assert record.told(peers[0], "node", PeerQuality()) is None
    assert record.told(peers[-1], "node", PeerQuality(good_seconds=1)) is not None


def test_a_participant_from_before_has_no_quality_yet() -> None:
    written = {"user": "ann", "name": "Ann", "role": "attendee", "grants": {}, "sessionId": "s", "id": "par_1"}
    place = {"tenantId": "t", "meetingId": "m", "peer": "p", "node": "n", "presencePeer": "p", "presenceNode": "n"}
    time = "2026-11-01T09:30:00Z"
    since = {"joinedOn": time, "presence": "connected", "presenceSince": time}
    assert Participant.read({**written, **place, **since}).connection == ConnectionRecord()


def test_a_median_lies_within_its_class() -> None:
    trips = [0] * len(ROUND_TRIP_BOUNDS_MS)
    assert median_round_trip_ms(PeerQuality()) is None
    trips[3], trips[4] = 1, 3
    assert median_round_trip_ms(PeerQuality(round_trips=tuple(trips))) == 23
    assert median_round_trip_ms(PeerQuality(round_trips=tuple(trips), worst_round_trip_ms=21)) == 21


def test_advice_is_given_only_where_there_was_trouble() -> None:
    bad = PeerQuality(good_seconds=80, lost_seconds=20, down=FlowQuality(packets=100, lost=9))
    assert advise(bad) == [Advice.INTERRUPTED, Advice.HIGH_LOSS_DOWN]
    assert advise(bad.model_copy(update={"good_seconds": 1_000})) == []
