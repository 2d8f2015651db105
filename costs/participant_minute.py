"""What a participant-minute costs, part by part.

egress     what the person receives, by the GB
nodes      a share of a node host: its price over the people that it carries at the usual load
turn       the same of a TURN server, for the few who need one
signalling a share of a Web PubSub unit, and messages beyond those that are in its price
functions  joining, heartbeats and events, by GB and second
recording  a share of the machine that composes, and of what is kept for a month
"""

from __future__ import annotations

from dataclasses import dataclass

from costs.meeting import Meeting
from costs.prices import PriceList

NODE_HOST = "Standard_D8ds_v5"
NODE_HOST_CORES = 8
TURN_HOST = "Standard_D4s_v5"
MINUTES_OF_AN_HOUR = 60
MINUTES_OF_A_DAY = 1440
CONNECTIONS_OF_A_UNIT = 1000
GB_OF_A_MEGABIT_MINUTE = 60 / 8 / 1000


@dataclass(frozen=True)
class Load:
    """How well what is paid for is used. These are assumptions, on the careful side."""

    people_a_node_host: float = 1000
    """125 a core: 35,000 packets a second, of 130,000 below the placement ceiling (docs/benchmarks.md)."""
    people_a_turn_host: float = 1500
    used: float = 0.5
    """The part of the capacity that is in use on average over the hours for which it is paid."""
    gb_seconds_a_minute: float = 0.02
    """Of Functions, for each participant-minute."""
    recording_cores: float = 2.0
    """That composing one meeting keeps busy."""
    recording_megabits: float = 2.5


def participant_minute(meeting: Meeting, prices: PriceList, load: Load) -> dict[str, float]:
    """USD for one minute of one person, by part. Raises CostError where a price is missing."""
    unit_minute = prices.amount("webPubSubUnit") / MINUTES_OF_A_DAY / CONNECTIONS_OF_A_UNIT / load.used
    turn_host = _machine_minute(prices, TURN_HOST, load) / load.people_a_turn_host
    return {
        "egress": meeting.megabits * GB_OF_A_MEGABIT_MINUTE * prices.amount("egressGb"),
        "nodes": _machine_minute(prices, NODE_HOST, load) / load.people_a_node_host,
        "turn": meeting.through_turn * turn_host,
        "signalling": unit_minute + meeting.messages_a_minute * prices.amount("webPubSubMillion") / 1e6,
        "functions": load.gb_seconds_a_minute * prices.amount("functionsGbSecond"),
        "recording": _recorded_minute(prices, load) / meeting.people if meeting.recorded else 0.0,
    }


def on_acs(meeting: Meeting, prices: PriceList) -> float:
    """What Azure Communication Services takes for the same participant-minute, in USD."""
    recording = prices.amount("acsRecordingMinute") / meeting.people if meeting.recorded else 0.0
    return prices.amount("acsParticipantMinute") + recording


def _machine_minute(prices: PriceList, machine: str, load: Load) -> float:
    return prices.amount(machine) / MINUTES_OF_AN_HOUR / load.used


def _recorded_minute(prices: PriceList, load: Load) -> float:
    composing = _machine_minute(prices, NODE_HOST, load) * load.recording_cores / NODE_HOST_CORES
    return composing + load.recording_megabits * GB_OF_A_MEGABIT_MINUTE * prices.amount("storageHotGb")
