"""Costs as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from costs.meeting import Meeting
from costs.participant_minute import Load, on_acs, participant_minute
from costs.prices import Price, PriceList
from costs.scenario import Plan
from costs.standing import Standing

_NAME = 38


def meetings_table(meetings: Sequence[Meeting], prices: PriceList, load: Load) -> str:
    """A row for each meeting: 1,000 participant-minutes by part and beside ACS, and the whole meeting."""
    costs = {meeting: participant_minute(meeting, prices, load) for meeting in meetings}
    parts = list(next(iter(costs.values())))
    head = f"{'USD for 1,000 participant-minutes':<{_NAME}}{'Mbit/s':>7}" + "".join(f"{part:>11}" for part in parts)
    lines = [f"{head}{'all':>8}{'ACS':>7}{'of ACS':>8}   {'meeting':>8}{'on ACS':>8}"]
    for meeting, cost in costs.items():
        whole, acs = sum(cost.values()), on_acs(meeting, prices)
        row = f"{meeting.name:<{_NAME}}{meeting.megabits:>7.2f}" + "".join(
            f"{1000 * cost[part]:>11.3f}" for part in parts
        )
        in_full = f"{whole * meeting.participant_minutes:>8.2f}{acs * meeting.participant_minutes:>8.2f}"
        lines.append(f"{row}{1000 * whole:>8.2f}{1000 * acs:>7.2f}{whole / acs:>8.0%}   {in_full}")
    return "\n".join(lines)


def regions_table(meetings: Sequence[Meeting], lists: Sequence[PriceList], load: Load) -> str:
    """A row for each meeting, a column for each region: USD for 1,000 participant-minutes."""
    lines = [f"{'the same, by region':<{_NAME}}" + "".join(f"{prices.region:>15}" for prices in lists)]
    for meeting in meetings:
        wholes = [1000 * sum(participant_minute(meeting, prices, load).values()) for prices in lists]
        lines.append(f"{meeting.name:<{_NAME}}" + "".join(f"{whole:>15.2f}" for whole in wholes))
    return "\n".join(lines)


def standing_table(environment: str, rows: Sequence[Standing], region: str) -> str:
    """A row for each thing that is billed whether anybody meets or not."""
    lines = [f"{f'{environment} in {region}, USD a month':<32}{'':<34}{'least':>10}{'most':>10}"]
    lines += [f"{row.name:<32}{row.what:<34}{row.least:>10.2f}{row.most:>10.2f}" for row in rows]
    lines.append(f"{'all':<66}{sum(row.least for row in rows):>10.2f}{sum(row.most for row in rows):>10.2f}")
    return "\n".join(lines)


def month_table(plans: Sequence[Plan], rows: Sequence[Standing], prices: PriceList, load: Load) -> str:
    """A row for each kind of meeting, what stands beside them, and from how many on it is cheaper than ACS.

    The machines that stand carry some of the meetings already, so the sum is rather too much than too little.
    """
    lines = [f"{'USD a month':<{_NAME}}{'meetings':>10}{'participant-minutes':>21}{'Parley':>12}{'ACS':>12}"]
    for plan in plans:
        counts = f"{plan.a_month:>10,}{plan.participant_minutes:>21,.0f}"
        costs = f"{plan.cost(prices, load):>12,.2f}{plan.cost_on_acs(prices):>12,.2f}"
        lines.append(f"{plan.meeting.name:<{_NAME}}{counts}{costs}")
    minutes = sum(plan.participant_minutes for plan in plans)
    ours, acs = sum(plan.cost(prices, load) for plan in plans), sum(plan.cost_on_acs(prices) for plan in plans)
    least = sum(row.least for row in rows)
    lines.append(f"{'what stands, at its least':<{_NAME}}{'':>31}{least:>12,.2f}")
    lines.append(f"{'all':<{_NAME}}{'':>10}{minutes:>21,.0f}{ours + least:>12,.2f}{acs:>12,.2f}")
    if acs > ours:
        enough = least * minutes / (acs - ours)
        verdict = (
            f"With meetings like these Parley is the cheaper one from {enough:,.0f} participant-minutes a month on."
        )
    else:
        verdict = "Meetings like these are cheaper at ACS, however many there are."
    return "\n".join([*lines, "", verdict])


def sources_table(prices: PriceList) -> str:
    """Where the prices that were asked for are from, those that are a guess of ours marked as such."""
    lines = [f"The prices of {prices.region}, in USD (costs/prices.json):"]
    used = {name: price for name, price in prices.prices.items() if name in prices.asked}
    for source in dict.fromkeys(price.source for price in used.values()):
        lines.append(f"  {'ASSUMED: ' if source.assumed else ''}{source.name} ({source.read_on}):")
        lines += [_line(name, price) for name, price in used.items() if price.source == source]
    return "\n".join(lines)


def _line(name: str, price: Price) -> str:
    return f"    {name:<22}{decimals(price.amount):>9} per {price.unit}"


def decimals(amount: float) -> str:
    """An amount with as many decimals as it has, as 0.000026."""
    return f"{amount:.6f}".rstrip("0").rstrip(".")
