"""How fast somebody may send or ask."""

from function_app.rate_limit import RateLimit


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_no_more() -> None:
    limit = RateLimit(per_second=1, burst=3, monotonic=Time())
    assert [limit.allows("ann") for _ in range(4)] == [True, True, True, False]


def test_waiting_fills_the_bucket_but_not_over_its_rim() -> None:
    time = Time()
    limit = RateLimit(per_second=2, burst=3, monotonic=time)
    for _ in range(3):
        limit.allows("ann")
    time.now = 0.5
    assert [limit.allows("ann") for _ in range(2)] == [True, False]
    time.now = 1000
    assert [limit.allows("ann") for _ in range(4)] == [True, True, True, False]


def test_one_sender_does_not_slow_another() -> None:
    limit = RateLimit(per_second=1, burst=1, monotonic=Time())
    assert limit.allows("ann")
    assert not limit.allows("ann")
    assert limit.allows("bob")


def test_memory_is_bounded() -> None:
    limit = RateLimit(per_second=1, burst=1, monotonic=Time())
    for number in range(20_000):
        limit.allows(str(number))
    assert len(limit._buckets) <= 10_000
