"""The emulator as a process: what it keeps over a restart, and how it starts and stops."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey, exceptions

from tests.contract.cosmos.emulator_process import KEY, ROOT, run_as_process


@contextmanager
def container_at(endpoint: str) -> Iterator[ContainerProxy]:
    with CosmosClient(endpoint, KEY) as client:
        database = client.create_database_if_not_exists("d")
        yield database.create_container_if_not_exists(
            "c",
            partition_key=PartitionKey(path="/tenantId"),
            unique_key_policy={"uniqueKeys": [{"paths": ["/email"]}]},
            default_ttl=-1,
        )


def feed(container: ContainerProxy, **options: Any) -> tuple[list[str], str]:
    ids = [item["id"] for item in container.query_items_change_feed(**options)]
    return ids, container.client_connection.last_response_headers["etag"]


def test_a_restart_keeps_items_etags_and_the_place_in_the_change_feed(tmp_path: Path) -> None:
    data = tmp_path / "state" / "cosmos.db"
    with run_as_process(data) as (endpoint, _), container_at(endpoint) as container:
        item = container.create_item({"id": "a", "tenantId": "t", "email": "e"})
        _, token = feed(container, start_time="Beginning")
        container.create_item({"id": "b", "tenantId": "t", "email": "f"})
    with run_as_process(data) as (endpoint, _), container_at(endpoint) as container:
        assert container.read_item("a", "t") == item
        assert feed(container, continuation=token)[0] == ["b"]
        container.create_item({"id": "c", "tenantId": "t", "email": "g"})
        assert feed(container, continuation=token)[0] == ["b", "c"]
        guard = {"etag": item["_etag"], "match_condition": MatchConditions.IfNotModified}
        container.replace_item("a", {"id": "a", "tenantId": "t", "email": "e", "n": 2}, **guard)
        with pytest.raises(exceptions.CosmosResourceExistsError):
            container.create_item({"id": "d", "tenantId": "t", "email": "e"})


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "cosmos.db"
    with run_as_process(data) as (endpoint, process), container_at(endpoint) as container:
        for number in range(20):
            container.create_item({"id": f"i{number}", "tenantId": "t", "email": str(number)})
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    with run_as_process(data) as (endpoint, _), container_at(endpoint) as container:
        assert len(list(container.query_items("SELECT * FROM c", partition_key="t"))) == 20


def test_the_file_is_in_write_ahead_mode(tmp_path: Path) -> None:
    data = tmp_path / "cosmos.db"
    with run_as_process(data) as (endpoint, _), container_at(endpoint):
        pass
    connection = sqlite3.connect(data)
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


async def test_health_needs_no_key(tmp_path: Path) -> None:
    with run_as_process(tmp_path / "cosmos.db") as (endpoint, _):
        async with aiohttp.ClientSession() as session, session.get(f"{endpoint}/_emulator/health") as answer:
            assert answer.status == 200


def test_a_terminated_process_ends_cleanly(tmp_path: Path) -> None:
    with run_as_process(tmp_path / "cosmos.db") as (_, process):
        process.terminate()
        assert process.wait(timeout=30) == 0


def start_and_fail(*arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_azure.cosmos", *arguments],
        cwd=ROOT,
        env={**os.environ, "PARLEY_COSMOS_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with run_as_process(tmp_path / "cosmos.db") as (endpoint, _):
        port = endpoint.rpartition(":")[2]
        failed = start_and_fail("--port", port)
    assert failed.returncode == 1
    assert f"127.0.0.1:{port}" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("key", ["", "not base64!"])
def test_a_key_that_is_none_stops_the_start(key: str) -> None:
    failed = start_and_fail("--port", "0", key=key)
    assert failed.returncode == 2
    assert failed.stderr.startswith("PARLEY_COSMOS_KEY: ")


def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    data = tmp_path / "cosmos.db"
    data.write_text("this is no SQLite file, and long enough for SQLite to look at its header " * 20)
    failed = start_and_fail("--port", "0", "--data", str(data))
    assert failed.returncode == 1
    assert str(data) in failed.stderr
    assert "Traceback" not in failed.stderr


def test_memory_stays_bounded_over_many_large_requests(tmp_path: Path) -> None:
    with run_as_process(tmp_path / "cosmos.db") as (endpoint, process), container_at(endpoint) as container:
        text = "x" * 1_000_000
        container.upsert_item({"id": "warm", "tenantId": "t", "email": "0", "text": text})
        before = _resident_kilobytes(process.pid)
        for number in range(30):
            container.upsert_item({"id": "a", "tenantId": "t", "email": "1", "text": text, "n": number})
        list(container.query_items("SELECT * FROM c", partition_key="t"))
        assert _resident_kilobytes(process.pid) - before < 64 * 1024


def _resident_kilobytes(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])
