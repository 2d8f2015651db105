"""Changes are delivered at least once and in order, whatever fails."""

from __future__ import annotations

from typing import Any

import azure.functions as func
import pytest

from local_azure.functions_host.change_feed import Batch, FeedUnavailableError, run_change_feed
from local_azure.functions_host.triggers import ChangeFeedFunction, ContainerAddress, Handler, RetryPauses

NOWHERE = ContainerAddress("", "", "")


class EndOfTestError(BaseException):
    """Not an Exception, so that the loop under test does not take it for a failure."""


class ListFeed:
    """A feed over a list, two documents a batch; `unavailable` counts the calls that shall fail."""

    def __init__(self, count: int, saved: str | None = None) -> None:
        self.documents = [{"id": str(number)} for number in range(count)]
        self.saved = saved
        self.unavailable = 0

    async def load(self) -> str | None:
        self._fail_if_told()
        return self.saved

    async def read(self, continuation: str | None) -> Batch:
        self._fail_if_told()
        start = int(continuation or 0)
        documents: list[dict[str, Any]] = list(self.documents[start : start + 2])
        return Batch(documents, str(start + len(documents)))

    async def save(self, continuation: str) -> None:
        self._fail_if_told()
        self.saved = continuation

    def _fail_if_told(self) -> None:
        if self.unavailable:
            self.unavailable -= 1
            raise FeedUnavailableError("the store is away")


class Handling:
    """A function that fails as many times as told, and the pauses between its calls."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.received: list[list[str]] = []
        self.pauses: list[float] = []

    async def call(self, documents: func.DocumentList) -> None:
        assert isinstance(documents, func.DocumentList)
        self.received.append([str(document["id"]) for document in documents])
        if self.failures:
            self.failures -= 1
            raise ValueError("the function has a bad day")

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if seconds == 0.25:
            raise EndOfTestError  # the poll pause: everything was delivered

    async def follow(self, feed: ListFeed) -> None:
        handler = Handler("meetings_changed", "documents", self.call)
        function = ChangeFeedFunction(
            handler,
            NOWHERE,
            NOWHERE,
            "lease",
            from_beginning=True,
            batch=2,
            poll_seconds=0.25,
            retry=RetryPauses(0.5, 30),
        )
        with pytest.raises(EndOfTestError):
            await run_change_feed(function, feed, self.sleep)


async def test_every_change_is_delivered_in_order_and_noted() -> None:
    handling, feed = Handling(), ListFeed(5)
    await handling.follow(feed)
    assert handling.received == [["0", "1"], ["2", "3"], ["4"]]
    assert feed.saved == "5"


async def test_a_restart_goes_on_where_it_stopped() -> None:
    handling = Handling()
    await handling.follow(ListFeed(5, saved="3"))
    assert handling.received == [["3", "4"]]


async def test_a_failing_function_gets_the_same_changes_again_with_growing_pauses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handling, feed = Handling(failures=3), ListFeed(3)
    await handling.follow(feed)
    assert handling.received == [["0", "1"]] * 4 + [["2"]]
    assert handling.pauses[:3] == [0.5, 1.0, 2.0]
    assert caplog.text.count("the function meetings_changed failed") == 3
    assert "the function has a bad day" in caplog.text


async def test_the_pause_between_attempts_has_a_bound() -> None:
    handling = Handling(failures=40)
    await handling.follow(ListFeed(1))
    assert max(handling.pauses) == 30.0


async def test_nothing_is_noted_before_the_function_returned() -> None:
    feed = ListFeed(2)
    noted: list[str | None] = []

    class Watching(Handling):
        async def call(self, documents: func.DocumentList) -> None:
            noted.append(feed.saved)
            await super().call(documents)

    await Watching(failures=1).follow(feed)
    assert noted == [None, None]
    assert feed.saved == "2"


@pytest.mark.parametrize("failures", [1, 2, 3])
async def test_a_store_that_is_away_is_asked_again_and_nothing_is_lost(
    failures: int, caplog: pytest.LogCaptureFixture
) -> None:
    handling, feed = Handling(), ListFeed(3)
    feed.unavailable = failures
    await handling.follow(feed)
    assert [one for batch in handling.received for one in batch] == ["0", "1", "2"]
    assert "the store is away" in caplog.text
    assert "Traceback" not in caplog.text


async def test_where_an_empty_feed_begins_is_noted_so_that_a_restart_misses_nothing() -> None:
    handling, feed = Handling(), ListFeed(0)
    await handling.follow(feed)
    assert feed.saved == "0"


async def test_only_a_full_batch_is_followed_by_the_next_at_once() -> None:
    """Changes that trickle in are read together: each read and each note of it costs the store a request."""
    feed = ListFeed(3)

    class Trickling(Handling):
        async def sleep(self, seconds: float) -> None:
            self.pauses.append(seconds)
            if len(self.pauses) == 2:
                raise EndOfTestError
            feed.documents += [{"id": "3"}, {"id": "4"}]

    handling = Trickling()
    await handling.follow(feed)
    assert handling.received == [["0", "1"], ["2"], ["3", "4"]]
    assert handling.pauses == [0.1, 0.25]
