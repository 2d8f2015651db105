"""The routes of documents: points, feeds, queries, batches and the change feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from local_azure.cosmos import json_text
from local_azure.cosmos.batch import BatchRolledBackError, run_batch
from local_azure.cosmos.catalogue import Container
from local_azure.cosmos.change_feed import read_page, start_of
from local_azure.cosmos.charges import query_charge, read_charge, write_charge
from local_azure.cosmos.document_table import DocumentTable, Selection
from local_azure.cosmos.documents import DocumentWriter, Outcome, conditions_of
from local_azure.cosmos.errors import BadRequestError, UnsupportedError
from local_azure.cosmos.exchange import Request, Response, json_response
from local_azure.cosmos.partition_keys import Components
from local_azure.cosmos.queries import QueryRequest, page_size, query_documents
from local_azure.cosmos.query_scope import RANGE_ID, header_selection
from local_azure.cosmos.resource_routes import is_query
from local_azure.cosmos.store import Store

# A batch wraps each document in an operation, and the operations in a list.
_BATCH_NESTING = 3
_READ_FEED = QueryRequest("SELECT * FROM c", {})


class DocumentRoutes:
    """Documents; `key` signs continuation tokens."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._key = key

    def collection(self, request: Request, container: Container) -> Response:
        """GET lists or reads the change feed; POST creates, upserts, queries or runs a batch."""
        if request.method == "GET":
            return (
                self._changes(request, container) if "A-IM" in request.headers else self._read_feed(request, container)
            )
        if request.flag("x-ms-cosmos-is-query-plan-request"):
            raise UnsupportedError("This emulator answers queries itself and makes no query plans.")
        if is_query(request):
            query = QueryRequest.from_json(json_text.parse(request.body))
            return self._query(request, container, query, request.headers)
        if request.flag("x-ms-cosmos-is-batch-request"):
            return self._batch(request, container)
        return self._create(request, container)

    def document(self, request: Request, container: Container, document_id: str) -> Response:
        """GET reads, PUT replaces, PATCH patches, DELETE deletes."""
        conditions = conditions_of(request.headers, "If-Match", "If-None-Match")
        if request.method == "GET":
            return self._answer(request, container, self._writer(request, container).read(document_id, conditions))
        body = json_text.parse(request.body) if request.method in ("PUT", "PATCH") else None
        with self._store.transaction():
            writer = self._writer(request, container)
            if request.method == "PUT":
                outcome = writer.replace(document_id, body, conditions)
            elif request.method == "PATCH":
                outcome = writer.patch(document_id, body, conditions)
            else:
                outcome = writer.delete(document_id, conditions)
        return self._answer(request, container, outcome)

    def delete_partition(self, request: Request, container: Container) -> Response:
        """Deletes every document of the partition in the header."""
        with self._store.transaction():
            self._writer(request, container).delete_partition()
        return Response(200, headers=self._headers(request, container, write_charge(None)))

    def _create(self, request: Request, container: Container) -> Response:
        conditions = conditions_of(request.headers, "If-Match", "If-None-Match")
        body = json_text.parse(request.body)
        with self._store.transaction():
            writer = self._writer(request, container)
            if request.flag("x-ms-documentdb-is-upsert"):
                outcome = writer.upsert(body, conditions)
            else:
                outcome = writer.create(body)
        return self._answer(request, container, outcome)

    def _batch(self, request: Request, container: Container) -> Response:
        operations = json_text.parse(request.body, extra_nesting=_BATCH_NESTING)
        try:
            with self._store.transaction():
                results = run_batch(self._writer(request, container), operations)
        except BatchRolledBackError as error:
            headers = self._headers(request, container, write_charge(None))
            return json_response(error.results, error.status, headers)
        charge = sum(result["requestCharge"] for result in results)
        return json_response(results, headers=self._headers(request, container, charge))

    def _read_feed(self, request: Request, container: Container) -> Response:
        anywhere = {"x-ms-documentdb-query-enablecrosspartition": "true"}
        names = ("x-ms-documentdb-partitionkey", "x-ms-max-item-count", "x-ms-continuation")
        given = {name: request.headers[name] for name in names if name in request.headers}
        return self._query(request, container, _READ_FEED, {**given, **anywhere})

    def _query(
        self, request: Request, container: Container, query: QueryRequest, headers: Mapping[str, str]
    ) -> Response:
        table = DocumentTable(self._store, container, request.now)
        page = query_documents(table, container, query, headers, self._key)
        answer = self._headers(request, container, query_charge(page.scanned, len(page.texts)))
        if page.token is not None:
            answer["x-ms-continuation"] = page.token
        return _documents(container, page.texts, answer)

    def _changes(self, request: Request, container: Container) -> Response:
        if request.headers["A-IM"].lower() != "incremental feed":
            raise UnsupportedError("This emulator has the latest-version change feed only.")
        table = DocumentTable(self._store, container, request.now)
        current = table.current_lsn()
        start = start_of(request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"), current)
        selection = header_selection(request.headers, container.partition_key) or Selection()
        changes = table.changes(selection, start.lsn, start.since)
        page = read_page(changes, start, current, page_size(request.headers))
        headers = self._headers(request, container, query_charge(len(page.documents), len(page.documents)))
        headers["etag"] = f'"{page.lsn}"'
        if not page.documents:
            return Response(304, headers=headers)
        return _documents(container, map(json_text.dump, page.documents), headers)

    def _writer(self, request: Request, container: Container) -> DocumentWriter:
        return DocumentWriter(self._store, container, _partition(request, container), request.now)

    def _answer(self, request: Request, container: Container, outcome: Outcome) -> Response:
        is_read = request.method == "GET"
        headers = self._headers(request, container, (read_charge if is_read else write_charge)(outcome.text))
        if outcome.body is not None:
            headers["etag"] = outcome.body["_etag"]
        if not is_read and request.headers.get("Prefer", "").lower() == "return=minimal":
            return Response(outcome.status, headers=headers)
        return Response(outcome.status, outcome.text, headers)

    def _headers(self, request: Request, container: Container, charge: float) -> dict[str, str]:
        lsn = DocumentTable(self._store, container, request.now).current_lsn()
        return {
            "x-ms-request-charge": f"{charge:g}",
            "x-ms-session-token": f"0:-1#{lsn}",
            "x-ms-alt-content-path": f"dbs/{container.database.id}/colls/{container.id}",
            "x-ms-content-path": container.rid,
            # Without it the SDK asks for the ranges again before every request.
            "x-ms-documentdb-partitionkeyrangeid": RANGE_ID,
            "lsn": str(lsn),
        }


def _partition(request: Request, container: Container) -> Components:
    header = request.headers.get("x-ms-documentdb-partitionkey")
    if header is None:
        raise BadRequestError("The partition key header is missing.")
    components = container.partition_key.from_header(header)
    if len(components) != len(container.partition_key.paths):
        raise BadRequestError("The operation needs every level of the partition key.")
    return components


def _documents(container: Container, texts: Iterable[str], headers: Mapping[str, str]) -> Response:
    listed = list(texts)
    body = f'{{"_rid":{json_text.dump(container.rid)},"Documents":[{",".join(listed)}],"_count":{len(listed)}}}'
    return Response(200, body, {**headers, "x-ms-item-count": str(len(listed))})
