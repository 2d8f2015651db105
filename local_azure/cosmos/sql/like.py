"""The LIKE operator: `%`, `_`, `[set]`, `[^set]`, and an escape character.

The matcher goes back to the last `%` only, so its time is at most the product of the two lengths; a translation
into a regular expression could take exponential time on a hostile pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from local_azure.cosmos.sql.errors import QueryError

_Step = Callable[[str], bool]
_ANY_SEQUENCE = None


def like(text: str, pattern: str, escape: str | None) -> bool:
    """Whether the whole text matches the pattern. Raises QueryError on a pattern that ends too early."""
    steps = _compile(pattern, escape)
    at_text = at_step = 0
    resume_text, resume_step = -1, -1
    while at_text < len(text):
        step = steps[at_step] if at_step < len(steps) else _never
        if step is _ANY_SEQUENCE:
            resume_text, resume_step = at_text, at_step
            at_step += 1
        elif step(text[at_text]):
            at_text += 1
            at_step += 1
        elif resume_step >= 0:
            resume_text += 1
            at_text, at_step = resume_text, resume_step + 1
        else:
            return False
    return all(step is _ANY_SEQUENCE for step in steps[at_step:])


def _never(_character: str) -> bool:
    return False


@lru_cache(maxsize=64)
def _compile(pattern: str, escape: str | None) -> tuple[_Step | None, ...]:
    steps: list[_Step | None] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == escape:
            position += 1
            if position == len(pattern):
                raise QueryError("A LIKE pattern cannot end with its escape character.")
            steps.append(_literal(pattern[position]))
        elif character == "%":
            steps.append(_ANY_SEQUENCE)
        elif character == "_":
            steps.append(lambda _character: True)
        elif character == "[":
            end = pattern.find("]", position + 1)
            if end < 0:
                raise QueryError("A LIKE pattern opens a character set with '[' and does not close it.")
            steps.append(_character_set(pattern[position + 1 : end]))
            position = end
        else:
            steps.append(_literal(character))
        position += 1
    return tuple(steps)


def _literal(expected: str) -> _Step:
    return lambda character: character == expected


def _character_set(content: str) -> _Step:
    negated = content.startswith("^")
    content = content[1:] if negated else content
    ranges: list[tuple[str, str]] = []
    position = 0
    while position < len(content):
        is_range = position + 2 < len(content) and content[position + 1] == "-"
        last = position + 2 if is_range else position
        ranges.append((content[position], content[last]))
        position = last + 1
    return lambda character: any(low <= character <= high for low, high in ranges) is not negated
