"""Partial updates of a document.

Source: https://learn.microsoft.com/azure/cosmos-db/partial-document-update
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from local_azure.cosmos.errors import BadRequestError
from local_azure.cosmos.sql.values import UNDEFINED, is_number, number

# https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-request-limits
MAX_OPERATIONS = 10

_Parent = dict[str, Any] | list[Any]
_Operation = Callable[[dict[str, Any], str, dict[str, Any]], None]


def apply_patch(document: dict[str, Any], operations: object) -> dict[str, Any]:
    """A patched copy of the document.

    Raises BadRequestError on an operation that is malformed or whose path does not fit the document.
    """
    if not isinstance(operations, list) or not 1 <= len(operations) <= MAX_OPERATIONS:
        raise BadRequestError(f"A patch takes 1 to {MAX_OPERATIONS} operations.")
    patched = copy.deepcopy(document)
    for index, operation in enumerate(operations):
        try:
            _apply(patched, operation)
        except BadRequestError as error:
            raise BadRequestError(f"For Operation({index + 1}): {error.message}") from None
    return patched


def _apply(document: dict[str, Any], operation: object) -> None:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise BadRequestError("an operation is an object with op and path.")
    name = operation.get("op")
    apply = _OPERATIONS.get(name) if isinstance(name, str) else None
    if apply is None:
        raise BadRequestError(f"the operation {str(name)[:20]!r} is not one of {', '.join(_OPERATIONS)}.")
    apply(document, operation["path"], operation)


def _steps(path: str) -> list[str]:
    if not path.startswith("/") or len(path) == 1:
        raise BadRequestError(f"the path {path[:100]!r} is not valid.")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _parent(document: dict[str, Any], path: str) -> tuple[_Parent, str]:
    *steps, last = _steps(path)
    parent: object = document
    for step in steps:
        parent = _get(parent, step)
    if not isinstance(parent, (dict, list)):
        raise BadRequestError(f"the parent of the path {path[:100]!r} does not exist.")
    return parent, last


def _get(parent: object, step: str) -> object:
    if isinstance(parent, dict):
        return parent.get(step, UNDEFINED)
    if isinstance(parent, list):
        index = _index(step)
        return parent[index] if index is not None and index < len(parent) else UNDEFINED
    return UNDEFINED


def _index(step: str) -> int | None:
    return int(step) if step.isascii() and step.isdigit() and len(step) <= 9 else None


def _require(parent: _Parent, last: str, path: str) -> object:
    value = _get(parent, last)
    if value is UNDEFINED:
        raise BadRequestError(f"the path {path[:100]!r} does not exist.")
    return value


def _value(operation: dict[str, Any]) -> object:
    if "value" not in operation:
        raise BadRequestError("the operation needs a value.")
    return copy.deepcopy(operation["value"])


def _write(parent: _Parent, last: str, value: object) -> None:
    if isinstance(parent, dict):
        parent[last] = value
    else:
        parent[int(last)] = value


def _insert(parent: _Parent, last: str, value: object, path: str) -> None:
    if isinstance(parent, dict):
        parent[last] = value
        return
    index = len(parent) if last == "-" else _index(last)
    if index is None or index > len(parent):
        raise BadRequestError(f"the path {path[:100]!r} is no index of the array.")
    parent.insert(index, value)


def _add(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    parent, last = _parent(document, path)
    _insert(parent, last, _value(operation), path)


def _set(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    parent, last = _parent(document, path)
    if isinstance(parent, list) and _get(parent, last) is not UNDEFINED:
        _write(parent, last, _value(operation))
    else:
        _insert(parent, last, _value(operation), path)


def _replace(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    parent, last = _parent(document, path)
    _require(parent, last, path)
    _write(parent, last, _value(operation))


def _remove(document: dict[str, Any], path: str, _operation: dict[str, Any]) -> None:
    parent, last = _parent(document, path)
    _require(parent, last, path)
    if isinstance(parent, dict):
        del parent[last]
    else:
        del parent[int(last)]


def _increment(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    parent, last = _parent(document, path)
    step, current = _value(operation), _get(parent, last)
    if not is_number(step) or not (current is UNDEFINED or is_number(current)):
        raise BadRequestError("incr works on numbers only.")
    if current is UNDEFINED:
        _insert(parent, last, step, path)
        return
    total = number(current + step)  # type: ignore[operator]  # both were seen to be numbers
    if total is UNDEFINED:
        raise BadRequestError("incr would leave the range of a double.")
    _write(parent, last, total)


def _move(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    origin = operation.get("from")
    if not isinstance(origin, str):
        raise BadRequestError("move needs a from path.")
    if f"{path}/".startswith(f"{origin}/"):
        raise BadRequestError("move cannot put a value into itself.")
    value = _require(*_parent(document, origin), origin)
    _remove(document, origin, operation)
    parent, last = _parent(document, path)
    _insert(parent, last, value, path)


_OPERATIONS: dict[str, _Operation] = {
    "add": _add,
    "set": _set,
    "replace": _replace,
    "remove": _remove,
    "incr": _increment,
    "move": _move,
}
