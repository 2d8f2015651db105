"""How far an SFU keeps up."""

from bench.side_by_side.sweep import half_load, is_open_ended, knee

from .results import row

SWEPT = [
    row(received_per_second=20_000.0),
    row(received_per_second=110_000.0),
    row(received_per_second=200_000.0),
    row(received_per_second=260_000.0, loss=0.002),
    row(received_per_second=280_000.0, latency_p99=80.0),
    row(received_per_second=300_000.0, void="the generator's sockets dropped 9 packets"),
    row("Janus", received_per_second=90_000.0),
]


def test_the_knee_is_the_most_without_loss_or_delay() -> None:
    top = knee(SWEPT, "Parley")
    assert top is not None
    assert top.received_per_second == 200_000.0


def test_half_load_is_the_rate_nearest_to_half_of_the_knee() -> None:
    half = half_load(SWEPT, "Parley")
    assert half is not None
    assert half.received_per_second == 110_000.0


def test_an_sfu_that_never_keeps_up_has_no_knee() -> None:
    assert knee([row(loss=0.5)], "Parley") is None
    assert half_load([row(loss=0.5)], "Parley") is None


def test_a_void_row_after_the_knee_tells_no_limit() -> None:
    assert is_open_ended(SWEPT, "Parley")
    assert not is_open_ended([row(received_per_second=20_000.0), row(loss=0.5)], "Parley")


def test_rates_that_end_while_the_sfu_keeps_up_tell_no_limit() -> None:
    assert is_open_ended(SWEPT, "Janus")
