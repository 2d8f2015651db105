"""Documents in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_azure.cosmos.catalogue import Container
from local_azure.cosmos.errors import ConflictError
from local_azure.cosmos.partition_keys import Components, text_of, value_at
from local_azure.cosmos.sql.values import UNDEFINED, canonical
from local_azure.cosmos.store import Store


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document and its place in the store."""

    number: int
    body: dict[str, Any]
    etag: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents of a container to look at; None leaves a side open.

    `partition` is one whole key; `effective_range` is EPKs from the first up to but not including the second.
    """

    partition: Components | None = None
    effective_range: tuple[str, str] | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a write happened: its log sequence number, its step within that transaction, and its second."""

    lsn: int
    step: int
    timestamp: int


class DocumentTable:
    """The documents of one container as seen at one moment; the expired are not there."""

    def __init__(self, store: Store, container: Container, now: float) -> None:
        self._store = store
        self._container = container
        self._now = int(now)

    def find(self, partition: Components, document_id: str) -> StoredDocument | None:
        """The document of that key."""
        row = self._store.execute(
            "SELECT number, body, etag FROM documents WHERE container = ? AND partition = ? AND id = ?"
            " AND (expires IS NULL OR expires > ?)",
            (self._container.number, text_of(partition), document_id, self._now),
        ).fetchone()
        return None if row is None else StoredDocument(row[0], json.loads(row[1]), row[2])

    def reserve_number(self, partition: Components, document_id: str) -> int:
        """Inserts an empty document, to be filled by `put`, because `_rid` is made of its number."""
        cursor = self._store.execute(
            "INSERT INTO documents (container, partition, effective, id, body, etag, timestamp, lsn, step)"
            " VALUES (?, ?, ?, ?, '{}', '', 0, 0, 0)",
            (
                self._container.number,
                text_of(partition),
                self._container.partition_key.effective(partition),
                document_id,
            ),
        )
        if cursor.lastrowid is None:
            raise sqlite3.InternalError("SQLite gave the document no number")
        return cursor.lastrowid

    def put(self, number: int, partition: Components, text: str, body: dict[str, Any], stamp: Stamp) -> None:
        """Stores the body of a document. Raises ConflictError where a unique key is taken."""
        self._store.execute(
            "UPDATE documents SET body = ?, etag = ?, timestamp = ?, expires = ?, lsn = ?, step = ? WHERE number = ?",
            (text, body["_etag"], stamp.timestamp, self._expiry(body, stamp), stamp.lsn, stamp.step, number),
        )
        self._store.execute("DELETE FROM unique_values WHERE document = ?", (number,))
        for index, paths in enumerate(self._container.unique_keys):
            values = [value_at(body, path) for path in paths]
            # The service has no sparse unique keys: a value that is missing counts as null.
            value = canonical([None if item is UNDEFINED else item for item in values])
            try:
                self._store.execute(
                    "INSERT INTO unique_values VALUES (?, ?, ?, ?, ?)",
                    (number, self._container.number, text_of(partition), index, value),
                )
            except sqlite3.IntegrityError:
                raise ConflictError("Unique index constraint violation.") from None

    def delete(self, number: int) -> None:
        """Removes a document."""
        self._store.execute("DELETE FROM documents WHERE number = ?", (number,))

    def delete_partition(self, partition: Components) -> None:
        """Removes every document of a partition."""
        self._store.execute(
            "DELETE FROM documents WHERE container = ? AND partition = ?",
            (self._container.number, text_of(partition)),
        )

    def purge_expired(self) -> None:
        """Removes what has expired, so that its id and unique keys are free again."""
        self._store.execute(
            "DELETE FROM documents WHERE container = ? AND expires <= ?", (self._container.number, self._now)
        )

    def next_lsn(self) -> int:
        """Takes the container's next log sequence number."""
        (lsn,) = self._store.execute(
            "UPDATE containers SET lsn = lsn + 1 WHERE number = ? RETURNING lsn", (self._container.number,)
        ).fetchone()
        return int(lsn)

    def current_lsn(self) -> int:
        """The log sequence number of the last write."""
        row = self._store.execute("SELECT lsn FROM containers WHERE number = ?", (self._container.number,)).fetchone()
        return int(row[0])

    def scan(self, selection: Selection, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """The chosen documents with their numbers, oldest first, from the number `start` on."""
        select, values = self._select("number", selection, "documents_by_container")
        rows = self._store.execute(f"{select} AND number >= ? ORDER BY number", (*values, start))
        for number, body in rows:
            yield number, json.loads(body)

    def changes(self, selection: Selection, after_lsn: int, since: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """The chosen documents with their log sequence numbers, in the order of their last change.

        Only changes after `after_lsn` and from the second `since` on are given.
        """
        select, values = self._select("lsn", selection, "documents_by_change")
        order = "AND lsn > ? AND timestamp >= ? ORDER BY lsn, step"
        rows = self._store.execute(f"{select} {order}", (*values, after_lsn, since))
        for lsn, body in rows:
            yield lsn, json.loads(body)

    def _select(self, column: str, selection: Selection, otherwise: str) -> tuple[str, tuple[object, ...]]:
        """The beginning of a statement that reads a column and the bodies, and the values it takes."""
        terms = ["container = ?", "(expires IS NULL OR expires > ?)"]
        values: list[object] = [self._container.number, self._now]
        if selection.partition is not None:
            terms.append("partition = ?")
            values.append(text_of(selection.partition))
        if selection.effective_range is not None:
            terms.append("effective >= ? AND effective < ?")
            values.extend(selection.effective_range)
        if selection.ids is not None:
            terms.append(f"id IN ({', '.join('?' * len(selection.ids))})")
            values.extend(selection.ids)
        source = f"documents INDEXED BY {_index(selection, otherwise)}"
        select = f"SELECT {column}, body FROM {source} WHERE {' AND '.join(terms)}"  # noqa: S608 - no input in it
        return select, tuple(values)

    def _expiry(self, body: dict[str, Any], stamp: Stamp) -> int | None:
        if self._container.default_ttl is None:
            return None
        ttl = body.get("ttl", self._container.default_ttl)
        return None if ttl == -1 else stamp.timestamp + int(ttl)


def _index(selection: Selection, otherwise: str) -> str:
    """The index that narrows most. SQLite left alone prefers one that saves the sort, and reads every partition."""
    if selection.partition is not None:
        return "documents_by_partition" if selection.ids is None else "documents_by_key"
    return otherwise if selection.effective_range is None else "documents_by_effective"
