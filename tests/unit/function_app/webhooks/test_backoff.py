"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.webhooks.backoff import RETRY_FOR, next_attempt

START = datetime(2026, 11, 1, tzinfo=UTC)
DEADLINE = START + RETRY_FOR


def middle() -> float:
    return 0.5


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 5), (2, 15), (3, 45), (4, 135), (8, 10_935), (9, 28_800), (1000, 28_800)]
)
def test_pauses_grow_threefold_up_to_eight_hours(failures: int, seconds: float) -> None:
    again = next_attempt(failures, START, DEADLINE, middle)
    assert again == START + timedelta(seconds=seconds)


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_a_fifth_shorter_or_longer_at_random(failures: int, random: float) -> None:
    plain = next_attempt(failures, START, DEADLINE, middle)
    jittered = next_attempt(failures, START, DEADLINE, lambda: random)
    assert plain
    assert jittered
    assert (jittered - START) / (plain - START) == pytest.approx(0.8 + 0.4 * random)


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999])
def test_the_attempts_of_72_hours_are_few_and_the_last_is_at_their_end(random: float) -> None:
    attempts = [START]
    while again := next_attempt(len(attempts), attempts[-1], DEADLINE, lambda: random):
        attempts.append(again)
    assert attempts[-1] == DEADLINE
    assert 15 <= len(attempts) <= 22


def test_the_receivers_own_wish_is_heard_but_not_beyond_the_end() -> None:
    hour = timedelta(hours=1)
    assert next_attempt(1, START, DEADLINE, middle, hour) == START + hour
    assert next_attempt(9, START, DEADLINE, middle, hour) == START + timedelta(hours=8)
    assert next_attempt(1, DEADLINE - hour, DEADLINE, middle, 2 * hour) == DEADLINE
