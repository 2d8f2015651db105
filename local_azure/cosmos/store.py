"""The SQLite file that keeps everything, and its schema.

A connection belongs to one thread (see `server.py`), so there are no locks here. What has been answered survives
the end of this process, however sudden. `synchronous=NORMAL` does not wait for the disk at every commit, so a machine
that loses its power may lose the last seconds, and never more: waiting for it was half of the work here in a join.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE databases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    etag TEXT NOT NULL,
    timestamp INTEGER NOT NULL
);
CREATE TABLE containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    database INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    id TEXT NOT NULL,
    properties TEXT NOT NULL,
    etag TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    lsn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (database, id)
);
CREATE TABLE offers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    database INTEGER REFERENCES databases ON DELETE CASCADE,
    container INTEGER REFERENCES containers ON DELETE CASCADE,
    content TEXT NOT NULL,
    etag TEXT NOT NULL,
    timestamp INTEGER NOT NULL
);
CREATE INDEX offers_by_database ON offers (database);
CREATE INDEX offers_by_container ON offers (container);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    container INTEGER NOT NULL REFERENCES containers ON DELETE CASCADE,
    partition TEXT NOT NULL,
    effective TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    etag TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    expires INTEGER,
    lsn INTEGER NOT NULL,
    step INTEGER NOT NULL
);
CREATE UNIQUE INDEX documents_by_key ON documents (container, partition, id);
CREATE INDEX documents_by_partition ON documents (container, partition, number);
CREATE INDEX documents_by_effective ON documents (container, effective);
CREATE INDEX documents_by_container ON documents (container, number);
CREATE INDEX documents_by_change ON documents (container, lsn, step);
CREATE INDEX documents_by_expiry ON documents (container, expires) WHERE expires IS NOT NULL;
CREATE TABLE unique_values (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    container INTEGER NOT NULL,
    partition TEXT NOT NULL,
    constraint_number INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (container, partition, constraint_number, value)
);
CREATE INDEX unique_values_by_document ON unique_values (document);
"""


class StoreError(Exception):
    """The file cannot be used; the message names it."""


class Store:
    """An open SQLite file, or a database in memory where the path is None.

    Raises StoreError if the file cannot be opened, is no SQLite file, or was written with another schema.
    """

    def __init__(self, path: Path | None) -> None:
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot open {path}: {error}") from error
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"cannot use {path}: {error}") from error

    def _prepare(self, path: Path | None) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            self._connection.close()
            raise StoreError(f"{path} was written by another version of the emulator (schema {version})")

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Runs one statement."""
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block is stored, or none of it if the block raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the file; the store is of no use afterwards."""
        self._connection.close()
