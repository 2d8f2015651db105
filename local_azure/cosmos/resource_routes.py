"""The routes of accounts, databases, containers and offers."""

from __future__ import annotations

from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.catalogue import Catalogue, Container, Database
from local_azure.cosmos.container_properties import check_name
from local_azure.cosmos.errors import PreconditionFailedError
from local_azure.cosmos.exchange import Request, Response, json_response
from local_azure.cosmos.offers import DEFAULT_THROUGHPUT, Offers, requested_content
from local_azure.cosmos.queries import QueryRequest, query_resources
from local_azure.cosmos.query_scope import RANGE_END, RANGE_ID, RANGE_START
from local_azure.cosmos.store import Store

_RANGES_ETAG = '"1"'


def is_query(request: Request) -> bool:
    """Whether a POST asks rather than creates."""
    content_type = request.headers.get("Content-Type", "")
    return request.flag("x-ms-documentdb-isquery") or content_type.startswith("application/query+json")


class ResourceRoutes:
    """Everything but documents."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.catalogue = Catalogue(store)
        self._offers = Offers(store, self.catalogue)

    def account(self, request: Request) -> Response:
        """The account: one region, which is this process."""
        location = {"name": "Local", "databaseAccountEndpoint": f"http://{request.host}/"}
        return json_response(
            {
                "id": "local",
                "_rid": "local",
                "_self": "",
                "_dbs": "//dbs/",
                "writableLocations": [location],
                "readableLocations": [location],
                "enableMultipleWriteLocations": False,
                "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
            }
        )

    def databases(self, request: Request) -> Response:
        """Lists, queries or creates databases."""
        if request.method == "GET" or is_query(request):
            shown = [database.to_json() for database in self.catalogue.databases()]
            return _feed("Databases", "", shown, request)
        name = check_name(json_text.parse_object(request.body).get("id"))
        with self._store.transaction():
            database = self.catalogue.create_database(name, request.now)
            self._add_offer(database, request, default=None)
        return json_response(database.to_json(), 201, {"etag": database.etag})

    def database(self, request: Request, database: Database) -> Response:
        """Reads or deletes a database."""
        if request.method == "GET":
            return json_response(database.to_json(), headers={"etag": database.etag})
        _check_match(request, database.etag)
        self.catalogue.delete_database(database)
        return Response(204)

    def containers(self, request: Request, database: Database) -> Response:
        """Lists, queries or creates containers."""
        if request.method == "GET" or is_query(request):
            shown = [container.to_json() for container in self.catalogue.containers(database)]
            return _feed("DocumentCollections", database.rid, shown, request)
        body = json_text.parse_object(request.body)
        with self._store.transaction():
            container = self.catalogue.create_container(database, body, request.now)
            self._add_offer(container, request, default={"offerThroughput": DEFAULT_THROUGHPUT})
        return json_response(container.to_json(), 201, {"etag": container.etag})

    def container(self, request: Request, container: Container) -> Response:
        """Reads, replaces or deletes a container."""
        if request.method != "GET":
            _check_match(request, container.etag)
        if request.method == "DELETE":
            self.catalogue.delete_container(container)
            return Response(204)
        if request.method == "PUT":
            body = json_text.parse_object(request.body)
            container = self.catalogue.replace_container(container, body, request.now)
        return json_response(container.to_json(), headers={"etag": container.etag})

    def partition_key_ranges(self, request: Request, container: Container) -> Response:
        """The one range that holds everything; 304 for a reader who knows it."""
        headers = {"etag": _RANGES_ETAG}
        if request.headers.get("If-None-Match") == _RANGES_ETAG:
            return Response(304, headers=headers)
        only = {
            "id": RANGE_ID,
            "_rid": container.rid,
            "minInclusive": RANGE_START,
            "maxExclusive": RANGE_END,
            "parents": [],
            "status": "online",
        }
        return json_response({"_rid": container.rid, "PartitionKeyRanges": [only], "_count": 1}, headers=headers)

    def offers(self, request: Request) -> Response:
        """Lists or queries offers."""
        return _feed("Offers", "", self._offers.all(), request)

    def offer(self, request: Request, rid: str) -> Response:
        """Reads or replaces an offer."""
        if request.method == "GET":
            return json_response(self._offers.get(rid))
        return json_response(self._offers.replace(rid, json_text.parse_object(request.body), request.now))

    def _add_offer(self, owner: Database | Container, request: Request, default: dict[str, Any] | None) -> None:
        headers = request.headers
        asked = requested_content(
            headers.get("x-ms-offer-throughput"), headers.get("x-ms-cosmos-offer-autopilot-settings")
        )
        content = asked or default
        if content is not None:
            self._offers.add(owner, content, request.now)


def _feed(name: str, rid: str, resources: list[dict[str, Any]], request: Request) -> Response:
    rows: list[Any] = resources
    if request.method == "POST":
        rows = query_resources(resources, QueryRequest.from_json(json_text.parse(request.body)))
    return json_response({"_rid": rid, name: rows, "_count": len(rows)})


def _check_match(request: Request, etag: str) -> None:
    if request.headers.get("If-Match", "*") not in ("*", etag):
        raise PreconditionFailedError("One of the specified pre-condition is not met.")
