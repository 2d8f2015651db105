"""When a notification whose outcome is open is asked for again, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from function_app.notifications.documents import TRIED_FOR, Kind, Notification, State
from function_app.notifications.port import ChannelName, Outcome, Result

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def notification() -> Notification:
    return Notification(
        id="notification_1",
        tenant_id="ten_1",
        meeting_id="weekly",
        kind=Kind.INVITATION,
        channel=ChannelName.EMAIL,
        lane="ten_1/email",
        invitee="invitee_1",
        edition="1",
        calendar_sequence=0,
        created_on=NOW,
        expires_on=NOW + TRIED_FOR,
        due_on=NOW,
    )


def test_what_nobody_answers_for_a_day_is_asked_for_ever_more_seldom_by_one_id_and_then_given_up() -> None:
    waiting, ids, asked = notification(), set(), 0
    while waiting.due_on:
        claimed, attempt = waiting.claimed(waiting.due_on)
        ids.add(attempt.id)
        asked += 1
        waiting = claimed.after(Outcome(Result.UNKNOWN, "Http503"), waiting.due_on, lambda: 0.5)
    assert (waiting.state, waiting.reason) == (State.UNCERTAIN, "Http503")
    assert len(ids) == 1
    assert 20 < asked < 100


def test_a_pause_that_the_service_asks_for_is_kept() -> None:
    claimed, _ = notification().claimed(NOW)
    outcome = Outcome(Result.UNKNOWN, "Http503", timedelta(minutes=5))
    assert claimed.after(outcome, NOW, lambda: 0.5).due_on == NOW + timedelta(minutes=5)


def test_of_two_reports_the_later_counts_whichever_comes_first() -> None:
    reports = [(State.DELIVERED, NOW, None), (State.BOUNCED, NOW + timedelta(seconds=9), "5.1.1")]
    for order in (reports, reports[::-1]):
        kept = notification()
        for report in (*order, *order):
            kept = kept.reported(*report) or kept
        assert (kept.state, kept.reason, kept.due_on) == (State.BOUNCED, "5.1.1", None)
