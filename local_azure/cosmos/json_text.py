"""JSON from the wire, read with suspicion.

Numbers are brought to the one form that `sql.values` describes. What Cosmos DB cannot store is refused: NaN and
infinity, nesting deeper than its limit, and strings that are not Unicode text.
Limits: https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from local_azure.cosmos.errors import BadRequestError
from local_azure.cosmos.sql.values import UNDEFINED, number

MAX_NESTING = 128

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
# A number longer than this is not exact as a double, and may be longer than Python agrees to convert.
_EXACT_DIGITS = 16


def parse(body: bytes, *, extra_nesting: int = 0) -> Any:
    """The value that the body spells.

    Raises BadRequestError on anything that is not a storable JSON value of at most MAX_NESTING levels, to which
    `extra_nesting` adds those that the request wraps around documents.
    """
    try:
        value = json.loads(body, parse_float=_double, parse_int=_integer, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadRequestError("The request body is not valid JSON.") from None
    _check_nesting(value, MAX_NESTING + extra_nesting)
    if _SURROGATE_ESCAPE.search(body):
        _check_text(value)
    return value


def parse_object(body: bytes) -> dict[str, Any]:
    """Like `parse`, for a body that must be an object."""
    value = parse(body)
    if not isinstance(value, dict):
        raise BadRequestError("The request body must be a JSON object.")
    return value


def dump(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _double(text: str) -> object:
    value = number(float(text))
    if value is UNDEFINED:
        raise ValueError(text)
    return value


def _integer(text: str) -> object:
    return number(int(text)) if len(text) <= _EXACT_DIGITS else _double(text)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _check_nesting(value: object, limit: int) -> None:
    pending = [(value, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, (dict, list)):
            if depth == limit:
                raise BadRequestError(f"The JSON is nested deeper than {MAX_NESTING} levels.")
            children = node.values() if isinstance(node, dict) else node
            pending.extend((child, depth + 1) for child in children if isinstance(child, (dict, list)))


def _check_text(value: object) -> None:
    try:
        dump(value).encode()
    except UnicodeEncodeError:
        raise BadRequestError("A string holds half of a surrogate pair.") from None
