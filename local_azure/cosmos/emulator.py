"""The emulator as one object."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from local_azure.cosmos.authorisation import decode_key
from local_azure.cosmos.faults import Fault, Faults
from local_azure.cosmos.server import build_app


class CosmosEmulator:
    """A Cosmos DB account on this machine, for the unmodified `azure-cosmos` SDK.

    `key` is the account's master key, in base64; ValueError is raised where it is not. `path` is the SQLite file
    that keeps the data, None for data that ends with the process.
    """

    def __init__(self, key: str, path: Path | None) -> None:
        self._key = decode_key(key)
        self._path = path
        self._faults = Faults()

    def app(self) -> web.Application:
        """The REST API as a web application; serve it once, and wait for its start before sending requests."""
        return build_app(self._path, self._key, self._faults)

    def inject_fault(self, fault: Fault) -> None:
        """Makes the next requests that match fail. Raises BadRequestError when too many faults wait."""
        self._faults.inject(fault)

    def clear_faults(self) -> None:
        """Forgets every fault."""
        self._faults.clear()

    def faults(self) -> list[Fault]:
        """The faults still to come, each with the count that is left."""
        return self._faults.pending()
