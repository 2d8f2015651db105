"""`parley cost`: what meetings cost beside Azure Communication Services, or what an environment costs by itself.

parley cost                                                  example meetings, and the same in other regions
parley cost --people 12 --layout speaker --hours 2 --record  a meeting of your own
parley cost --environment prod                               what stands in an environment, whether anybody meets or not
parley cost --scenario docs/examples/company.toml            a month of a company: all its meetings, and what stands
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from costs.errors import CostError
from costs.meeting import EXAMPLES, LAYOUTS, Meeting, read_layout
from costs.parameters import read_environment
from costs.participant_minute import Load
from costs.picture import draw
from costs.prices import DEFAULT_REGION, read_prices, regions
from costs.scenario import read_scenario
from costs.standing import standing
from costs.tables import meetings_table, month_table, regions_table, sources_table, standing_table

_NOT_IN_IT = """\
Not in it: what stands whether anybody meets or not (--environment says). Larger amounts of egress are cheaper.
Not every price of every region was found: --region says which are assumed.
Recording is not part of Parley yet; its figure is what composing takes elsewhere, kept for a month."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--people", type=int, help="how many are in a meeting of your own")
    parser.add_argument("--layout", help=f"what each of them sees: {', '.join(LAYOUTS)}, or tiles as 1x720+6x180")
    parser.add_argument("--hours", type=float, help="how long it lasts (1)")
    parser.add_argument("--record", action="store_true", help="record it")
    parser.add_argument("--used", type=float, default=Load.used, help="part of the capacity in use (%(default)s)")
    parser.add_argument("--region", default=None, help=f"whose prices ({DEFAULT_REGION}): {', '.join(regions())}")
    parser.add_argument("--environment", help="dev, staging, prod or a .bicepparam file: what it costs in a month")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="a month of meetings, in TOML")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the meetings, as .svg or .png")


def run(arguments: argparse.Namespace) -> int:
    """Prints what was asked for; 2 when it cannot be worked out."""
    try:
        if arguments.scenario:
            print(_month(arguments.scenario, arguments.region, arguments.environment, _load(arguments.used)))
        elif arguments.environment:
            print(_environment(arguments.environment, arguments.region))
        else:
            print(_meetings(arguments))
    except CostError as error:
        sys.stderr.write(f"parley cost: {error}\n")
        return 2
    return 0


def _environment(name: str, region: str | None) -> str:
    parameters = read_environment(name)
    prices = read_prices(region or parameters["location"])
    rows = standing(parameters, prices)
    return f"{standing_table(parameters['env'], rows, prices.region)}\n\n{sources_table(prices)}"


def _month(file: Path, region: str | None, environment: str | None, load: Load) -> str:
    scenario = read_scenario(file)
    parameters = read_environment(environment or scenario.environment)
    prices = read_prices(region or scenario.region)
    table = month_table(scenario.plans, standing(parameters, prices), prices, load)
    return f"{parameters['env']} in {prices.region}\n{table}\n\n{sources_table(prices)}"


def _meetings(arguments: argparse.Namespace) -> str:
    meetings, load = _asked_for(arguments), _load(arguments.used)
    prices = read_prices(arguments.region or DEFAULT_REGION)
    if arguments.picture:
        _draw(arguments.picture, meetings, prices.region, load)
    everywhere = [read_prices(region) for region in regions()]
    return "\n\n".join(
        (
            f"{prices.region}, with {load.used:.0%} of the capacity in use\n{meetings_table(meetings, prices, load)}",
            regions_table(meetings, everywhere, load),
            _NOT_IN_IT,
            sources_table(prices),
        )
    )


def _asked_for(arguments: argparse.Namespace) -> Sequence[Meeting]:
    if arguments.people is None:
        if arguments.layout or arguments.hours or arguments.record:
            raise CostError("say how many --people the meeting has")
        return EXAMPLES
    layout = read_layout(arguments.layout or "gallery")
    name = f"{arguments.people} people, {arguments.layout or 'gallery'}{', recorded' if arguments.record else ''}"
    hours = 1.0 if arguments.hours is None else arguments.hours
    return (Meeting(name, arguments.people, layout, hours=hours, recorded=arguments.record),)


def _load(used: float) -> Load:
    if not 0 < used <= 1:
        raise CostError(f"the part that is in use is above 0 and at most 1, not {used:g}")
    return Load(used=used)


def _draw(file: Path, meetings: Sequence[Meeting], region: str, load: Load) -> None:
    if file.suffix not in {".svg", ".png"}:
        raise CostError(f"a picture is an .svg or a .png, not {file.name}")
    try:
        draw(file, meetings, read_prices(region), load)
    except OSError as error:
        raise CostError(f"{file} cannot be written: {error.strerror}") from error
