"""The built-in scalar functions.

A function takes values and gives a value; a wrong type gives `UNDEFINED`, as in the service.
Source: https://learn.microsoft.com/azure/cosmos-db/nosql/query/functions
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from local_azure.cosmos.sql.errors import QueryError, QueryTooLargeError, UnsupportedQueryError
from local_azure.cosmos.sql.values import UNDEFINED, equal, is_number, number, type_rank

ScalarFunction = Callable[..., object]

# A string longer than any document can only be an attempt to use up memory.
MAX_STRING = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in function and how many arguments it takes; `most` None means any number."""

    apply: ScalarFunction
    least: int
    most: int | None


def find(name: str, argument_count: int) -> ScalarFunction:
    """The function of that upper-case name.

    Raises UnsupportedQueryError where there is none, QueryError where the number of arguments is wrong.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedQueryError(f"'{name[:60]}' is not a built-in function of this emulator.")
    if argument_count < function.least or (function.most is not None and argument_count > function.most):
        raise QueryError(f"The {name} function takes another number of arguments than {argument_count}.")
    return function.apply


def join_strings(*parts: object) -> object:
    """The parts as one string; undefined when one of them is not a string."""
    strings = [part for part in parts if isinstance(part, str)]
    if len(strings) != len(parts):
        return UNDEFINED
    _check_length(sum(map(len, strings)))
    return "".join(strings)


def _check_length(length: int) -> None:
    if length > MAX_STRING:
        raise QueryTooLargeError(f"A function made a string of more than {MAX_STRING} characters.")


def _on_string(function: Callable[[str], object]) -> ScalarFunction:
    return lambda value: function(value) if isinstance(value, str) else UNDEFINED


def _on_number(function: Callable[[float], float]) -> ScalarFunction:
    def apply(value: object) -> object:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return UNDEFINED
        try:
            return number(function(value))
        except (ValueError, OverflowError):
            return UNDEFINED

    return apply


def _on_string_pair(function: Callable[[str, str], object]) -> ScalarFunction:
    """A test of two strings, with a third argument `true` to ignore case."""

    def apply(left: object, right: object, ignore_case: object = False) -> object:
        if not isinstance(left, str) or not isinstance(right, str) or not isinstance(ignore_case, bool):
            return UNDEFINED
        return function(left.lower(), right.lower()) if ignore_case else function(left, right)

    return apply


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _index_of(text: object, part: object, start: object = 0) -> object:
    offset = _whole(start)
    if not isinstance(text, str) or not isinstance(part, str) or offset is None or offset < 0:
        return UNDEFINED
    return text.find(part, offset)


def _left(text: object, length: object) -> object:
    count = _whole(length)
    return UNDEFINED if not isinstance(text, str) or count is None else text[: max(count, 0)]


def _right(text: object, length: object) -> object:
    count = _whole(length)
    if not isinstance(text, str) or count is None:
        return UNDEFINED
    return text[max(len(text) - count, 0) :] if count > 0 else ""


def _substring(text: object, start: object, length: object) -> object:
    first, count = _whole(start), _whole(length)
    if not isinstance(text, str) or first is None or count is None:
        return UNDEFINED
    return text[max(first, 0) : max(first, 0) + max(count, 0)]


def _replace(text: object, old: object, new: object) -> object:
    if not isinstance(text, str) or not isinstance(old, str) or not isinstance(new, str):
        return UNDEFINED
    if not old:
        return text
    _check_length(len(text) + text.count(old) * max(len(new) - len(old), 0))
    return text.replace(old, new)


def _round(value: float) -> float:
    # Halves go away from zero, unlike Python's round().
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _power(base: object, exponent: object) -> object:
    if not is_number(base) or not is_number(exponent):
        return UNDEFINED
    try:
        return number(math.pow(base, exponent))  # type: ignore[arg-type]  # both were seen to be numbers
    except (ValueError, OverflowError):
        return UNDEFINED


def _holds(item: object, wanted: object, *, partially: bool) -> bool:
    if partially and isinstance(item, dict) and isinstance(wanted, dict):
        return all(equal(item.get(name, UNDEFINED), value) is True for name, value in wanted.items())
    return equal(item, wanted) is True


def _array_contains(array: object, wanted: object, partially: object = False) -> object:
    if not isinstance(array, list) or wanted is UNDEFINED or not isinstance(partially, bool):
        return UNDEFINED
    return any(_holds(item, wanted, partially=partially) for item in array)


def _array_contains_any(array: object, *wanted: object) -> object:
    if not isinstance(array, list):
        return UNDEFINED
    return any(_holds(item, value, partially=False) for value in wanted for item in array)


def _array_contains_all(array: object, *wanted: object) -> object:
    if not isinstance(array, list):
        return UNDEFINED
    return all(any(_holds(item, value, partially=False) for item in array) for value in wanted)


def _array_concat(*arrays: object) -> object:
    lists = [array for array in arrays if isinstance(array, list)]
    return UNDEFINED if len(lists) != len(arrays) else [item for array in lists for item in array]


def _array_slice(array: object, start: object, length: object = None) -> object:
    first = _whole(start)
    count = len(array) if length is None and isinstance(array, list) else _whole(length)
    if not isinstance(array, list) or first is None or count is None:
        return UNDEFINED
    begin = first if first >= 0 else max(len(array) + first, 0)
    return array[begin : begin + max(count, 0)]


def _is_rank(*ranks: int) -> ScalarFunction:
    return lambda value: type_rank(value) in ranks


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


FUNCTIONS: dict[str, Function] = {
    "ABS": Function(_on_number(abs), 1, 1),
    "ARRAY_CONCAT": Function(_array_concat, 2, None),
    "ARRAY_CONTAINS": Function(_array_contains, 2, 3),
    "ARRAY_CONTAINS_ALL": Function(_array_contains_all, 2, None),
    "ARRAY_CONTAINS_ANY": Function(_array_contains_any, 2, None),
    "ARRAY_LENGTH": Function(lambda array: len(array) if isinstance(array, list) else UNDEFINED, 1, 1),
    "ARRAY_SLICE": Function(_array_slice, 2, 3),
    "CEILING": Function(_on_number(math.ceil), 1, 1),
    "CONCAT": Function(join_strings, 2, None),
    "CONTAINS": Function(_on_string_pair(lambda text, part: part in text), 2, 3),
    "ENDSWITH": Function(_on_string_pair(str.endswith), 2, 3),
    "FLOOR": Function(_on_number(math.floor), 1, 1),
    "GETCURRENTDATETIME": Function(_now, 0, 0),
    "GETCURRENTTIMESTAMP": Function(lambda: int(time.time() * 1000), 0, 0),
    "IIF": Function(lambda test, yes, no: yes if test is True else no, 3, 3),
    "INDEX_OF": Function(_index_of, 2, 3),
    "IS_ARRAY": Function(_is_rank(5), 1, 1),
    "IS_BOOL": Function(_is_rank(2), 1, 1),
    "IS_DEFINED": Function(lambda value: value is not UNDEFINED, 1, 1),
    "IS_INTEGER": Function(lambda value: _whole(value) is not None, 1, 1),
    "IS_NULL": Function(_is_rank(1), 1, 1),
    "IS_NUMBER": Function(_is_rank(3), 1, 1),
    "IS_OBJECT": Function(_is_rank(6), 1, 1),
    "IS_PRIMITIVE": Function(_is_rank(1, 2, 3, 4), 1, 1),
    "IS_STRING": Function(_is_rank(4), 1, 1),
    "LEFT": Function(_left, 2, 2),
    "LENGTH": Function(_on_string(len), 1, 1),
    "LOWER": Function(_on_string(str.lower), 1, 1),
    "LTRIM": Function(_on_string(str.lstrip), 1, 1),
    "POWER": Function(_power, 2, 2),
    "REPLACE": Function(_replace, 3, 3),
    "REVERSE": Function(_on_string(lambda text: text[::-1]), 1, 1),
    "RIGHT": Function(_right, 2, 2),
    "ROUND": Function(_on_number(_round), 1, 1),
    "RTRIM": Function(_on_string(str.rstrip), 1, 1),
    "SIGN": Function(_on_number(lambda value: (value > 0) - (value < 0)), 1, 1),
    "SQRT": Function(_on_number(math.sqrt), 1, 1),
    "STARTSWITH": Function(_on_string_pair(str.startswith), 2, 3),
    "STRINGEQUALS": Function(_on_string_pair(lambda left, right: left == right), 2, 3),
    "SUBSTRING": Function(_substring, 3, 3),
    "TRIM": Function(_on_string(str.strip), 1, 1),
    "TRUNC": Function(_on_number(math.trunc), 1, 1),
    "UPPER": Function(_on_string(str.upper), 1, 1),
}
