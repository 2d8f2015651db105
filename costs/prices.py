"""The price list: `prices.json`, in which every amount has a unit, a source and a date.

`*` stands for every region that is not named. A price whose source is marked as assumed was not found, and whatever is
worked out with it says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from costs.errors import CostError

FILE = Path(__file__).with_name("prices.json")
DEFAULT_REGION = "westeurope"
_ANYWHERE = "*"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Source:
    """Where an amount is from."""

    name: str
    read_on: str
    """The day, as 2026-11-23."""
    assumed: bool


@dataclass(frozen=True)
class Price:
    """What one thing is sold for in a region."""

    amount: float
    """USD for each unit."""
    unit: str
    source: Source


@dataclass(frozen=True)
class PriceList:
    """The prices of a region, by name. It remembers which were asked for: their sources are what a reader wants."""

    region: str
    prices: Mapping[str, Price]
    asked: set[str] = field(default_factory=set)

    def amount(self, name: str) -> float:
        """USD for each unit. Raises CostError where the list has no such price."""
        if name not in self.prices:
            raise CostError(f"costs/prices.json has no price of {name}: add it, with its source and the date")
        self.asked.add(name)
        return self.prices[name].amount


def regions(file: Path = FILE) -> tuple[str, ...]:
    """The regions that there are prices of."""
    return tuple(json.loads(file.read_text())["regions"])


def read_prices(region: str = DEFAULT_REGION, file: Path = FILE) -> PriceList:
    """Raises CostError when there are no prices of that region."""
    document = json.loads(file.read_text())
    if region not in document["regions"]:
        raise CostError(f"no prices of the region {region}; there are those of {', '.join(document['regions'])}")
    sources = {
        name: Source(source["name"], source["readOn"], source.get("assumed", False))
        for name, source in document["sources"].items()
    }
    prices = {
        name: Price(_of(price["amount"], region), price["unit"], sources[_of(price["source"], region)])
        for name, price in document["prices"].items()
    }
    return PriceList(region, prices)


def _of(values: Mapping[str, _Value], region: str) -> _Value:
    return values[region] if region in values else values[_ANYWHERE]
