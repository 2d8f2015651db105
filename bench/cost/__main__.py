"""`python -m bench.cost`, or `make cost`: a participant-minute in several meetings, beside ACS, as table and picture.

python -m bench.cost --people 12 --tiles 9x360      a meeting of your own
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from bench.cost.model import MBITS_BY_HEIGHT, Load, Price, Scenario, participant_minute, read_prices

PICTURE = Path(__file__).parent.parent / "plots" / "cost.png"
SCENARIOS = (
    Scenario("two people, large", 2, ((1, 720),)),
    Scenario("team of 6, gallery", 6, ((5, 360),)),
    Scenario("team of 12, speaker large", 12, ((1, 720), (6, 180))),
    Scenario("class of 30, gallery of 16", 30, ((16, 180),)),
    Scenario("all hands of 200, speaker and screen", 200, ((1, 1080), (1, 720)), messages_a_minute=4),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, help="of a meeting of your own")
    parser.add_argument("--tiles", type=_tiles, action="append", metavar="COUNTxHEIGHT", help="what each of them sees")
    parser.add_argument(
        "--used", type=float, default=Load.used, help="part of the capacity in use (default: %(default)s)"
    )
    arguments = parser.parse_args()
    scenarios: tuple[Scenario, ...] = SCENARIOS
    if arguments.people:
        scenarios = (Scenario(f"{arguments.people} people", arguments.people, tuple(arguments.tiles or [(9, 360)])),)
    prices, load = read_prices(), Load(used=arguments.used)
    costs = {scenario: participant_minute(scenario, prices, load) for scenario in scenarios}
    print(table(costs, prices))
    if not arguments.people:
        draw(costs, prices["acsParticipantMinute"].value)
        print(f"picture: {PICTURE}")
    return 0


def _tiles(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match or int(match[2]) not in MBITS_BY_HEIGHT:
        raise argparse.ArgumentTypeError(f"as 9x360, with a height of {', '.join(map(str, MBITS_BY_HEIGHT))}")
    return int(match[1]), int(match[2])


def table(costs: dict[Scenario, dict[str, float]], prices: dict[str, Price]) -> str:
    """USD for 1,000 participant-minutes, a row for each meeting, and where the prices are from."""
    acs = prices["acsParticipantMinute"].value
    parts = list(next(iter(costs.values())))
    head = f"{'USD for 1,000 participant-minutes':<38}{'Mbit/s':>8}" + "".join(f"{part:>12}" for part in parts)
    lines = [head + f"{'all':>9}{'ACS':>8}{'of ACS':>9}"]
    for scenario, cost in costs.items():
        whole = sum(cost.values())
        row = f"{scenario.name:<38}{scenario.megabits:>8.2f}" + "".join(f"{1000 * cost[part]:>12.3f}" for part in parts)
        lines.append(row + f"{1000 * whole:>9.2f}{1000 * acs:>8.2f}{whole / acs:>8.0%}")
    lines.append(
        "\nWhat stands whether anybody meets or not is not in it: Front Door, the cluster, Redis, the least machines."
    )
    lines.append("prices (bench/cost/prices.json):")
    for name, price in prices.items():
        lines.append(f"  {name:<26}{price.value:<10} {'ASSUMED: ' if price.assumed else ''}{price.source}")
    return "\n".join(lines)


def draw(costs: dict[Scenario, dict[str, float]], acs: float) -> None:
    # Imported where it is needed: it takes a second.
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 3.6), layout="constrained")
    names = [scenario.name for scenario in costs]
    left = [0.0] * len(names)
    for part in next(iter(costs.values())):
        values = [1000 * cost[part] for cost in costs.values()]
        axes.barh(names, values, left=left, label=part)
        left = [start + value for start, value in zip(left, values, strict=True)]
    axes.axvline(1000 * acs, color="black", linestyle="--", label="ACS, list price")
    axes.set_xlabel("USD for 1,000 participant-minutes")
    axes.invert_yaxis()
    axes.legend(ncols=2, fontsize="small")
    figure.savefig(PICTURE, dpi=120)


if __name__ == "__main__":
    raise SystemExit(main())
