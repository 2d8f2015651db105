"""Descriptions of the OpenAPI document as Python's docstrings."""

from __future__ import annotations

import textwrap

_WIDTH = 120
_QUOTES = '"""'


def docstring(text: str, indent: str = "") -> list[str]:
    """The lines of a docstring; none where there is nothing to say."""
    if not text:
        return []
    safe = text.replace("\\", "\\\\").replace(_QUOTES, "'''")
    if len(indent + safe) + 2 * len(_QUOTES) <= _WIDTH and "\n" not in safe and not safe.endswith('"'):
        return [f"{indent}{_QUOTES}{safe}{_QUOTES}"]
    first = f"{indent}{_QUOTES}"
    lines = [
        line
        for paragraph in (first + safe).split("\n")
        for line in textwrap.wrap(paragraph, _WIDTH, subsequent_indent=indent, break_long_words=False) or [""]
    ]
    return [*lines, f"{indent}{_QUOTES}"]
