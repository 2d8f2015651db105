"""Participant minutes by day and meeting."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from function_app.errors import StoreUnavailableError
from function_app.participants.documents import Participant, Presence
from function_app.sessions.documents import Session
from function_app.usage.report import MeetingDay, Stay, meetings_of
from local_azure.cosmos import Fault
from parley_protocol.grants import ROLE_GRANTS, Role
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, bearer

USAGE = "/tenants/me/usage"
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def stay(begins: float, minutes: float, meeting: str = "weekly", session: str = "ses_1", away: float = 0) -> Stay:
    """Begins so many hours after noon, and is away for so many minutes of it."""
    came, stayed = NOON + timedelta(hours=begins), timedelta(minutes=minutes)
    return Stay(meeting, session, came, came + stayed, stayed - timedelta(minutes=away))


def of_day(stays: list[Stay], day: date = DAY) -> list[MeetingDay]:
    return meetings_of([share for one in stays for share in one.on(day)], day)


def test_all_time_in_a_meeting_is_added_up_and_a_begun_minute_counts() -> None:
    stays = [stay(0, 10), stay(0.5, 20.2), stay(1, 5, session="ses_2")]
    assert of_day(stays) == [MeetingDay(DAY, "weekly", 2, 3, 36)]


def test_meetings_are_apart_and_in_order() -> None:
    assert [row.meeting for row in of_day([stay(0, 1, "b"), stay(0, 1, "a")])] == ["a", "b"]


def test_a_stay_over_midnight_counts_on_both_days() -> None:
    over = [stay(11.5, 90)]
    by_day = [of_day(over, DAY + timedelta(days=after)) for after in (-1, 0, 1, 2)]
    assert [[row.participant_minutes for row in rows] for rows in by_day] == [[], [30], [60], []]


def test_what_somebody_was_away_for_does_not_count() -> None:
    assert [row.participant_minutes for row in of_day([stay(0, 60, away=45)])] == [15]
    assert [row.participant_minutes for row in of_day([stay(11.5, 90, away=45)])] == [15]


async def add_stays(platform: Platform, stays: list[Stay], ended_on: datetime | None = None) -> None:
    """A participant of a session of its own for each; with `ended_on`, the node never told that they left."""
    container = platform.store.container("meetings")
    for one in stays:
        peer, node, session = new_id("peer"), new_id("nod"), new_id("ses")
        place = {"tenant_id": platform.tenant, "meeting_id": one.meeting}
        ended = Session(id=session, started_on=one.came_on, ended_on=ended_on or one.left_on, **place)
        came = {"announced": True, "there_since": one.came_on}
        gone = {"seconds_there": one.there.total_seconds()}
        participant = Participant(
            id=new_id("par"),
            session_id=session,
            user="ann",
            name="Ann",
            role=Role.ATTENDEE,
            grants=ROLE_GRANTS[Role.ATTENDEE],
            peer=peer,
            node=node,
            presence_peer=peer,
            presence_node=node,
            joined_on=one.came_on,
            came_on=one.came_on,
            presence=Presence.CONNECTED if ended_on else Presence.LEFT,
            presence_since=one.came_on if ended_on else one.left_on,
            **(came if ended_on else gone),
            **place,
        )
        await container.create(ended.body())
        await container.create(participant.body())


async def usage(platform: Platform, query: str = "") -> dict[str, Any]:
    answer = await platform.call("GET", USAGE + query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def of_today(platform: Platform) -> list[dict[str, Any]]:
    """With a day on either side, as midnight may be within a test."""
    day, today = timedelta(days=1), platform.clock().date()
    return list((await usage(platform, f"?since={today - day}&until={today + 2 * day}"))["value"])


async def test_being_there_is_use_and_coming_in_alone_is_not(platform: Platform, node: FakeNode) -> None:
    await platform.join("never-connected")
    joined = await platform.join("ann")
    assert await of_today(platform) == []
    await node.tell("peerConnected", joined)
    platform.clock.advance(90)
    value = await of_today(platform)
    assert {(row["meeting"], row["sessions"], row["participants"]) for row in value} == {("demo", 1, 1)}
    await platform.leave(joined)
    platform.clock.advance(600)
    assert sum(row["participantMinutes"] for row in await of_today(platform)) in (2, 3)  # Three over midnight.


async def test_who_was_there_when_the_session_ended_left_with_it(platform: Platform) -> None:
    await add_stays(platform, [stay(0, 5)], ended_on=NOON + timedelta(minutes=12))
    [row] = (await usage(platform, "?since=2026-03-01&until=2026-04-01"))["value"]
    assert (row["day"], row["participantMinutes"]) == ("2026-03-10", 12)


async def test_a_period_is_read_page_by_page(platform: Platform) -> None:
    meetings = [f"m{number}" for number in range(5)]
    await add_stays(platform, [stay(24 * day, 3, meeting) for day in (0, 1, 40) for meeting in meetings])
    link, rows, pages = f"{USAGE}?since=2026-03-01&until=2026-05-01&maxpagesize=2", [], 0
    while link:
        page = await usage(platform, link.partition(USAGE)[2])
        assert len(page["value"]) <= 2
        rows += [(row["day"], row["meeting"]) for row in page["value"]]
        link, pages = page.get("nextLink", ""), pages + 1
        assert pages < 20
    days = ("2026-03-10", "2026-03-11", "2026-04-19")
    assert rows == [(day, meeting) for day in days for meeting in meetings]


async def test_it_outlives_the_meeting(platform: Platform) -> None:
    """Wherever the purge is cut off."""
    await platform.put_meeting("weekly")
    month = "?since=2026-03-01&until=2026-04-01"
    await add_stays(platform, [stay(0, 10), stay(0, 20.2, away=5), stay(11.5, 90), stay(50, 0.1)])
    before = await usage(platform, month)
    assert len(before["value"]) == 3
    await platform.call("DELETE", "/meetings/weekly")
    platform.clock.advance(31 * 24 * 3600)
    for number in range(1, 30):
        platform.cosmos.inject_fault(Fault(status=503, count=100, match="/docs", skip=number))
        with suppress(StoreUnavailableError):
            await platform.services.retention.run()
        platform.cosmos.clear_faults()
        assert await usage(platform, month) == before
    assert await platform.documents("session", "weekly") == await platform.documents("participant", "weekly") == []


async def test_only_the_period_counts(platform: Platform) -> None:
    await add_stays(platform, [stay(0, 5), stay(24, 5), stay(-24, 24 * 60)])
    value = (await usage(platform, "?since=2026-03-10&until=2026-03-11"))["value"]
    assert [(row["day"], row["participantMinutes"]) for row in value] == [("2026-03-10", 725)]


async def test_nothing_of_another_tenant_is_counted(platform: Platform, other_tenant: dict[str, str]) -> None:
    await add_stays(platform, [stay(0, 5)])
    answer = await platform.http.get(f"{USAGE}?since=2026-03-01&until=2026-04-01", headers=other_tenant)
    assert answer.json() == {"value": []}


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-03-02&until=2026-03-01",
        "since=2025-01-01&until=2026-03-01",
        "since=9999-12-31",
        "until=0001-01-01",
        "since=yesterday",
    ],
)
async def test_a_period_that_is_none_or_too_long_is_refused(platform: Platform, query: str) -> None:
    assert (await platform.call("GET", f"{USAGE}?{query}")).status_code == 400


async def test_a_link_is_good_for_its_own_period_only(platform: Platform) -> None:
    await add_stays(platform, [stay(0, 5), stay(24, 5)])
    link = (await usage(platform, "?since=2026-03-01&until=2026-04-01&maxpagesize=1"))["nextLink"]
    assert (await platform.call("GET", link.replace("until=2026-04-01", "until=2026-03-31"))).status_code == 400


async def test_it_is_for_administrators(platform: Platform) -> None:
    made = (await platform.call("POST", "/tenants/me/apiKeys", json={"role": "meetings"})).json()
    assert (await platform.http.get(USAGE, headers=bearer(made["key"]))).status_code == 403
