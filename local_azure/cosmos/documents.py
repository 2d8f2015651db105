"""The rules by which documents are written and read.

A `DocumentWriter` lives for one transaction: all its writes share one log sequence number, in the order made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.catalogue import Container, new_etag
from local_azure.cosmos.container_properties import check_name, check_ttl
from local_azure.cosmos.document_table import DocumentTable, Stamp, StoredDocument
from local_azure.cosmos.errors import (
    PARTITION_KEY_MISMATCH,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PayloadTooLargeError,
    PreconditionFailedError,
)
from local_azure.cosmos.partition_keys import Components
from local_azure.cosmos.patch import apply_patch
from local_azure.cosmos.resource_ids import document_rid
from local_azure.cosmos.sql.parse import parse
from local_azure.cosmos.sql.plan import Plan
from local_azure.cosmos.store import Store

MAX_DOCUMENT_BYTES = 2 * 1024 * 1024

_SYSTEM_PROPERTIES = frozenset({"_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"})


@dataclass(frozen=True, slots=True)
class Conditions:
    """The entity tags of If-Match and If-None-Match, or None where they are not given."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, current: StoredDocument | None) -> None:
        """Raises PreconditionFailedError unless a write may go ahead."""
        etag = None if current is None else current.etag
        match = self.if_match is None or (etag is not None and self.if_match in ("*", etag))
        none_match = self.if_none_match is None or etag is None or self.if_none_match not in ("*", etag)
        if not match or not none_match:
            raise PreconditionFailedError("One of the specified pre-condition is not met.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation did. `body` is None where there is nothing to show (deleted, not modified)."""

    status: int
    body: dict[str, Any] | None = None
    text: str | None = None


class DocumentWriter:
    """Reads and writes the documents of one partition, within one transaction of the store."""

    def __init__(self, store: Store, container: Container, partition: Components, now: float) -> None:
        self._container = container
        self._partition = partition
        self._now = now
        self._table = DocumentTable(store, container, now)
        self._lsn: int | None = None
        self._step = 0

    def create(self, body: object) -> Outcome:
        """Raises ConflictError where the id is taken."""
        document = self._checked(body)
        if self._table.find(self._partition, document["id"]) is not None:
            raise ConflictError("Entity with the specified id already exists in the system.")
        return self._store_document(None, document)

    def upsert(self, body: object, conditions: Conditions) -> Outcome:
        """Creates or replaces."""
        document = self._checked(body)
        current = self._table.find(self._partition, document["id"])
        conditions.check(current)
        return self._store_document(current, document)

    def replace(self, document_id: str, body: object, conditions: Conditions) -> Outcome:
        """Raises NotFoundError where there is nothing to replace."""
        document = self._checked(body)
        if document["id"] != document_id:
            raise BadRequestError("The id of a document cannot be changed.")
        current = self._existing(document_id)
        conditions.check(current)
        return self._store_document(current, document)

    def patch(self, document_id: str, body: object, conditions: Conditions) -> Outcome:
        """Applies `{operations, condition}`. Raises PreconditionFailedError where the condition does not hold."""
        if not isinstance(body, dict):
            raise BadRequestError("A patch is an object with operations.")
        current = self._existing(document_id)
        conditions.check(current)
        condition = body.get("condition")
        if condition is not None and not _holds(condition, current.body):
            raise PreconditionFailedError("The patch condition is not met.")
        patched = apply_patch(current.body, body.get("operations"))
        for name in _SYSTEM_PROPERTIES:
            if patched.get(name) != current.body.get(name):
                raise BadRequestError(f"A patch cannot change the system property {name}.")
        if patched.get("id") != document_id:
            raise BadRequestError("The id of a document cannot be changed.")
        return self._store_document(current, self._checked(patched))

    def delete(self, document_id: str, conditions: Conditions) -> Outcome:
        """Raises NotFoundError where there is nothing to delete."""
        current = self._existing(document_id)
        conditions.check(current)
        self._next_stamp()
        self._table.delete(current.number)
        return Outcome(204)

    def read(self, document_id: str, conditions: Conditions) -> Outcome:
        """The document, or status 304 where the caller's copy is current."""
        current = self._existing(document_id)
        if conditions.if_none_match in ("*", current.etag):
            return Outcome(304)
        return Outcome(200, current.body, json_text.dump(current.body))

    def delete_partition(self) -> None:
        """Deletes every document of the partition."""
        self._next_stamp()
        self._table.delete_partition(self._partition)

    def _existing(self, document_id: str) -> StoredDocument:
        current = self._table.find(self._partition, document_id)
        if current is None:
            raise NotFoundError("Entity with the specified id does not exist in the system.")
        return current

    def _checked(self, body: object) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise BadRequestError("A document must be a JSON object.")
        document = {name: value for name, value in body.items() if name not in _SYSTEM_PROPERTIES}
        check_name(document.get("id"))
        if self._container.default_ttl is not None and document.get("ttl") is not None:
            check_ttl(document["ttl"])
        if self._container.partition_key.of_document(document) != self._partition:
            raise BadRequestError(
                "PartitionKey extracted from document doesn't match the one specified in the header.",
                PARTITION_KEY_MISMATCH,
            )
        return document

    def _store_document(self, current: StoredDocument | None, document: dict[str, Any]) -> Outcome:
        stamp = self._next_stamp()
        number = self._table.reserve_number(self._partition, document["id"]) if current is None else current.number
        rid = document_rid(self._container.database.number, self._container.number, number)
        document |= {
            "_rid": rid,
            "_self": f"{self._container.link}docs/{rid}/",
            "_etag": new_etag(),
            "_attachments": "attachments/",
            "_ts": stamp.timestamp,
        }
        text = json_text.dump(document)
        if len(text.encode()) > MAX_DOCUMENT_BYTES:
            raise PayloadTooLargeError
        self._table.put(number, self._partition, text, document, stamp)
        return Outcome(201 if current is None else 200, document, text)

    def _next_stamp(self) -> Stamp:
        if self._lsn is None:
            self._table.purge_expired()
            self._lsn = self._table.next_lsn()
        self._step += 1
        return Stamp(self._lsn, self._step, int(self._now))


def conditions_of(values: Mapping[str, Any], if_match: str, if_none_match: str) -> Conditions:
    """The conditions under those two names. Raises BadRequestError where one is not a string."""
    tags = [values.get(if_match), values.get(if_none_match)]
    if any(tag is not None and not isinstance(tag, str) for tag in tags):
        raise BadRequestError("An entity tag must be a string.")
    return Conditions(*tags)


def _holds(condition: object, document: dict[str, Any]) -> bool:
    if not isinstance(condition, str):
        raise BadRequestError("A patch condition must be a string.")
    plan = Plan(parse(f"SELECT * {condition}"), {})
    return any(True for _ in plan.rows([(0, document)]))
