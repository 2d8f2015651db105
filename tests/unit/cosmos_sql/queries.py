"""Runs queries over a list of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from local_azure.cosmos.sql.parse import parse
from local_azure.cosmos.sql.plan import Plan


def run(text: str, documents: Sequence[object] = ({},), parameters: Mapping[str, object] | None = None) -> list[object]:
    """Every row, in order, within the window of the query."""
    plan = Plan(parse(text), parameters or {})
    rows = [row.value for row in plan.rows(enumerate(documents))]
    end = None if plan.window.limit is None else plan.window.offset + plan.window.limit
    return rows[plan.window.offset : end]


def evaluate(expression: str, document: object = None, **parameters: object) -> object:
    """The value of one expression over the document `c`; "undefined" where it has none."""
    named = {f"@{name}": value for name, value in parameters.items()}
    rows = run(f"SELECT VALUE {expression} FROM c", [{} if document is None else document], named)
    return rows[0] if rows else "undefined"
