"""Rules of the language that the grammar cannot express."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.aggregates import AGGREGATES
from local_azure.cosmos.sql.errors import QueryError, QueryTooLargeError

MAX_SOURCES = 6


def check_sources(sources: Sequence[syntax.Source]) -> list[str]:
    """The aliases of FROM. Raises QueryError where one is unknown or used twice, or there are too many."""
    aliases: list[str] = []
    for source in sources:
        if aliases and source.root not in aliases:
            raise QueryError(f"Identifier '{source.root}' could not be resolved.")
        if source.alias in aliases:
            raise QueryError(f"The alias '{source.alias}' is used twice.")
        aliases.append(source.alias)
    if len(aliases) > MAX_SOURCES:
        raise QueryTooLargeError(f"A query takes at most {MAX_SOURCES - 1} JOINs.")
    return aliases


def check_clauses(query: syntax.Query, *, is_grouped: bool) -> None:
    """Raises QueryError where clauses do not go together."""
    if query.top is not None and query.limit is not None:
        raise QueryError("'TOP' and 'OFFSET LIMIT' cannot be used in the same query.")
    if query.order_by and is_grouped:
        raise QueryError("'ORDER BY' is not supported with GROUP BY or aggregates.")
    if is_grouped and isinstance(query.projection, syntax.SelectAll):
        raise QueryError("'SELECT *' is not valid with GROUP BY.")
    for item in query.order_by:
        if not _is_document_path(item.expression, query.sources):
            raise QueryError("'ORDER BY' takes property paths of the document, such as c.createdAt.")


def _is_document_path(node: syntax.Expression, sources: Sequence[syntax.Source]) -> bool:
    has_step = False
    while isinstance(node, syntax.Index) and isinstance(node.index, syntax.Literal):
        node, has_step = node.source, True
    is_root = isinstance(node, syntax.Identifier) and bool(sources) and node.name == sources[0].alias
    return has_step and is_root


def collect_aggregates(query: syntax.Query) -> list[syntax.Call]:
    """The aggregate calls of the SELECT clause, each once. Aggregates elsewhere or nested are errors."""
    found: dict[syntax.Call, None] = {}
    for call in _aggregate_calls(query.projection):
        if len(call.arguments) != 1:
            raise QueryError(f"The {call.name} function takes one argument.")
        if any(_aggregate_calls(call.arguments)):
            raise QueryError("An aggregate function cannot contain another.")
        found[call] = None
    for clause in (query.where, query.group_by, query.order_by):
        if any(_aggregate_calls(clause)):
            raise QueryError("An aggregate function may appear in the SELECT clause only.")
    return list(found)


def _aggregate_calls(node: object) -> Iterator[syntax.Call]:
    if isinstance(node, syntax.Call) and node.name in AGGREGATES:
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _aggregate_calls(item)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _aggregate_calls(getattr(node, field.name))
