"""The account that the conformance suite runs against.

By default that is the emulator, started here. To run the same tests against Microsoft's emulator or a real account,
set PARLEY_COSMOS_CONFORMANCE_ENDPOINT and PARLEY_COSMOS_CONFORMANCE_KEY. `test_emulator_only*.py` always uses ours.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey

from tests.contract.cosmos.emulator_process import KEY, run_in_thread

ContainerFactory = Callable[..., ContainerProxy]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A local emulator of Microsoft's has a certificate that nobody vouches for, which clients warn about."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Unverified HTTPS request"))


@dataclass(frozen=True)
class Account:
    """Where the tested service is and how to sign in."""

    endpoint: str
    key: str

    def client_options(self) -> dict[str, Any]:
        """What both clients need to reach it. A local emulator signs its own certificate."""
        is_local = urlsplit(self.endpoint).hostname in ("localhost", "127.0.0.1")
        return {"connection_verify": not is_local}


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    endpoint = os.environ.get("PARLEY_COSMOS_CONFORMANCE_ENDPOINT")
    if endpoint:
        yield Account(endpoint, os.environ["PARLEY_COSMOS_CONFORMANCE_KEY"])
        return
    with run_in_thread() as running:
        yield Account(running.endpoint, KEY)


@pytest.fixture(scope="session")
def client(account: Account) -> Iterator[CosmosClient]:
    with CosmosClient(account.endpoint, account.key, **account.client_options()) as client:
        yield client


@pytest.fixture(scope="session")
def database(client: CosmosClient) -> Iterator[DatabaseProxy]:
    name = f"conformance-{uuid.uuid4().hex[:12]}"
    database = client.create_database(name)
    yield database
    client.delete_database(name)


@pytest.fixture
def create_container(database: DatabaseProxy) -> Iterator[ContainerFactory]:
    """Makes containers that are gone after the test; the partition key is /tenantId unless another is given."""
    names: list[str] = []

    def create(*paths: str, **options: Any) -> ContainerProxy:
        names.append(f"c-{uuid.uuid4().hex[:12]}")
        first, *others = paths or ("/tenantId",)
        key = PartitionKey(path=[first, *others], kind="MultiHash") if others else PartitionKey(path=first, kind="Hash")
        created: ContainerProxy = database.create_container(names[-1], partition_key=key, **options)
        return created

    yield create
    for name in names:
        database.delete_container(name)


@pytest.fixture
def container(create_container: ContainerFactory) -> ContainerProxy:
    return create_container()
