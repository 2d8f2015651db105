"""The table that is printed."""

from bench.side_by_side.rows import summarise
from bench.side_by_side.table import BASELINE, table

from .results import row


def cells(text: str, sfu: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if f"| {sfu} |" in line]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_our_cost_is_set_against_janus_and_the_limit() -> None:
    text = table(summarise([row(BASELINE, 10.0), row("Parley", 4.0), row("limit", 3.0, latency_p50=None)]))
    assert cells(text, "Parley")[3:6] == ["4.00 (4.00 to 4.00)", "0.40", "75%"]


def test_a_load_without_media_has_no_cost_a_packet() -> None:
    text = table(summarise([row("Parley", None, latency_p50=None, latency_p99=None, received_per_second=0.0)]))
    assert cells(text, "Parley")[2:6] == ["0", "", "", ""]


def test_void_repetitions_are_told() -> None:
    text = table(summarise([row(), row(void="dropped")]))
    assert "1 void" in cells(text, "Parley")[3]
