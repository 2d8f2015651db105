"""Queries over the documents of a container."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.catalogue import Container
from local_azure.cosmos.document_table import DocumentTable, Selection
from local_azure.cosmos.errors import BadRequestError
from local_azure.cosmos.indexing import keeps_unordered
from local_azure.cosmos.query_pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, Pager
from local_azure.cosmos.query_scope import header_selection, narrowed, pinned_selection
from local_azure.cosmos.sql import syntax
from local_azure.cosmos.sql.parse import parse
from local_azure.cosmos.sql.plan import Plan


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """The body of a query request."""

    text: str
    parameters: Mapping[str, object]

    @classmethod
    def from_json(cls, body: object) -> QueryRequest:
        """From `{query, parameters: [{name, value}]}`. Raises BadRequestError."""
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise BadRequestError("A query request is an object with a query.")
        parameters = body.get("parameters") or []
        if not isinstance(parameters, list) or not all(map(_is_parameter, parameters)):
            raise BadRequestError("The parameters of a query are objects with name and value.")
        return cls(body["query"], {parameter["name"]: parameter["value"] for parameter in parameters})


def _is_parameter(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str) and "value" in value


def page_size(headers: Mapping[str, str]) -> int:
    """The rows to give, from `x-ms-max-item-count`; -1 leaves it to us. Raises BadRequestError."""
    text = headers.get("x-ms-max-item-count", "").strip()
    if not text:
        return DEFAULT_PAGE_SIZE
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10) or int(text) < -1 or int(text) == 0:
        raise BadRequestError("x-ms-max-item-count must be a positive whole number, or -1.")
    return MAX_PAGE_SIZE if text == "-1" else min(int(text), MAX_PAGE_SIZE)


def query_documents(
    table: DocumentTable, container: Container, request: QueryRequest, headers: Mapping[str, str], key: bytes
) -> Page:
    """One page of the query. `key` signs the continuation tokens. Raises BadRequestError, GoneError, QueryError."""
    query = parse(request.text)
    plan = Plan(query, request.parameters, keeps_unordered=keeps_unordered(container, query))
    chosen = header_selection(headers, container.partition_key)
    pinned = pinned_selection(query, request.parameters, container.partition_key)
    if chosen is None and pinned.partition is None:
        _check_cross_partition(query, plan, headers)
    selection = narrowed(chosen, pinned)
    subject = _subject(container, request, selection)
    pager = Pager(plan, key, subject)
    return pager.page(lambda start: table.scan(selection, start), headers.get("x-ms-continuation"), page_size(headers))


def query_resources(resources: Iterable[dict[str, Any]], request: QueryRequest) -> list[object]:
    """Every row of a query over databases, containers or offers, which are few and not paged."""
    plan = Plan(parse(request.text), request.parameters)
    rows = [row.value for row in plan.rows(enumerate(resources))]
    end = None if plan.window.limit is None else plan.window.offset + plan.window.limit
    return rows[plan.window.offset : end]


def _check_cross_partition(query: syntax.Query, plan: Plan, headers: Mapping[str, str]) -> None:
    if headers.get("x-ms-documentdb-query-enablecrosspartition", "").lower() != "true":
        raise BadRequestError(
            "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to "
            "true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
        )
    # The service leaves these to the SDK, and the Python SDK refuses them, so code must not come to rely on them.
    if query.group_by:
        raise BadRequestError("A cross partition query with GROUP BY is not supported by the SDK.")
    if plan.is_grouped and not isinstance(query.projection, syntax.SelectValue):
        raise BadRequestError("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.")


def _subject(container: Container, request: QueryRequest, selection: Selection) -> str:
    parameters = json_text.dump(request.parameters)
    parts = [container.rid, request.text, parameters, repr(selection)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
