"""Scoped reads go through an index; they do not look at other partitions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from local_azure.cosmos.catalogue import Catalogue, Container
from local_azure.cosmos.document_table import DocumentTable, Selection
from local_azure.cosmos.documents import DocumentWriter
from local_azure.cosmos.partition_keys import PartitionKeyDefinition
from local_azure.cosmos.queries import QueryRequest, query_documents
from local_azure.cosmos.store import Store

PATHS = ["/tenantId", "/meetingId"]


class ExplainingStore(Store):
    """Keeps SQLite's plan of each statement it runs."""

    def __init__(self) -> None:
        super().__init__(None)
        self.plans: list[str] = []

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        rows = super().execute(f"EXPLAIN QUERY PLAN {statement}", values)
        self.plans.append("; ".join(row[3] for row in rows))
        return super().execute(statement, values)


@pytest.fixture
def store() -> Iterator[ExplainingStore]:
    store = ExplainingStore()
    yield store
    store.close()


@pytest.fixture
def container(store: ExplainingStore) -> Container:
    catalogue = Catalogue(store)
    database = catalogue.create_database("d", now=0)
    body = {"id": "c", "partitionKey": {"paths": PATHS, "kind": "MultiHash"}}
    container = catalogue.create_container(database, body, now=0)
    for tenant in ("t1", "t2"):
        for meeting in ("m1", "m2"):
            writer = DocumentWriter(store, container, (tenant, meeting), now=0)
            writer.create({"id": "a", "tenantId": tenant, "meetingId": meeting})
    store.plans.clear()
    return container


def test_a_whole_key_uses_the_index_of_partitions(store: ExplainingStore, container: Container) -> None:
    table = DocumentTable(store, container, now=0)
    assert len(list(table.scan(Selection(partition=("t1", "m1"))))) == 1
    assert "documents_by_partition (container=? AND partition=?" in store.plans[-1]


def test_a_key_with_an_id_is_a_point_read(store: ExplainingStore, container: Container) -> None:
    table = DocumentTable(store, container, now=0)
    assert table.find(("t1", "m1"), "a") is not None
    assert "documents_by_key (container=? AND partition=? AND id=?)" in store.plans[-1]


@pytest.mark.parametrize("condition", ["c.id = 'a'", "c.id IN ('a', 'b')", "c.tenantId != 't2' AND 'a' = c.id"])
def test_a_query_for_ids_looks_at_no_other_document(
    store: ExplainingStore, container: Container, condition: str
) -> None:
    request = QueryRequest(f"SELECT VALUE c.id FROM c WHERE {condition}", {})
    headers = {"x-ms-documentdb-partitionkey": '["t1", "m1"]'}
    page = query_documents(DocumentTable(store, container, now=0), container, request, headers, b"key")
    assert page.texts == ['"a"']
    assert "documents_by_key (container=? AND partition=? AND id=?" in store.plans[-1]


def test_a_prefix_of_a_key_uses_the_index_of_effective_keys(store: ExplainingStore, container: Container) -> None:
    prefix = PartitionKeyDefinition((("tenantId",), ("meetingId",))).effective(("t1",))
    table = DocumentTable(store, container, now=0)
    found = list(table.scan(Selection(effective_range=(prefix, prefix + "FF"))))
    assert {document["tenantId"] for _, document in found} == {"t1"}
    assert "documents_by_effective (container=? AND effective>? AND effective<?" in store.plans[-1]


def test_the_change_feed_reads_on_from_its_place(store: ExplainingStore, container: Container) -> None:
    table = DocumentTable(store, container, now=0)
    assert [lsn for lsn, _ in table.changes(Selection(), after_lsn=2, since=0)] == [3, 4]
    assert "documents_by_change (container=? AND lsn>?" in store.plans[-1]
