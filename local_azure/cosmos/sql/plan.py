"""Queries to rows.

A plan is a query bound to its parameters. It takes documents in storage order and gives rows: FROM and JOIN make
scopes, WHERE drops some, GROUP BY and aggregates fold the rest, ORDER BY sorts, SELECT projects, DISTINCT drops
repeats. TOP, OFFSET and LIMIT are left to the reader of the rows (`Plan.window`), who pages through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.aggregates import AGGREGATES
from local_azure.cosmos.sql.errors import QueryError, QueryTooLargeError
from local_azure.cosmos.sql.evaluate import Compiler, Scope, step_into
from local_azure.cosmos.sql.projection import compile_projection
from local_azure.cosmos.sql.rules import check_clauses, check_sources, collect_aggregates
from local_azure.cosmos.sql.values import UNDEFINED, canonical, order_key

# JOINs multiply; past this many scopes a query would hold its thread for minutes.
MAX_SCOPES = 1_000_000


@dataclass(frozen=True, slots=True)
class Position:
    """Where a row stands among all rows of its query.

    `order` holds the values of ORDER BY, `document` the storage position, `scope` the place among the JOINed
    scopes of that document. Rows of DISTINCT and GROUP BY have no position of their own.
    """

    order: tuple[object, ...]
    document: int
    scope: int


@dataclass(frozen=True, slots=True)
class Row:
    """One result; `position` is None where only counting rows can tell how far a reader is."""

    value: object
    position: Position | None


@dataclass(frozen=True, slots=True)
class Window:
    """OFFSET, and the smaller of TOP and LIMIT (None for no limit)."""

    offset: int
    limit: int | None


class _Descending:
    """Turns the order of a sort key round."""

    __slots__ = ("key",)

    def __init__(self, key: tuple[int, object]) -> None:
        self.key = key

    def __lt__(self, other: _Descending) -> bool:
        return other.key < self.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.key == other.key

    __hash__ = None  # type: ignore[assignment]  # a sort key is never a dictionary key


class Plan:
    """A query bound to its parameters.

    Raises QueryError where the query breaks a rule of the language that its grammar cannot express.
    """

    def __init__(self, query: syntax.Query, parameters: Mapping[str, object], *, keeps_unordered: bool = False) -> None:
        """`keeps_unordered`: whether ORDER BY keeps rows without the property, which the index decides."""
        self._query = query
        self._keeps_unordered = keeps_unordered
        self._aliases = check_sources(query.sources)
        self._row_compiler = Compiler(self._aliases, parameters)
        self._aggregates = collect_aggregates(query)
        self.is_grouped = bool(query.group_by or self._aggregates)
        check_clauses(query, is_grouped=self.is_grouped)
        self._where = None if query.where is None else self._row_compiler.compile(query.where)
        self._order = [self._row_compiler.compile(item.expression) for item in query.order_by]
        self._group_keys = [self._row_compiler.compile(key) for key in query.group_by]
        self._aggregate_inputs = [self._row_compiler.compile(call.arguments[0]) for call in self._aggregates]
        self._project = compile_projection(query.projection, self._result_compiler(parameters), self._aliases)
        self.window = self._read_window()
        # A streaming plan gives rows in storage order as it meets them, so a reader may start at any document.
        self.is_streaming = not (query.order_by or query.distinct or self.is_grouped)

    def rows(self, documents: Iterable[tuple[int, object]]) -> Iterator[Row]:
        """The rows of the documents, which come as (storage position, document) in storage order.

        Raises QueryTooLargeError when the JOINs make more than MAX_SCOPES scopes.
        """
        found = self._filtered(documents if self._query.sources else [(0, {})])
        if self.is_grouped:
            rows = (Row(self._project(scope), None) for scope in self._groups(found))
        else:
            ordered = self._ordered(found) if self._order else found
            rows = (Row(self._project(scope), position) for position, scope in ordered)
        defined = (row for row in rows if row.value is not UNDEFINED)
        return _distinct(defined) if self._query.distinct else defined

    def sort_key(self, position: Position) -> tuple[Any, ...]:
        """A key that sorts positions as ORDER BY sorts their rows."""
        keys = map(order_key, position.order)
        directions = [
            _Descending(key) if item.descending else key for key, item in zip(keys, self._query.order_by, strict=True)
        ]
        return (*directions, position.document, position.scope)

    def _result_compiler(self, parameters: Mapping[str, object]) -> Compiler:
        if not self.is_grouped:
            return self._row_compiler
        computed = {key: f"group {index}" for index, key in enumerate(self._query.group_by)}
        computed |= {call: f"aggregate {index}" for index, call in enumerate(self._aggregates)}
        return Compiler(self._aliases, parameters, computed)

    def _read_window(self) -> Window:
        top, offset, limit = (
            None if node is None else self._row_count(clause, node)
            for clause, node in (("TOP", self._query.top), ("OFFSET", self._query.offset), ("LIMIT", self._query.limit))
        )
        return Window(offset or 0, limit if top is None else top)

    def _row_count(self, clause: str, node: syntax.Expression) -> int:
        count = self._row_compiler.constant(node)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise QueryError(f"{clause} takes a whole number that is not negative.")
        return count

    def _filtered(self, documents: Iterable[tuple[int, object]]) -> Iterator[tuple[Position, Scope]]:
        total = 0
        for document_position, document in documents:
            for index, scope in enumerate(_expand(self._query.sources, document)):
                total += 1
                if total > MAX_SCOPES:
                    raise QueryTooLargeError(f"The query looks at more than {MAX_SCOPES} combinations of items.")
                if self._where is None or self._where(scope) is True:
                    order = tuple(key(scope) for key in self._order)
                    yield Position(order, document_position, index), scope

    def _ordered(self, found: Iterable[tuple[Position, Scope]]) -> list[tuple[Position, Scope]]:
        kept = [entry for entry in found if self._keeps_unordered or all(v is not UNDEFINED for v in entry[0].order)]
        return sorted(kept, key=lambda entry: self.sort_key(entry[0]))

    def _groups(self, found: Iterable[tuple[Position, Scope]]) -> Iterator[Scope]:
        groups: dict[str, tuple[list[object], list[list[object]]]] = {}
        if not self._group_keys:
            groups[""] = [], [[] for _ in self._aggregates]
        for _position, scope in found:
            keys = [key(scope) for key in self._group_keys]
            identity = ",".join("undefined" if key is UNDEFINED else canonical(key) for key in keys)
            _, columns = groups.setdefault(identity, (keys, [[] for _ in self._aggregates]))
            for column, read in zip(columns, self._aggregate_inputs, strict=True):
                column.append(read(scope))
        for keys, columns in groups.values():
            scope = {f"group {index}": key for index, key in enumerate(keys)}
            for index, (call, column) in enumerate(zip(self._aggregates, columns, strict=True)):
                scope[f"aggregate {index}"] = AGGREGATES[call.name](column)
            yield scope


def _distinct(rows: Iterable[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        identity = canonical(row.value)
        if identity not in seen:
            seen.add(identity)
            yield Row(row.value, None)


def _expand(sources: Sequence[syntax.Source], document: object) -> Iterator[Scope]:
    """The scopes of one document: the product of its FROM source and JOINs."""
    if not sources:
        yield {}
        return
    yield from _join(sources, {sources[0].root: document})


def _join(sources: Sequence[syntax.Source], scope: Scope) -> Iterator[Scope]:
    if not sources:
        yield scope
        return
    source = sources[0]
    value = scope.get(source.root, UNDEFINED)
    for step in source.path:
        value = step_into(value, step)
    elements = value if source.iterate and isinstance(value, list) else [] if source.iterate else [value]
    for element in elements:
        if element is not UNDEFINED:
            yield from _join(sources[1:], {**scope, source.alias: element})
