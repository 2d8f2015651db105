"""Failures on demand: what only the emulator can do."""

from __future__ import annotations

import time
from collections.abc import Iterator

import aiohttp
import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey, exceptions

from local_azure.cosmos import Fault
from tests.contract.cosmos.emulator_process import KEY, RunningEmulator, run_in_thread

DOCUMENTS = "POST /dbs/d/colls/c/docs"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningEmulator]:
    with run_in_thread() as running:
        yield running


@pytest.fixture
def container(running: RunningEmulator) -> Iterator[ContainerProxy]:
    with CosmosClient(running.endpoint, KEY) as client:
        database = client.create_database_if_not_exists("d")
        yield database.create_container_if_not_exists("c", partition_key=PartitionKey(path="/tenantId"))
    running.emulator.clear_faults()


def test_the_sdk_retries_a_throttled_request(running: RunningEmulator, container: ContainerProxy) -> None:
    running.emulator.inject_fault(Fault(status=429, count=2, retry_after_ms=1, match=DOCUMENTS))
    assert container.upsert_item({"id": "a", "tenantId": "t"})["id"] == "a"


def test_throttling_that_lasts_reaches_the_caller(running: RunningEmulator, container: ContainerProxy) -> None:
    running.emulator.inject_fault(Fault(status=429, count=1000, retry_after_ms=1, match=DOCUMENTS))
    with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
        container.upsert_item({"id": "a", "tenantId": "t"})
    assert (caught.value.status_code, caught.value.sub_status) == (429, 3200)


def test_a_fault_leaves_other_requests_alone(running: RunningEmulator, container: ContainerProxy) -> None:
    container.upsert_item({"id": "b", "tenantId": "t"})
    running.emulator.inject_fault(Fault(status=429, count=1000, match=DOCUMENTS))
    assert container.read_item("b", "t")["id"] == "b"


def test_a_fault_may_leave_the_first_requests_alone(running: RunningEmulator, container: ContainerProxy) -> None:
    running.emulator.inject_fault(Fault(status=418, match=DOCUMENTS, skip=1))
    container.upsert_item({"id": "c", "tenantId": "t"})
    with pytest.raises(exceptions.CosmosHttpResponseError):
        container.upsert_item({"id": "d", "tenantId": "t"})
    container.upsert_item({"id": "d", "tenantId": "t"})


def test_a_late_answer_is_to_a_request_that_was_done(running: RunningEmulator, container: ContainerProxy) -> None:
    running.emulator.inject_fault(Fault(late_ms=300, match=DOCUMENTS))
    began = time.monotonic()
    container.upsert_item({"id": "e", "tenantId": "t"})
    assert time.monotonic() - began >= 0.3
    assert container.read_item("e", "t")["id"] == "e"


async def test_faults_are_controlled_over_http(running: RunningEmulator, container: ContainerProxy) -> None:
    url = f"{running.endpoint}/_emulator/faults"
    async with aiohttp.ClientSession() as session:
        fault = {"status": 418, "count": 1, "retryAfterMs": None, "match": "GET /dbs/d/colls/c/docs"}
        fault |= {"skip": 0, "lateMs": None}
        async with session.post(url, json=fault) as answer:
            assert (answer.status, await answer.json()) == (201, fault)
        async with session.get(url) as answer:
            assert (await answer.json())["faults"] == [fault]
        with pytest.raises(exceptions.CosmosHttpResponseError) as caught:
            container.read_item("a", "t")
        assert caught.value.status_code == 418
        async with session.post(url, json={**fault, "count": 9}):
            pass
        async with session.delete(url) as answer:
            assert answer.status == 204
        async with session.get(url) as answer:
            assert (await answer.json())["faults"] == []


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        '{"status": 200}',
        '{"status": true}',
        '{"count": 0}',
        '{"retryAfterMs": -1}',
        '{"match": 1}',
        '{"skip": -1}',
        '{"lateMs": 600001}',
        '{"x": 1}',
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(running: RunningEmulator, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{running.endpoint}/_emulator/faults"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "BadRequest")


async def test_a_web_page_cannot_inject_a_fault(running: RunningEmulator) -> None:
    headers = {"Content-Type": "text/plain"}
    url = f"{running.endpoint}/_emulator/faults"
    async with aiohttp.ClientSession() as session, session.post(url, data="{}", headers=headers) as answer:
        assert answer.status == 400
    assert running.emulator.faults() == []


async def test_the_number_of_waiting_faults_is_bounded(running: RunningEmulator) -> None:
    url = f"{running.endpoint}/_emulator/faults"
    async with aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(101):
            async with session.post(url, json={"match": "nothing has this path"}) as answer:
                statuses.append(answer.status)
    running.emulator.clear_faults()
    assert statuses == [201] * 100 + [400]
