"""A meeting as it is paid for: how many people, what each of them sees, for how long, recorded or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from costs.errors import CostError

MBITS_BY_HEIGHT = {180: 0.15, 360: 0.5, 720: 1.7, 1080: 2.5}
"""What the web client sends at most for a picture of that height (client/src/core/encodings.ts); 1080 is a screen."""
AUDIO_MBITS = 0.04
AUDIO_SLOTS = 3
MOST_PEOPLE = 1000

Layout = tuple[tuple[int, int], ...]
"""How many tiles of which height a person sees."""
LAYOUTS: dict[str, Layout] = {
    "audio": (),
    "gallery": ((9, 360),),
    "speaker": ((1, 720), (6, 180)),
    "presentation": ((1, 1080), (4, 180)),
}
_TILES = re.compile(r"(\d+)x(\d+)")


@dataclass(frozen=True)
class Meeting:
    """Raises CostError when there can be no such meeting."""

    name: str
    people: int
    layout: Layout
    hours: float = 1.0
    recorded: bool = False
    through_turn: float = 0.08
    """The part of people whose network lets nothing else through."""
    messages_a_minute: float = 2.0
    """Of Web PubSub for each person: chat, presence, joining; what changes often goes over the data channel."""

    def __post_init__(self) -> None:
        if not 2 <= self.people <= MOST_PEOPLE:
            raise CostError(f"a meeting has 2 to {MOST_PEOPLE} people, not {self.people}")
        if not 0 < self.hours <= 24:
            raise CostError(f"a meeting lasts up to 24 hours, not {self.hours:g}")

    @property
    def megabits(self) -> float:
        """What a person receives, in Mbit/s: the tiles that others can fill, and the loudest voices."""
        left, video = self.people - 1, 0.0
        for count, height in self.layout:
            shown = min(count, left)
            left -= shown
            video += shown * MBITS_BY_HEIGHT[height]
        return video + AUDIO_MBITS * min(AUDIO_SLOTS, self.people - 1)

    @property
    def participant_minutes(self) -> float:
        return self.people * self.hours * 60


def read_layout(text: str) -> Layout:
    """`gallery`, `speaker`, …, or tiles as `1x720+6x180`. Raises CostError."""
    if text in LAYOUTS:
        return LAYOUTS[text]
    tiles = [_TILES.fullmatch(part) for part in text.split("+")]
    layout = tuple((int(tile[1]), int(tile[2])) for tile in tiles if tile)
    if len(layout) < len(tiles) or not all(count and height in MBITS_BY_HEIGHT for count, height in layout):
        heights = ", ".join(map(str, MBITS_BY_HEIGHT))
        raise CostError(
            f"no layout {text!r}: one of {', '.join(LAYOUTS)}, or tiles as 1x720+6x180 with heights of {heights}"
        )
    return layout


EXAMPLES = (
    Meeting("two people, large", 2, ((1, 720),)),
    Meeting("team of 6, gallery", 6, LAYOUTS["gallery"]),
    Meeting("team of 12, speaker large", 12, LAYOUTS["speaker"]),
    Meeting("the same, recorded", 12, LAYOUTS["speaker"], recorded=True),
    Meeting("class of 30, gallery of 16", 30, ((16, 180),)),
    Meeting("all hands of 200, screen and speaker", 200, ((1, 1080), (1, 720)), messages_a_minute=4),
)
