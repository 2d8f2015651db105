"""Participant minutes by day and meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from function_app.participants.documents import Participant, Presence
from function_app.usage.report import MeetingDay, Stay, meetings_of
from parley_protocol.grants import ROLE_GRANTS, Role
from parley_protocol.ids import new_id

from .support import FakeNode, Platform, bearer

USAGE = "/tenants/me/usage"
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def stay(begins: float, minutes: float | None, meeting: str = "weekly", session: str = "ses_1") -> Stay:
    """Begins so many hours after noon."""
    joined = NOON + timedelta(hours=begins)
    return Stay(meeting, session, joined, None if minutes is None else joined + timedelta(minutes=minutes))


def minutes(stays: list[Stay], day: date = DAY, now: datetime = NOON + timedelta(days=9)) -> list[MeetingDay]:
    return meetings_of(stays, day, now)


def test_all_time_in_a_meeting_is_added_up_and_a_begun_minute_counts() -> None:
    stays = [stay(0, 10), stay(0.5, 20.2), stay(1, 5, session="ses_2")]
    assert minutes(stays) == [MeetingDay(DAY, "weekly", 2, 3, 36)]


def test_meetings_are_apart_and_in_order() -> None:
    assert [row.meeting for row in minutes([stay(0, 1, "b"), stay(0, 1, "a")])] == ["a", "b"]


def test_a_stay_over_midnight_counts_on_both_days() -> None:
    over = [stay(11.5, 90)]
    assert minutes(over)[0].participant_minutes == 30
    assert minutes(over, DAY + timedelta(days=1))[0].participant_minutes == 60


def test_who_is_there_still_counts_up_to_now() -> None:
    assert minutes([stay(0, None)], now=NOON + timedelta(minutes=7))[0].participant_minutes == 7


async def add_stays(platform: Platform, stays: list[Stay]) -> None:
    """Participants of past sessions."""
    for one in stays:
        peer, node = new_id("peer"), new_id("nod")
        participant = Participant(
            id=new_id("par"),
            tenant_id=platform.tenant,
            meeting_id=one.meeting,
            session_id=one.session,
            user="ann",
            name="Ann",
            role=Role.ATTENDEE,
            grants=ROLE_GRANTS[Role.ATTENDEE],
            peer=peer,
            node=node,
            presence_peer=peer,
            presence_node=node,
            joined_on=one.joined_on,
            presence=Presence.LEFT if one.left_on else Presence.CONNECTED,
            presence_since=one.left_on or one.joined_on,
        )
        await platform.store.container("meetings").create(participant.body())


async def usage(platform: Platform, query: str = "") -> dict[str, Any]:
    answer = await platform.call("GET", USAGE + query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_joining_and_leaving_is_use(platform: Platform, node: FakeNode) -> None:
    joined = await platform.join("ann")
    platform.clock.advance(90)
    await platform.leave(joined)
    platform.clock.advance(600)
    today = platform.clock().date()
    value = (await usage(platform, f"?since={today - timedelta(days=1)}&until={today + timedelta(days=1)}"))["value"]
    assert sum(row["participantMinutes"] for row in value) in (2, 3)  # Three where midnight was within.
    assert {(row["meeting"], row["sessions"], row["participants"]) for row in value} == {("demo", 1, 1)}


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
