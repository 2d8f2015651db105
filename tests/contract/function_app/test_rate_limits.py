"""Token buckets: the same behaviour from every adapter, and what happens when the shared ones are away."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from function_app.media.redis import connect
from function_app.rate_limits.buckets import Buckets, BucketsUnavailableError, Charge, Rate, Taken
from function_app.rate_limits.fallback import BucketsWithFallback
from function_app.rate_limits.in_process import InProcessBuckets
from function_app.rate_limits.limits import RateLimits
from function_app.rate_limits.redis import RedisBuckets

from .support import eventually

SLOW = Rate("slow", per_second=0.01, burst=3)
QUICK = Rate("quick", per_second=20, burst=1)


@pytest.fixture(params=["in-process", "redis"])
async def buckets(request: pytest.FixtureRequest) -> AsyncIterator[Buckets]:
    if request.param == "in-process":
        yield InProcessBuckets()
        return
    redis = connect(request.getfixturevalue("redis_url"))
    await redis.flushall()
    yield RedisBuckets(redis)
    await redis.aclose()


async def allowed(buckets: Buckets, rate: Rate, payer: str = "ann", owner: str = "ten_a") -> bool:
    return (await buckets.take(owner, [Charge(rate, payer)])).allowed


async def test_a_burst_is_allowed_and_no_more(buckets: Buckets) -> None:
    assert [await allowed(buckets, SLOW) for _ in range(4)] == [True, True, True, False]


async def test_a_simultaneous_burst_is_allowed_and_no_more(buckets: Buckets) -> None:
    outcomes = await asyncio.gather(*(allowed(buckets, SLOW) for _ in range(20)))
    assert sum(outcomes) == SLOW.burst


async def test_waiting_fills_the_bucket(buckets: Buckets) -> None:
    assert await allowed(buckets, QUICK)

    async def has_a_token_again() -> bool:
        return await allowed(buckets, QUICK)

    await eventually(has_a_token_again)


async def test_what_is_left_and_how_long_to_wait_is_told(buckets: Buckets) -> None:
    first = await buckets.take("ten_a", [Charge(SLOW, "ann")])
    assert int(first.levels[0].tokens) == 2
    assert 99 <= first.levels[0].seconds_until_full <= 100
    for _ in range(2):
        await buckets.take("ten_a", [Charge(SLOW, "ann")])
    refused = await buckets.take("ten_a", [Charge(SLOW, "ann")])
    assert not refused.allowed
    assert 90 <= refused.retry_after <= 100


async def test_payers_owners_and_rates_have_buckets_of_their_own(buckets: Buckets) -> None:
    for _ in range(4):
        await allowed(buckets, SLOW)
    assert not await allowed(buckets, SLOW)
    assert await allowed(buckets, SLOW, payer="bob")
    assert await allowed(buckets, SLOW, owner="ten_b")
    assert await allowed(buckets, Rate("other", 0.01, 3))


async def test_an_empty_bucket_keeps_the_others_full(buckets: Buckets) -> None:
    wide = Rate("wide", per_second=0.01, burst=10)
    charges = [Charge(wide, ""), Charge(SLOW, "ann")]
    outcomes = [(await buckets.take("ten_a", charges)).allowed for _ in range(6)]
    assert outcomes == [True] * 3 + [False] * 3
    assert int((await buckets.take("ten_a", [Charge(wide, "")])).levels[0].tokens) == 6


async def test_full_buckets_take_no_room_in_redis(redis_url: str) -> None:
    redis = connect(redis_url)
    await redis.flushall()
    await allowed(RedisBuckets(redis), QUICK)

    async def is_gone() -> bool:
        return int(await redis.dbsize()) == 0

    await eventually(is_gone)
    await redis.aclose()


async def test_memory_is_bounded() -> None:
    buckets = InProcessBuckets(remembered=100)
    for number in range(200):
        await allowed(buckets, SLOW, str(number))
    assert len(buckets) == 100


async def test_a_factor_makes_every_limit_wider() -> None:
    limits = RateLimits(InProcessBuckets(), factor=2)
    assert sum([await limits.allows(SLOW, "ten_a") for _ in range(10)]) == 6


class Switched:
    """Shared buckets that can be away."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self._buckets = InProcessBuckets()

    async def take(self, owner: str, charges: Sequence[Charge]) -> Taken:
        self.asked += 1
        if self.away:
            raise BucketsUnavailableError
        return await self._buckets.take(owner, charges)


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_without_the_shared_buckets_each_process_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="parley")
    shared, time = Switched(), Time()
    buckets = BucketsWithFallback(shared, InProcessBuckets(), time)
    assert await allowed(buckets, SLOW)
    shared.away = True
    assert [await allowed(buckets, SLOW) for _ in range(4)] == [True, True, True, False]
    assert shared.asked == 2  # Only the first of the four waited for what was away.
    shared.away = False
    time.now += 10
    assert await allowed(buckets, SLOW)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_redis_that_is_away_stops_nobody(tmp_path: Path) -> None:
    redis = connect(f"unix://{tmp_path}/nobody")
    with pytest.raises(BucketsUnavailableError):
        await allowed(RedisBuckets(redis), SLOW)
    assert await allowed(BucketsWithFallback(RedisBuckets(redis), InProcessBuckets()), SLOW)
    await redis.aclose()
