"""What is made of measured rows."""

from pathlib import Path

import pytest

from bench.side_by_side import rows

from .results import ROW, row


def test_the_median_of_the_repetitions_counts_with_their_range() -> None:
    (summary,) = rows.summarise([row(cost=5.0), row(cost=3.0), row(cost=9.0)])
    assert (summary.cpu_micros_per_packet, summary.cpu_range) == (5.0, (3.0, 9.0))


def test_a_void_row_is_counted_and_left_out() -> None:
    (summary,) = rows.summarise([row(cost=4.0), row(cost=40.0, void="the generator's sockets dropped 3 packets")])
    assert (summary.cpu_micros_per_packet, summary.repetitions, summary.void) == (4.0, 1, 1)


def test_a_load_under_which_no_row_counts_has_no_summary() -> None:
    assert rows.summarise([row(void="everything was lost")]) == []


def test_of_losses_the_worst_counts() -> None:
    (summary,) = rows.summarise([row(loss=0.0), row(loss=0.02), row(loss=0.0)])
    assert summary.loss == 0.02


def test_a_cost_is_compared_under_the_same_load_only() -> None:
    summaries = rows.summarise([row("Parley", 4.0), row("Janus", 10.0), row("limit", 2.0, scenario="10 x 10")])
    assert rows.cost_ratio(summaries, "1 to 100", "Parley", "Janus") == pytest.approx(0.4)
    assert rows.cost_ratio(summaries, "1 to 100", "limit", "Parley") is None


def test_rows_that_are_written_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows.append(path, ROW)
    rows.append(path, row(cost=None, void="silent"))
    assert rows.read(path) == [ROW, row(cost=None, void="silent")]
