"""What a participant-minute costs, part by part.

egress     what the person receives, by the GB
nodes      a share of a node host: its price over the people that it carries at the usual load
turn       the same of a TURN server, for the few who need one
signalling a share of a Web PubSub unit, and messages beyond those that are in its price
functions  joining, heartbeats and events, by GB and second
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PRICES = Path(__file__).with_name("prices.json")
MINUTES_OF_AN_HOUR = 60
MINUTES_OF_A_DAY = 1440
CONNECTIONS_OF_A_UNIT = 1000
GB_OF_A_MEGABIT_MINUTE = 60 / 8 / 1000

MBITS_BY_HEIGHT = {180: 0.15, 360: 0.5, 720: 1.7, 1080: 2.5}
"""What the web client sends at most for a picture of that height (client/src/core/encodings.ts); 1080 is a screen."""
AUDIO_MBITS = 0.04
AUDIO_SLOTS = 3


@dataclass(frozen=True)
class Price:
    value: float
    source: str
    assumed: bool
    """Whether it is a guess of ours that wants looking up."""


@dataclass(frozen=True)
class Scenario:
    """A meeting as one of its people sees it."""

    name: str
    people: int
    tiles: tuple[tuple[int, int], ...]
    """How many tiles of which height."""
    through_turn: float = 0.08
    """The part of people whose network lets nothing else through."""
    messages_a_minute: float = 2.0
    """Of Web PubSub for each person: chat, presence, joining; what changes often goes over the data channel."""

    @property
    def megabits(self) -> float:
        """What a person receives, in Mbit/s: the tiles that others can fill, and the loudest voices."""
        left, video = self.people - 1, 0.0
        for count, height in self.tiles:
            shown = min(count, left)
            left -= shown
            video += shown * MBITS_BY_HEIGHT[height]
        return video + AUDIO_MBITS * min(AUDIO_SLOTS, self.people - 1)


@dataclass(frozen=True)
class Load:
    """How well what is paid for is used."""

    people_a_node_host: float = 1000
    people_a_turn_host: float = 1500
    used: float = 0.5
    """The part of the capacity that is in use on average over the hours for which it is paid."""
    gb_seconds_a_minute: float = 0.02
    """Of Functions, for each participant-minute."""


def read_prices(path: Path = PRICES) -> dict[str, Price]:
    """Raises OSError and ValueError."""
    return {name: Price(**price) for name, price in json.loads(path.read_text())["prices"].items()}


def participant_minute(scenario: Scenario, prices: dict[str, Price], load: Load) -> dict[str, float]:
    """The cost of one minute of one person, by part."""
    price = {name: one.value for name, one in prices.items()}
    unit_minute = price["webPubSubUnitDay"] / MINUTES_OF_A_DAY / CONNECTIONS_OF_A_UNIT / load.used
    minute = 1 / MINUTES_OF_AN_HOUR / load.used
    return {
        "egress": scenario.megabits * GB_OF_A_MEGABIT_MINUTE * price["egressGb"],
        "nodes": price["nodeHostHour"] * minute / load.people_a_node_host,
        "turn": scenario.through_turn * price["turnHostHour"] * minute / load.people_a_turn_host,
        "signalling": unit_minute + scenario.messages_a_minute * price["webPubSubMillionMessages"] / 1e6,
        "functions": load.gb_seconds_a_minute * price["functionsGbSecond"],
    }
