"""What the indexing policy of a container means for ORDER BY.

Source: https://learn.microsoft.com/azure/cosmos-db/index-policy
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from local_azure.cosmos.catalogue import Container
from local_azure.cosmos.errors import BadRequestError
from local_azure.cosmos.query_scope import document_path
from local_azure.cosmos.sql import syntax

_OrderKey = tuple[str, bool]


def keeps_unordered(container: Container, query: syntax.Query) -> bool:
    """Whether ORDER BY gives documents that lack the property.

    A composite index, and an included path of its own, hold them; the default index on every path does not. Raises
    BadRequestError where several properties are sorted and no composite index serves them.
    """
    policy = container.properties["indexingPolicy"]
    keys = [_order_key(item, query) for item in query.order_by]
    if len(keys) > 1:
        if not any(_serves(index, keys) for index in _composite_indexes(policy)):
            raise BadRequestError(
                "The order by query does not have a corresponding composite index that it can be served from."
            )
        return True
    included = [entry.get("path") for entry in policy.get("includedPaths", []) if isinstance(entry, dict)]
    return any(f"{path}/?" in included for path, _ in keys)


def _order_key(item: syntax.OrderItem, query: syntax.Query) -> _OrderKey:
    path = document_path(item.expression, query.sources[0].alias) if query.sources else None
    return "/" + "/".join(path or ()), item.descending


def _composite_indexes(policy: dict[str, Any]) -> Iterator[list[_OrderKey]]:
    indexes = policy.get("compositeIndexes") or []
    for index in indexes if isinstance(indexes, list) else []:
        entries = [entry for entry in index if isinstance(entry, dict)] if isinstance(index, list) else []
        yield [(str(entry.get("path")), entry.get("order") == "descending") for entry in entries]


def _serves(index: Sequence[_OrderKey], keys: Sequence[_OrderKey]) -> bool:
    """A composite index serves its own order and the exact reverse of it."""
    reverse = [(path, not descending) for path, descending in index]
    return list(keys) in (list(index), reverse)
