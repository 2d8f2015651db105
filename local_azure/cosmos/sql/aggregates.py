"""COUNT, SUM, AVG, MIN and MAX over the rows of one group.

Undefined values are left out. SUM and AVG of anything but numbers, and MIN and MAX of arrays or objects, are
undefined. Source: https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from local_azure.cosmos.sql.values import UNDEFINED, is_number, number, order_key, type_rank

Aggregate = Callable[[Sequence[object]], object]


def _count(values: Sequence[object]) -> object:
    return len(values)


def _total(values: Sequence[object]) -> float | None:
    numbers = [value for value in values if isinstance(value, (int, float)) and is_number(value)]
    if len(numbers) != len(values):
        return None
    try:
        return math.fsum(numbers)
    except OverflowError:
        return None


def _sum(values: Sequence[object]) -> object:
    total = _total(values)
    return UNDEFINED if total is None else number(total)


def _average(values: Sequence[object]) -> object:
    total = _total(values)
    return UNDEFINED if total is None or not values else number(total / len(values))


def _extreme(choose: Callable[..., object]) -> Aggregate:
    def apply(values: Sequence[object]) -> object:
        if not values or any(type_rank(value) > 4 for value in values):
            return UNDEFINED
        return choose(values, key=order_key)

    return apply


def _over_defined(aggregate: Aggregate) -> Aggregate:
    return lambda values: aggregate([value for value in values if value is not UNDEFINED])


AGGREGATES: dict[str, Aggregate] = {
    "AVG": _over_defined(_average),
    "COUNT": _over_defined(_count),
    "MAX": _over_defined(_extreme(max)),
    "MIN": _over_defined(_extreme(min)),
    "SUM": _over_defined(_sum),
}
