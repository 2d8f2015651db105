"""Token buckets, memories of ids and waiting times."""

from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from sfu_container.backoff import backoff_delays
from sfu_container.rate_limit import Rate, RateLimiter, TokenBucket
from sfu_container.recent import RecentIds


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = TokenBucket(Rate(per_second=2, burst=3), now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert bucket.take(0.5)
    assert not bucket.take(0.5)
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=200))
def test_a_bucket_never_gives_more_than_its_rate(times: list[float]) -> None:
    bucket = TokenBucket(Rate(per_second=1, burst=5), now=0)
    taken = [time for time in sorted(times) if bucket.take(time)]
    assert len(taken) <= 5 + max(times) + 1e-6


def test_time_going_backwards_gives_nothing() -> None:
    bucket = TokenBucket(Rate(per_second=1, burst=1), now=100)
    assert bucket.take(100)
    assert not bucket.take(50)


def test_senders_have_their_own_buckets_and_the_silent_are_forgotten() -> None:
    limiter = RateLimiter(Rate(per_second=0, burst=1), max_senders=2)
    assert limiter.take("ann", 0)
    assert not limiter.take("ann", 0)
    assert limiter.take("ben", 0)
    assert not limiter.take("ann", 0)
    assert limiter.take("cid", 0)
    assert not limiter.take("ann", 0)
    assert limiter.take("ben", 0)


def test_ids_are_remembered_for_their_time_and_the_newest_longest() -> None:
    recent = RecentIds(seconds=10, max_ids=2)
    recent.add("a", now=0)
    assert recent.has("a", now=9.9)
    assert not recent.has("a", now=10)
    recent.add("b", now=1)
    recent.add("c", now=2)
    assert not recent.has("a", now=3)
    assert recent.has("b", now=3)
    recent.expire(now=11)
    assert not recent.has("b", now=3)
    assert recent.has("c", now=3)


def test_delays_double_up_to_a_maximum_and_are_spread() -> None:
    for delay, full in zip(backoff_delays(1, 8), (1, 2, 4, 8, 8, 8), strict=False):
        assert full / 2 <= delay <= full
    assert len(set(islice(backoff_delays(1, 1), 20))) > 1
