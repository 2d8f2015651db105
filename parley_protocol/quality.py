"""How a Peer's connection was while it was there: what its node sums up, and tells once, when the Peer ends.

All of it can be added up, so that a participant with several Peers, one after the other, has a quality too.
"""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from parley_protocol.wire import Wire

MAX_COUNT: Final = 2**53 - 1
"""What every reader of JSON can keep exactly."""
MAX_SECONDS: Final = 366 * 24 * 3600.0
ROUND_TRIP_BOUNDS_MS: Final = (5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 60_000)
"""The upper bounds of the classes in which round trips are counted."""
MAX_ROUND_TRIP_MS: Final = ROUND_TRIP_BOUNDS_MS[-1]

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]


class FlowQuality(Wire):
    """All media in one direction."""

    packets: Count = 0
    """That were sent, with those that got lost."""
    lost: Count = 0
    """Before repetition mended it."""
    bytes: Count = 0
    """That went over UDP or TCP, as the node sees it."""

    @model_validator(mode="after")
    def _no_more_is_lost_than_was_sent(self) -> Self:
        if self.lost > self.packets:
            raise ValueError("more packets are lost than were sent")
        return self

    def plus(self, other: FlowQuality) -> FlowQuality:
        """Both together; what is too much to be told stays at the most that can be."""
        packets = _limited(self.packets + other.packets)
        lost = min(packets, self.lost + other.lost)
        return FlowQuality(packets=packets, lost=lost, bytes=_limited(self.bytes + other.bytes))


class PeerQuality(Wire):
    """How a connection was over the time in which it was looked at; `up` is what the client sends."""

    good_seconds: Seconds = 0.0
    poor_seconds: Seconds = 0.0
    lost_seconds: Seconds = 0.0
    """Nothing was heard of the client."""
    tcp_seconds: Seconds = 0.0
    """Media went over TCP."""
    round_trips: tuple[Count, ...] = Field(
        default=(0,) * len(ROUND_TRIP_BOUNDS_MS),
        min_length=len(ROUND_TRIP_BOUNDS_MS),
        max_length=len(ROUND_TRIP_BOUNDS_MS),
    )
    """How many were in each class of ROUND_TRIP_BOUNDS_MS."""
    worst_round_trip_ms: int | None = Field(default=None, ge=0, le=MAX_ROUND_TRIP_MS)
    up: FlowQuality = FlowQuality()
    down: FlowQuality = FlowQuality()
    freezes: Count = 0
    """How often a picture that the client was shown stood still."""
    frozen_seconds: Seconds = 0.0
    """For how long, each picture for itself."""

    @property
    def seconds(self) -> float:
        """How long it was looked at."""
        return self.good_seconds + self.poor_seconds + self.lost_seconds

    def plus(self, other: PeerQuality) -> PeerQuality:
        """Both together; what is too much to be told stays at the most that can be."""
        worst = [one for one in (self.worst_round_trip_ms, other.worst_round_trip_ms) if one is not None]
        return PeerQuality(
            good_seconds=min(MAX_SECONDS, self.good_seconds + other.good_seconds),
            poor_seconds=min(MAX_SECONDS, self.poor_seconds + other.poor_seconds),
            lost_seconds=min(MAX_SECONDS, self.lost_seconds + other.lost_seconds),
            tcp_seconds=min(MAX_SECONDS, self.tcp_seconds + other.tcp_seconds),
            round_trips=tuple(_limited(a + b) for a, b in zip(self.round_trips, other.round_trips, strict=True)),
            worst_round_trip_ms=max(worst, default=None),
            up=self.up.plus(other.up),
            down=self.down.plus(other.down),
            freezes=_limited(self.freezes + other.freezes),
            frozen_seconds=min(MAX_SECONDS, self.frozen_seconds + other.frozen_seconds),
        )


def _limited(count: int) -> int:
    return min(MAX_COUNT, count)
