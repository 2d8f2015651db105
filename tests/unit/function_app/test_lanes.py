"""Each receiver has a lane of its own, of bounded width and length."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from function_app.errors import StoreUnavailableError
from function_app.lanes import LANE_LENGTH, LANE_WIDTH, Lanes
from function_app.stores.documents import MeetingKey
from function_app.webhooks.cursors import Cursor
from tests.support.waiting import eventually

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def cursor(webhook: str = "whk_a") -> Cursor:
    return Cursor.redelivery(webhook, MeetingKey("ten_x", "weekly"), 1, NOW)


class Runs:
    """Runs that go on until they are let go."""

    def __init__(self) -> None:
        self.began: list[Cursor] = []
        self.let_go = asyncio.Event()

    async def run(self, cursor: Cursor) -> None:
        self.began.append(cursor)
        await self.let_go.wait()

    def of(self, webhook: str) -> int:
        return sum(cursor.webhook_key == webhook for cursor in self.began)


async def test_a_lane_is_so_wide_and_so_long_and_another_is_not_touched() -> None:
    runs = Runs()
    lanes = Lanes(runs.run)
    for _ in range(2 * LANE_LENGTH):
        lanes.offer(cursor("whk_a"))
    assert lanes.full() == {"whk_a"}
    lanes.offer(cursor("whk_b"))
    await eventually(lambda: runs.of("whk_b") == 1, "the other lane runs")
    assert runs.of("whk_a") == LANE_WIDTH
    runs.let_go.set()
    await eventually(lambda: not lanes.full() and runs.of("whk_a") >= LANE_LENGTH, "the lane has emptied")
    await lanes.close()
    assert runs.of("whk_a") < 2 * LANE_LENGTH


async def test_a_cursor_waits_once_and_may_be_offered_again_while_it_runs() -> None:
    runs = Runs()
    lanes = Lanes(runs.run)
    one = cursor()
    for _ in range(3):
        lanes.offer(one)
    await eventually(lambda: runs.began, "it runs")
    lanes.offer(one)
    runs.let_go.set()
    await eventually(lambda: len(runs.began) == 2, "it has run again")
    await lanes.close()
    assert len(runs.began) == 2


async def test_a_run_that_fails_does_not_stop_its_lane() -> None:
    ran: list[str] = []

    async def fail(cursor: Cursor) -> None:
        ran.append(cursor.id)
        raise (StoreUnavailableError if len(ran) % 2 else LookupError)

    lanes = Lanes(fail)
    for _ in range(4 * LANE_WIDTH):
        lanes.offer(cursor())
    await eventually(lambda: len(ran) == 4 * LANE_WIDTH, "all have run")
    await lanes.close()


async def test_closing_waits_for_what_is_about_to_end_and_cancels_what_is_not() -> None:
    runs = Runs()
    lanes = Lanes(runs.run)
    for _ in range(LANE_WIDTH + 1):
        lanes.offer(cursor())
    await eventually(lambda: len(runs.began) == LANE_WIDTH, "the lane is busy")
    await lanes.close(grace_seconds=0.01)
    assert len(runs.began) == LANE_WIDTH
