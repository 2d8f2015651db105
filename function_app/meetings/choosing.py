"""`filter` and `orderby` of lists: a small part of OData's language, on named fields only.

filter  = comparison *( "and" comparison )
comparison = field ( "eq" / "ne" / "gt" / "ge" / "lt" / "le" ) literal
literal = 'text' with each ' written twice / an RFC 3339 time / true / false
orderby = field [ "asc" / "desc" ]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from function_app.errors import InvalidRequestError
from function_app.timestamps import rfc3339

MAXIMUM_LENGTH = 500
_MOST_COMPARISONS = 10
_COMPARISON = re.compile(r"(\w+) +(\w+) +('(?:[^'\0]|'')*'|[^\s'\0]+)(?: +(and) +|$)")
_OPERATORS = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


class _Field(NamedTuple):
    path: str
    kind: type[str] | type[datetime] | type[bool]


_FIELDS = {
    "title": _Field("c.title", str),
    "createdOn": _Field("c.createdOn", datetime),
    "updatedOn": _Field("c.updatedOn", datetime),
    "lobby": _Field("c.settings.lobby", bool),
    "locked": _Field("c.settings.locked", bool),
}
_ORDERS = ("createdOn", "updatedOn", "title")


@dataclass(frozen=True)
class Choice:
    """Which documents, as SQL over `c` whose every value is a parameter."""

    sql: str = "true"
    parameters: tuple[tuple[str, object], ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Raises InvalidRequestError, which names what is wrong."""
        if text is None:
            return cls()
        conditions: list[str] = []
        parameters: list[tuple[str, object]] = []
        rest = text.strip()
        while True:
            found = _COMPARISON.match(rest)
            if not found or len(conditions) == _MOST_COMPARISONS:
                raise _wrong(f"it is at most {_MOST_COMPARISONS} comparisons such as title eq 'x', with and between")
            field, operator, literal, more = found.groups()
            conditions.append(_condition(field, operator, f"@chosen{len(parameters)}"))
            parameters.append((f"chosen{len(parameters)}", _value(field, literal)))
            rest = rest[found.end() :]
            if not more:
                return cls(" AND ".join(conditions), tuple(parameters))


@dataclass(frozen=True)
class Order:
    """By which field, and in which direction."""

    field: str
    descending: bool

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """None for no order. Raises InvalidRequestError."""
        if text is None:
            return None
        field, _, direction = text.strip().partition(" ")
        if field not in _ORDERS or direction not in ("", "asc", "desc"):
            message = f"It is one of {', '.join(_ORDERS)}, with asc or desc behind: {field!r} is not."
            raise InvalidRequestError.parameter("orderby", message)
        return cls(field, direction == "desc")


def _condition(field: str, operator: str, parameter: str) -> str:
    if field not in _FIELDS:
        raise _wrong(f"{field!r} is none of {', '.join(_FIELDS)}")
    if operator not in _OPERATORS or (_FIELDS[field].kind is bool and operator not in ("eq", "ne")):
        raise _wrong(f"{field!r} cannot be compared by {operator!r}")
    return f"{_FIELDS[field].path} {_OPERATORS[operator]} {parameter}"


def _value(field: str, literal: str) -> object:
    kind = _FIELDS[field].kind
    if kind is str and literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    if kind is bool and literal in ("true", "false"):
        return literal == "true"
    if kind is datetime and (moment := _moment(literal)):
        return rfc3339(moment)
    expected = {str: "a text in single quotes", bool: "true or false", datetime: "an RFC 3339 time with an offset"}
    raise _wrong(f"{field!r} is compared with {expected[kind]}")


def _moment(literal: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(literal)
        return moment if moment.utcoffset() is not None and rfc3339(moment) else None
    except (ValueError, OverflowError):
        return None


def _wrong(what: str) -> InvalidRequestError:
    return InvalidRequestError.parameter("filter", f"The filter is not valid: {what}.")
