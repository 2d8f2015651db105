"""docs/deploy.md: its tables of costs come from the environments' parameters and the price list.

python -m costs.page      write the tables anew
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from costs.parameters import read_environment
from costs.prices import DEFAULT_REGION, PriceList, read_prices
from costs.standing import Standing, standing
from costs.tables import decimals

PAGE = Path(__file__).resolve().parents[1] / "docs" / "deploy.md"
ENVIRONMENTS = ("dev", "staging", "prod")
BY_USE = {
    "egressGb": "media to people",
    "webPubSubMillion": "messages of Web PubSub",
    "functionsGbSecond": "Functions",
    "cosmosMillionRequests": "Cosmos DB in `dev`",
    "storageHotGb": "storage",
    "logsGb": "logs",
    "metricsMillion": "metrics",
    "email": "e-mail to invitees",
    "grafanaHour": "Grafana (step 12)",
    "grafanaUser": "Grafana's readers",
}
_TABLE = re.compile(r"(<!-- costs: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with its tables as they should be."""
    tables = {"standing": _standing_table(), "use": _use_table(read_prices(DEFAULT_REGION))}
    return _TABLE.sub(lambda match: f"{match[1]}{tables[match[2]]}\n{match[3]}", text)


def of_environment(name: str) -> tuple[Standing, ...]:
    """What stands in an environment, in the region of its file."""
    parameters = read_environment(name)
    return standing(parameters, read_prices(parameters["location"]))


def _standing_table() -> str:
    environments = [of_environment(name) for name in ENVIRONMENTS]
    rows = [f"| USD a month | {' | '.join(f'`{name}`' for name in ENVIRONMENTS)} |", "|---|--:|--:|--:|"]
    rows += [_standing_row(things) for things in zip(*environments, strict=True)]
    rows.append(f"| **all** | {' | '.join(f'**{_span(things)}**' for things in environments)} |")
    return "\n".join(rows)


def _standing_row(things: Sequence[Standing]) -> str:
    """The same thing in each environment; what it is stands once where it is the same in all."""
    first = things[0]
    if all(thing.what == first.what for thing in things):
        return f"| {first.name}: {first.what} | {' | '.join(_span((thing,)) for thing in things)} |"
    return f"| {first.name} | {' | '.join(f'{_span((thing,))} ({thing.what})' for thing in things)} |"


def _span(things: Sequence[Standing]) -> str:
    least, most = (round(sum(amounts)) for amounts in zip(*((one.least, one.most) for one in things), strict=True))
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _use_table(prices: PriceList) -> str:
    rows = ["| by use | USD | for each |", "|---|--:|---|"]
    for name, what in BY_USE.items():
        price = prices.prices[name]
        assumed = " (assumed)" if price.source.assumed else ""
        rows.append(f"| {what} | {decimals(price.amount)}{assumed} | {price.unit} |")
    return "\n".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
    sys.exit(0)
