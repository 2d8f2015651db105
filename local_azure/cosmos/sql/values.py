"""JSON values as the query language sees them: types, equality, order, and the undefined value.

A value is what `json` makes of a document (None, bool, int, float, str, list, dict) or `UNDEFINED`. Numbers are
IEEE doubles in the service; here a whole number within ±2^53 is an int and any other a float, so equal numbers
always look the same.
"""

from __future__ import annotations

import json
import math
from typing import Final, final

LARGEST_EXACT_INTEGER = 2**53


@final
class Undefined:
    """The type of `UNDEFINED`: a property that is not there, or an operation that has no answer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()


def number(value: float) -> object:
    """The number in its one form, or `UNDEFINED` for infinity and NaN, which JSON cannot carry."""
    if isinstance(value, int) and -LARGEST_EXACT_INTEGER <= value <= LARGEST_EXACT_INTEGER:
        return value
    try:
        double = float(value)
    except OverflowError:
        return UNDEFINED
    if not math.isfinite(double):
        return UNDEFINED
    return int(double) if double.is_integer() and abs(double) <= LARGEST_EXACT_INTEGER else double


def is_number(value: object) -> bool:
    """Whether the value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def type_rank(value: object) -> int:
    """The place of the value's type in the order undefined, null, boolean, number, string, array, object."""
    if value is UNDEFINED:
        return 0
    if value is None:
        return 1
    if isinstance(value, bool):
        return 2
    if isinstance(value, (int, float)):
        return 3
    if isinstance(value, str):
        return 4
    return 5 if isinstance(value, list) else 6


def canonical(value: object) -> str:
    """One text per JSON value: equal values have equal texts. The value must be defined."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def order_key(value: object) -> tuple[int, object]:
    """A key that sorts any mix of values; arrays and objects sort by their canonical text."""
    rank = type_rank(value)
    if rank < 2:
        return rank, 0
    return rank, value if rank < 5 else canonical(value)


def equal(left: object, right: object) -> object:
    """`left = right`: deep, and never true across types; undefined when either side is."""
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    rank = type_rank(left)
    if rank != type_rank(right):
        return False
    return left == right if rank < 5 else canonical(left) == canonical(right)


def compare(operator: str, left: object, right: object) -> object:
    """A comparison. Ranges are undefined across types and for arrays and objects."""
    if operator in ("=", "!="):
        same = equal(left, right)
        return same if same is UNDEFINED or operator == "=" else not same
    left_key, right_key = order_key(left), order_key(right)
    if left_key[0] != right_key[0] or not 1 <= left_key[0] <= 4:
        return UNDEFINED
    if operator == "<":
        return left_key < right_key
    if operator == "<=":
        return left_key <= right_key
    if operator == ">":
        return left_key > right_key
    return left_key >= right_key
