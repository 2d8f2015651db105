"""Which documents a query has to look at, from its headers and from what its WHERE clause pins down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from local_azure.cosmos.document_table import Selection
from local_azure.cosmos.errors import PARTITION_KEY_RANGE_GONE, BadRequestError, GoneError
from local_azure.cosmos.partition_keys import PartitionKeyDefinition
from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.values import UNDEFINED

# The whole container is one physical partition.
RANGE_ID = "0"
RANGE_START, RANGE_END = "", "FF"

_MOST_IDS = 1000
"""More than these are looked for among all documents: SQLite bounds how many values a statement takes."""

_EFFECTIVE_KEY = re.compile(r"[0-9A-Fa-f]{0,256}")


def header_selection(headers: Mapping[str, str], definition: PartitionKeyDefinition) -> Selection | None:
    """What the partition key, EPK range and range id headers choose; None where there are none.

    Raises BadRequestError on malformed headers, and GoneError on a range id that does not exist.
    """
    range_id = headers.get("x-ms-documentdb-partitionkeyrangeid")
    if range_id not in (None, RANGE_ID):
        raise GoneError("The partition key range does not exist.", PARTITION_KEY_RANGE_GONE)
    selection = Selection() if range_id is not None else None
    start, end = headers.get("x-ms-start-epk"), headers.get("x-ms-end-epk")
    if start is not None and end is not None:
        if not _EFFECTIVE_KEY.fullmatch(start) or not _EFFECTIVE_KEY.fullmatch(end):
            raise BadRequestError("An effective partition key must be hexadecimal.")
        selection = Selection(effective_range=(start.upper(), end.upper()))
    header = headers.get("x-ms-documentdb-partitionkey")
    if header is None:
        return selection
    components = definition.from_header(header)
    if len(components) == len(definition.paths):
        return replace(selection or Selection(), partition=components)
    prefix = definition.effective(components)
    return Selection(effective_range=(prefix, prefix + RANGE_END))


def pinned_selection(
    query: syntax.Query, parameters: Mapping[str, object], definition: PartitionKeyDefinition
) -> Selection:
    """What the terms at the top of WHERE choose: a partition, a prefix of one, ids of documents."""
    choices = dict(_choices(query, parameters))
    pinned = {path: values[0] for path, values in choices.items() if len(values) == 1}
    components = []
    for path in definition.paths:
        if path not in pinned:
            break
        components.append(pinned[path])
    ids = choices.get(("id",), ())
    is_pinned = 0 < len(ids) <= _MOST_IDS and all(isinstance(one, str) for one in ids)
    selection = Selection(ids=tuple(map(str, ids)) if is_pinned else None)
    if len(components) == len(definition.paths):
        return replace(selection, partition=tuple(components))
    if components:
        prefix = definition.effective(tuple(components))
        return replace(selection, effective_range=(prefix, prefix + RANGE_END))
    return selection


def narrowed(chosen: Selection | None, pinned: Selection) -> Selection:
    """Both together. Where both choose a partition the header decides, and WHERE still filters every document."""
    if chosen is None:
        return pinned
    return Selection(
        partition=chosen.partition or pinned.partition,
        effective_range=chosen.effective_range or pinned.effective_range,
        ids=pinned.ids,
    )


def _choices(
    query: syntax.Query, parameters: Mapping[str, object]
) -> Iterator[tuple[tuple[str, ...], tuple[object, ...]]]:
    """Every `root.path = constant` and `root.path IN (constants)` that WHERE demands, as the path and its constants."""
    if query.where is None or not query.sources or query.sources[0].path or query.sources[0].iterate:
        return
    terms = query.where.operands if isinstance(query.where, syntax.Conjunction) else (query.where,)
    for term in terms:
        for path_side, value_sides in _sides(term):
            path = document_path(path_side, query.sources[0].alias)
            values = tuple(_constant(side, parameters) for side in value_sides)
            if path and all(not isinstance(value, (list, dict)) and value is not UNDEFINED for value in values):
                yield path, values


def _sides(term: syntax.Expression) -> Iterator[tuple[syntax.Expression, tuple[syntax.Expression, ...]]]:
    """What may be a path, and what it may be equal to."""
    match term:
        case syntax.Comparison(operator="=", left=left, right=right):
            yield left, (right,)
            yield right, (left,)
        case syntax.Membership(value=value, options=options):
            yield value, options


def document_path(node: syntax.Expression, alias: str) -> tuple[str, ...] | None:
    """The property names of `alias.a.b`; None for any other expression."""
    names: list[str] = []
    while isinstance(node, syntax.Index):
        if not isinstance(node.index, syntax.Literal) or not isinstance(node.index.value, str):
            return None
        names.append(node.index.value)
        node = node.source
    return tuple(reversed(names)) if node == syntax.Identifier(alias) else None


def _constant(node: syntax.Expression, parameters: Mapping[str, object]) -> object:
    if isinstance(node, syntax.Literal):
        return node.value
    return parameters.get(node.name, UNDEFINED) if isinstance(node, syntax.Parameter) else UNDEFINED
