"""NCRONTAB schedules of timer triggers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local_azure.functions_host.schedule import Schedule
from local_azure.functions_host.settings import HostConfigurationError

# A Monday.
START = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("*/30 * * * * *", datetime(2026, 11, 23, 10, 0, 30, tzinfo=UTC)),
        ("0 */5 * * * *", datetime(2026, 11, 23, 10, 5, tzinfo=UTC)),
        ("0 30 9 * * *", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("15,45 0 9-17 * * Mon-Fri", datetime(2026, 11, 23, 10, 0, 15, tzinfo=UTC)),
        ("0 0 0 1 1 *", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0 0 12 * * 0", datetime(2026, 11, 29, 12, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_the_first_field_is_seconds(expression: str, following: datetime) -> None:
    assert Schedule(expression).next_after(START) == following


def test_the_next_time_is_later_than_a_moment_that_fits_itself() -> None:
    assert Schedule("0 0 10 * * *").next_after(START) == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_day_of_month_and_day_of_week_must_both_fit() -> None:
    friday_the_13th = datetime(2027, 8, 13, 9, tzinfo=UTC)
    assert Schedule("0 0 9 13 * Fri").next_after(START) == friday_the_13th


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "",
        "@hourly",
        "0 0 0 L * *",
        "R * * * * *",
        "99 * * * * *",
        "0 0 0 * * 8",
        "*/0 * * * * *",
        "0 0 0 31 2 *",
    ],
)
def test_what_azure_would_refuse_is_refused_with_the_expression_named(expression: str) -> None:
    with pytest.raises(HostConfigurationError, match=r"^the schedule '") as refusal:
        Schedule(expression)
    assert repr(expression) in str(refusal.value)
