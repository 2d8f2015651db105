"""Databases, containers and offers: what there is, and under which names."""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local_azure.cosmos import json_text
from local_azure.cosmos.container_properties import complete, replaced
from local_azure.cosmos.errors import OWNER_NOT_FOUND, ConflictError, NotFoundError
from local_azure.cosmos.partition_keys import PartitionKeyDefinition, split_path
from local_azure.cosmos.resource_ids import container_rid, database_rid
from local_azure.cosmos.store import Store


def new_etag() -> str:
    """A fresh entity tag, quoted."""
    return f'"{uuid.uuid4()}"'


@dataclass(frozen=True, slots=True)
class Database:
    """A database; `number` is its place in the store."""

    number: int
    id: str
    etag: str
    timestamp: int

    @property
    def rid(self) -> str:
        """The resource id."""
        return database_rid(self.number)

    def to_json(self) -> dict[str, Any]:
        """The resource as the API shows it."""
        return {
            "id": self.id,
            "_rid": self.rid,
            "_self": f"dbs/{self.rid}/",
            "_etag": self.etag,
            "_colls": "colls/",
            "_users": "users/",
            "_ts": self.timestamp,
        }


@dataclass(frozen=True)
class Container:
    """A container; `properties` is what its creator set, completed with defaults."""

    number: int
    database: Database
    id: str
    properties: dict[str, Any]
    etag: str
    timestamp: int
    lsn: int

    @cached_property
    def rid(self) -> str:
        """The resource id."""
        return container_rid(self.database.number, self.number)

    @cached_property
    def link(self) -> str:
        """The `_self` link."""
        return f"dbs/{self.database.rid}/colls/{self.rid}/"

    @cached_property
    def partition_key(self) -> PartitionKeyDefinition:
        """Where the partition key is in a document."""
        return PartitionKeyDefinition.from_properties(self.properties["partitionKey"])

    @cached_property
    def unique_keys(self) -> list[list[tuple[str, ...]]]:
        """The paths of each unique key."""
        policy = self.properties.get("uniqueKeyPolicy") or {}
        return [[split_path(path) for path in key["paths"]] for key in policy.get("uniqueKeys", [])]

    @property
    def default_ttl(self) -> int | None:
        """Seconds, -1 for none unless a document sets its own, None where documents never expire."""
        return self.properties.get("defaultTtl")

    def to_json(self) -> dict[str, Any]:
        """The resource as the API shows it."""
        return {
            **self.properties,
            "_rid": self.rid,
            "_self": self.link,
            "_etag": self.etag,
            "_docs": "docs/",
            "_sprocs": "sprocs/",
            "_triggers": "triggers/",
            "_udfs": "udfs/",
            "_conflicts": "conflicts/",
            "_ts": self.timestamp,
        }


class Catalogue:
    """The databases and containers of a store. Names are looked up first, then resource ids."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def databases(self) -> list[Database]:
        """Every database, oldest first."""
        return [Database(*row) for row in self._store.execute("SELECT * FROM databases ORDER BY number")]

    def database(self, name: str) -> Database:
        """The database of that id or resource id. Raises NotFoundError."""
        row = self._store.execute("SELECT * FROM databases WHERE id = ?", (name,)).fetchone()
        if row is not None:
            return Database(*row)
        found = next((database for database in self.databases() if database.rid == name), None)
        if found is None:
            raise NotFoundError("Database not found.", OWNER_NOT_FOUND)
        return found

    def create_database(self, name: str, now: float) -> Database:
        """Raises ConflictError where the id is taken."""
        try:
            self._store.execute(
                "INSERT INTO databases (id, etag, timestamp) VALUES (?, ?, ?)", (name, new_etag(), int(now))
            )
        except sqlite3.IntegrityError:
            raise ConflictError("A database with that id already exists.") from None
        return self.database(name)

    def delete_database(self, database: Database) -> None:
        """Removes the database with all that is in it."""
        self._store.execute("DELETE FROM databases WHERE number = ?", (database.number,))

    def containers(self, database: Database) -> list[Container]:
        """The containers of a database, oldest first."""
        rows = self._store.execute(
            "SELECT number, id, properties, etag, timestamp, lsn FROM containers WHERE database = ? ORDER BY number",
            (database.number,),
        )
        return [_container(database, row) for row in rows]

    def container(self, database: Database, name: str) -> Container:
        """The container of that id or resource id. Raises NotFoundError."""
        row = self._store.execute(
            "SELECT number, id, properties, etag, timestamp, lsn FROM containers WHERE database = ? AND id = ?",
            (database.number, name),
        ).fetchone()
        if row is not None:
            return _container(database, row)
        found = next((container for container in self.containers(database) if container.rid == name), None)
        if found is None:
            raise NotFoundError("Container not found.", OWNER_NOT_FOUND)
        return found

    def create_container(self, database: Database, body: dict[str, Any], now: float) -> Container:
        """Raises BadRequestError on properties that make no sense, ConflictError where the id is taken."""
        properties = complete(body)
        try:
            self._store.execute(
                "INSERT INTO containers (database, id, properties, etag, timestamp) VALUES (?, ?, ?, ?, ?)",
                (database.number, properties["id"], json_text.dump(properties), new_etag(), int(now)),
            )
        except sqlite3.IntegrityError:
            raise ConflictError("A container with that id already exists.") from None
        return self.container(database, properties["id"])

    def replace_container(self, container: Container, body: dict[str, Any], now: float) -> Container:
        """Raises BadRequestError if what cannot change would. Documents get the expiry of the new default."""
        properties = replaced(container.properties, body)
        with self._store.transaction():
            self._store.execute(
                "UPDATE containers SET properties = ?, etag = ?, timestamp = ? WHERE number = ?",
                (json_text.dump(properties), new_etag(), int(now), container.number),
            )
            self._reset_expiry(container, properties.get("defaultTtl"))
        return self.container(container.database, container.id)

    def _reset_expiry(self, container: Container, default_ttl: int | None) -> None:
        lifetime = "NULL" if default_ttl is None else "nullif(coalesce(json_extract(body, '$.ttl'), ?), -1)"
        values = () if default_ttl is None else (default_ttl,)
        self._store.execute(
            f"UPDATE documents SET expires = timestamp + {lifetime} WHERE container = ?",  # noqa: S608 - no input in it
            (*values, container.number),
        )

    def delete_container(self, container: Container) -> None:
        """Removes the container with its documents."""
        self._store.execute("DELETE FROM containers WHERE number = ?", (container.number,))


def _container(database: Database, row: tuple[int, str, str, str, int, int]) -> Container:
    number, name, properties, etag, timestamp, lsn = row
    return Container(number, database, name, json.loads(properties), etag, timestamp, lsn)
