"""A month of meetings, from a file (docs/examples/company.toml has one), and what it comes to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from costs.errors import CostError
from costs.meeting import Meeting, read_layout
from costs.participant_minute import Load, on_acs, participant_minute
from costs.prices import DEFAULT_REGION, PriceList

_Value = TypeVar("_Value")
_KEYS = {"name", "people", "layout", "hours", "record", "a_month"}


@dataclass(frozen=True)
class Plan:
    """Meetings of one kind, and how often there is one in a month."""

    meeting: Meeting
    a_month: int

    @property
    def participant_minutes(self) -> float:
        """Of all of them in a month."""
        return self.a_month * self.meeting.participant_minutes

    def cost(self, prices: PriceList, load: Load) -> float:
        """USD a month. Raises CostError where a price is missing."""
        return self.participant_minutes * sum(participant_minute(self.meeting, prices, load).values())

    def cost_on_acs(self, prices: PriceList) -> float:
        """USD a month at Azure Communication Services."""
        return self.participant_minutes * on_acs(self.meeting, prices)


@dataclass(frozen=True)
class Scenario:
    """What a company does in a month, where, and on which environment of its own."""

    plans: tuple[Plan, ...]
    region: str
    environment: str


def read_scenario(path: Path) -> Scenario:
    """Raises CostError, which says where the file is not as it should be."""
    try:
        document = tomllib.loads(path.read_text())
    except OSError as error:
        raise CostError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CostError(f"{path}: {error}") from error
    meetings = _of(document, "meetings", list, [], "the file")
    if not meetings:
        raise CostError(f"{path} has no [[meetings]]")
    plans = tuple(_plan(meeting, f"meeting {number}") for number, meeting in enumerate(meetings, start=1))
    region = _of(document, "region", str, DEFAULT_REGION, "the file")
    return Scenario(plans, region, _of(document, "environment", str, "prod", "the file"))


def _plan(values: Any, where: str) -> Plan:
    if not isinstance(values, dict):
        raise CostError(f"{where} is {values!r}, and should be a table")
    if unknown := set(values) - _KEYS:
        raise CostError(f"{where} has {', '.join(sorted(unknown))}, which is none of {', '.join(sorted(_KEYS))}")
    a_month = _of(values, "a_month", int, 1, where)
    if a_month < 1:
        raise CostError(f"{where}: a_month is 1 or more, not {a_month}")
    hours = values.get("hours", 1.0)
    meeting = Meeting(
        _of(values, "name", str, where, where),
        _of(values, "people", int, 0, where),
        read_layout(_of(values, "layout", str, "gallery", where)),
        hours=float(hours) if type(hours) is int else _of(values, "hours", float, 1.0, where),
        recorded=_of(values, "record", bool, False, where),
    )
    return Plan(meeting, a_month)


def _of(values: Mapping[str, Any], key: str, kind: type[_Value], default: _Value, where: str) -> _Value:
    value = values.get(key, default)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise CostError(f"{where}: {key} is {value!r}, and should be of type {kind.__name__}")
    return value
