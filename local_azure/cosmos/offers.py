"""Offers: the throughput of a database or container, kept and shown but not enforced."""

from __future__ import annotations

import json
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.catalogue import Catalogue, Container, Database, new_etag
from local_azure.cosmos.errors import BadRequestError, NotFoundError
from local_azure.cosmos.resource_ids import offer_rid
from local_azure.cosmos.store import Store

# What the service gives a container whose creator asks for nothing.
DEFAULT_THROUGHPUT = 400
_MAX_THROUGHPUT = 1_000_000


def requested_content(throughput: str | None, autoscale: str | None) -> dict[str, Any] | None:
    """The content of an offer, from the headers of a create request; None where they ask for none.

    Raises BadRequestError where they make no sense.
    """
    if autoscale is not None:
        settings = json_text.parse_object(autoscale.encode("utf-8", "surrogateescape"))
        maximum = _throughput(settings.get("maxThroughput"))
        return {"offerThroughput": maximum // 10, "offerAutopilotSettings": settings}
    if throughput is None:
        return None
    if not (throughput.isascii() and throughput.isdigit() and len(throughput) < 10):
        raise BadRequestError("x-ms-offer-throughput must be a whole number.")
    return {"offerThroughput": _throughput(int(throughput))}


def _throughput(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not DEFAULT_THROUGHPUT <= value <= _MAX_THROUGHPUT:
        raise BadRequestError(f"Throughput must be from {DEFAULT_THROUGHPUT} to {_MAX_THROUGHPUT}.")
    return value


class Offers:
    """The offers of a store."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    def add(self, owner: Database | Container, content: dict[str, Any], now: float) -> None:
        """Gives a new database or container its offer."""
        column = "database" if isinstance(owner, Database) else "container"
        self._store.execute(
            f"INSERT INTO offers ({column}, content, etag, timestamp) VALUES (?, ?, ?, ?)",  # noqa: S608 - no input
            (owner.number, json_text.dump(content), new_etag(), int(now)),
        )

    def all(self) -> list[dict[str, Any]]:
        """Every offer as the API shows it."""
        databases = {database.number: database for database in self._catalogue.databases()}
        containers = {c.number: c for d in databases.values() for c in self._catalogue.containers(d)}
        shown = []
        rows = self._store.execute("SELECT number, database, container, content, etag, timestamp FROM offers")
        for number, database, container, content, etag, timestamp in rows:
            owner = containers[container].to_json() if database is None else databases[database].to_json()
            rid = offer_rid(number)
            shown.append(
                {
                    "id": rid,
                    "_rid": rid,
                    "_self": f"offers/{rid}/",
                    "_etag": etag,
                    "_ts": timestamp,
                    "resource": owner["_self"],
                    "offerResourceId": owner["_rid"],
                    "offerType": "Invalid",
                    "offerVersion": "V2",
                    "content": json.loads(content),
                }
            )
        return shown

    def get(self, rid: str) -> dict[str, Any]:
        """Raises NotFoundError."""
        found = next((offer for offer in self.all() if offer["_rid"] == rid), None)
        if found is None:
            raise NotFoundError
        return found

    def replace(self, rid: str, body: dict[str, Any], now: float) -> dict[str, Any]:
        """Changes the throughput. Raises NotFoundError, BadRequestError."""
        self.get(rid)
        content = body.get("content")
        if not isinstance(content, dict):
            raise BadRequestError("An offer holds its throughput in content.")
        _throughput(content.get("offerThroughput", DEFAULT_THROUGHPUT))
        numbers = {offer_rid(number): number for (number,) in self._store.execute("SELECT number FROM offers")}
        self._store.execute(
            "UPDATE offers SET content = ?, etag = ?, timestamp = ? WHERE number = ?",
            (json_text.dump(content), new_etag(), int(now), numbers[rid]),
        )
        return self.get(rid)
