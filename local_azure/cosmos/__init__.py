"""A Cosmos DB (NoSQL API) emulator over HTTP, kept in SQLite."""

from local_azure.cosmos.emulator import CosmosEmulator
from local_azure.cosmos.faults import Fault

__all__ = ["CosmosEmulator", "Fault"]
