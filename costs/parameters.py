"""Reads the parameters of an environment, `bicep/env/*.bicepparam`: the part of the language that these files use.

No compiler is needed for it: `param NAME = VALUE` with strings, numbers, booleans, arrays and objects, and
`readEnvironmentVariable('NAME', 'DEFAULT')`, of which the default is taken, also in `bool( … )` and `int( … )`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from costs.errors import CostError

ENVIRONMENTS = Path(__file__).resolve().parents[1] / "bicep" / "env"
_TOKEN = re.compile(r"\s+|//[^\n]*|(?P<token>'(?:[^'\\\n]|\\.)*'|-?\d+|\w+|[=\[\]{}():,])|(?P<unknown>.)")
_WORDS = {"true": True, "false": False, "null": None}
_CONVERSIONS: dict[str, Callable[[str], Any]] = {"bool": lambda text: text.lower() == "true", "int": int}


def read_environment(name: str) -> dict[str, Any]:
    """The parameters of `dev`, `staging`, `prod`, or of a file. Raises CostError."""
    known = {path.stem: path for path in sorted(ENVIRONMENTS.glob("*.bicepparam"))}
    path = known.get(name, Path(name))
    if not path.is_file():
        raise CostError(f"no environment {name}: one of {', '.join(known)}, or a .bicepparam file")
    return read_parameters(path.read_text())


def read_parameters(text: str) -> dict[str, Any]:
    """The values by name. Raises CostError where the text is not understood."""
    tokens = _tokens(text)
    parameters = {}
    try:
        while tokens:
            word = tokens.popleft()
            if word == "using":
                tokens.popleft()
            elif word == "param":
                name = tokens.popleft()
                _take(tokens, "=")
                parameters[name] = _value(tokens)
            else:
                raise _not_understood(word)
    except IndexError:
        raise CostError("the parameters end in the middle of a value") from None
    return parameters


def _tokens(text: str) -> deque[str]:
    found: deque[str] = deque()
    for match in _TOKEN.finditer(text):
        if match["unknown"]:
            raise _not_understood(match["unknown"])
        if match["token"]:
            found.append(match["token"])
    return found


def _not_understood(token: str) -> CostError:
    return CostError(f"the parameters have a {token!r} that is not understood")


def _take(tokens: deque[str], expected: str) -> None:
    found = tokens.popleft()
    if found != expected:
        raise _not_understood(found)


def _value(tokens: deque[str]) -> Any:
    word = tokens.popleft()
    if word == "{":
        return _object(tokens)
    if word == "[":
        return _array(tokens)
    if word.startswith("'"):
        return word[1:-1]
    if word == "readEnvironmentVariable":
        name_and_default = [tokens.popleft() for _ in range(5)]
        return name_and_default[3][1:-1]
    if word in _CONVERSIONS:
        _take(tokens, "(")
        value = _CONVERSIONS[word](_value(tokens))
        _take(tokens, ")")
        return value
    if word in _WORDS:
        return _WORDS[word]
    try:
        return int(word)
    except ValueError:
        raise _not_understood(word) from None


def _object(tokens: deque[str]) -> dict[str, Any]:
    values = {}
    while tokens[0] != "}":
        name = tokens.popleft()
        _take(tokens, ":")
        values[name] = _value(tokens)
        _skip_comma(tokens)
    tokens.popleft()
    return values


def _array(tokens: deque[str]) -> list[Any]:
    values = []
    while tokens[0] != "]":
        values.append(_value(tokens))
        _skip_comma(tokens)
    tokens.popleft()
    return values


def _skip_comma(tokens: deque[str]) -> None:
    if tokens[0] == ",":
        tokens.popleft()
