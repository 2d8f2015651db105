"""From a request to its answer: check the key, strike if a fault waits, find the route, shape the failure.

The gateway does no I/O but SQLite's, and all of it on the thread that made it.
"""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import replace

from local_azure.cosmos import json_text
from local_azure.cosmos.authorisation import authorise
from local_azure.cosmos.catalogue import Container
from local_azure.cosmos.document_routes import DocumentRoutes
from local_azure.cosmos.errors import (
    CONTAINER_RECREATED,
    BadRequestError,
    CosmosError,
    InjectedError,
    NotFoundError,
    PayloadTooLargeError,
    UnsupportedError,
)
from local_azure.cosmos.exchange import Request, Response, json_response
from local_azure.cosmos.faults import Faults
from local_azure.cosmos.resource_routes import ResourceRoutes
from local_azure.cosmos.sql.errors import QueryError
from local_azure.cosmos.store import Store

MAX_REQUEST_BYTES = 2 * 1024 * 1024

_log = logging.getLogger(__name__)
_UNSUPPORTED_KINDS = frozenset(
    {"sprocs", "triggers", "udfs", "users", "permissions", "conflicts", "clientencryptionkeys"}
)


class Gateway:
    """The REST API over a store."""

    def __init__(self, store: Store, key: bytes, faults: Faults) -> None:
        self._key = key
        self._faults = faults
        self._resources = ResourceRoutes(store)
        self._documents = DocumentRoutes(store, key)

    def answer(self, request: Request) -> Response:
        """The answer to any request. A failure that is nobody's fault but ours is logged, and answered with 500."""
        late_seconds = 0.0
        try:
            authorise(self._key, request.method, request.segments, request.headers)
            late_seconds = self._faults.strike(f"{request.method} /{'/'.join(request.segments)}")
            response = self._dispatch(request)
        except (CosmosError, QueryError) as error:
            response = error_response(error)
        except Exception:  # noqa: BLE001 - a bug in one request must not stop the others
            _log.exception("the Cosmos DB emulator failed on %s /%s", request.method, "/".join(request.segments))
            response = error_response(CosmosError("The emulator failed; see its log."))
        activity = request.headers.get("x-ms-activity-id") or str(uuid.uuid4())
        common = {"x-ms-activity-id": activity, "x-ms-request-charge": "1", "x-ms-gatewayversion": "version=2.14.0"}
        return replace(response, headers={**common, **response.headers}, late_seconds=late_seconds)

    def _dispatch(self, request: Request) -> Response:
        if len(request.body) > MAX_REQUEST_BYTES:
            raise PayloadTooLargeError
        resources, catalogue = self._resources, self._resources.catalogue
        match (request.method, *request.segments):
            case ("GET",):
                return resources.account(request)
            case ("GET" | "POST", "offers"):
                return resources.offers(request)
            case ("GET" | "PUT", "offers", rid):
                return resources.offer(request, rid)
            case ("GET" | "POST", "dbs"):
                return resources.databases(request)
            case ("GET" | "DELETE", "dbs", name):
                return resources.database(request, catalogue.database(name))
            case ("GET" | "POST", "dbs", name, "colls"):
                return resources.containers(request, catalogue.database(name))
            case (_, "dbs", name, "colls", container_name, *rest):
                container = catalogue.container(catalogue.database(name), container_name)
                return self._in_container(request, container, rest)
        return _refuse(request)

    def _in_container(self, request: Request, container: Container, rest: list[str]) -> Response:
        intended = request.headers.get("x-ms-cosmos-intended-collection-rid")
        if intended and intended != container.rid:
            raise BadRequestError("The container was deleted and created again.", CONTAINER_RECREATED)
        match (request.method, *rest):
            case ("GET" | "PUT" | "DELETE",):
                return self._resources.container(request, container)
            case ("GET", "pkranges"):
                return self._resources.partition_key_ranges(request, container)
            case ("POST", "operations", "partitionkeydelete"):
                return self._documents.delete_partition(request, container)
            case ("GET" | "POST", "docs"):
                return self._documents.collection(request, container)
            case ("GET" | "PUT" | "PATCH" | "DELETE", "docs", document_id):
                return self._documents.document(request, container, document_id)
        return _refuse(request)


def _refuse(request: Request) -> Response:
    if _UNSUPPORTED_KINDS.intersection(request.segments[::2]):
        raise UnsupportedError("This emulator has no server-side scripts, users, permissions or conflicts.")
    raise NotFoundError(f"There is no {request.method} at /{'/'.join(request.segments)[:200]}.")


def error_response(error: CosmosError | QueryError) -> Response:
    """The answer that the service gives for a failure."""
    if isinstance(error, QueryError):
        details = {"errors": [{"severity": "Error", "code": error.code, "message": str(error)}]}
        return json_response({"code": "BadRequest", "message": json.dumps(details)}, 400)
    headers = {} if error.substatus is None else {"x-ms-substatus": str(error.substatus)}
    if isinstance(error, InjectedError) and error.retry_after_ms is not None:
        headers["x-ms-retry-after-ms"] = str(error.retry_after_ms)
    return Response(error.status, json_text.dump({"code": error.code, "message": error.message}), headers)
