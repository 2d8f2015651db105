"""`python -m sfu_container --workers N`: several nodes under one supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from sfu_container.exit_code import ExitCode
from sfu_container.retire import RETIRE
from tests.integration.sfu_container.harness import ControlPlaneStub, EmulatorHost, listen, service_client
from tests.integration.sfu_container.processes import health, node_process
from tests.support.platform import free_port_row
from tests.support.waiting import eventually

SECONDS = 60


@pytest.fixture
async def control_plane() -> AsyncIterator[tuple[ControlPlaneStub, str]]:
    """A control plane and its URL."""
    signalling = EmulatorHost()
    await signalling.start()
    service = service_client(signalling)
    stub = ControlPlaneStub(service)
    runner, url = await listen(stub.app())
    yield stub, url
    await service.close()
    await runner.cleanup()
    await signalling.stop()


def two_workers_ports() -> dict[str, str]:
    media = free_port_row()
    return {"PARLEY_MEDIA_PORT": str(media), "PARLEY_HTTP_PORT": str(media + 2)}


def children_of(process: asyncio.subprocess.Process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    """Also orphans end as zombies where nobody asks after them."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "State:\tZ" not in status


async def node_of(environment: dict[str, str], number: int) -> str | None:
    """The id of the node behind a worker's HTTP port, once it is registered."""
    answer = await health(environment, number)
    return str(answer["node"]) if answer is not None and answer["registered"] else None


async def test_each_worker_is_a_node_of_its_own_that_is_started_again_when_it_dies(
    control_plane: tuple[ControlPlaneStub, str],
) -> None:
    stub, url = control_plane
    settings = {"PARLEY_CONTROL_URL": url, **two_workers_ports()}
    async with node_process("--workers", "2", **settings) as (supervisor, environment):
        first, second = [
            await eventually(partial(node_of, environment, number), "a worker registers", within=SECONDS)
            for number in range(2)
        ]
        media = int(environment["PARLEY_MEDIA_PORT"])
        assert {(node, report.address.port) for node, report in stub.reports} == {(first, media), (second, media + 1)}
        killed, survivor = children_of(supervisor)
        os.kill(killed, signal.SIGKILL)

        async def is_whole_again() -> bool:
            nodes = {await node_of(environment, number) for number in range(2)}
            return None not in nodes and len(nodes & {first, second}) == 1

        await eventually(is_whole_again, "the killed worker is back as a new node", within=SECONDS)
        processes = children_of(supervisor)
        assert survivor in processes
        nodes = {await node_of(environment, number) for number in range(2)}

        supervisor.send_signal(RETIRE)
        await eventually(
            lambda: {node for node, report in stub.reports if report.retiring} == nodes, "both retire", within=SECONDS
        )
        assert [(await health(environment, number) or {})["status"] for number in range(2)] == ["retiring", "retiring"]

        supervisor.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(supervisor.communicate(), SECONDS)
    assert supervisor.returncode == ExitCode.OK
    assert not any(is_running(pid) for pid in processes)
    assert {node for node, report in stub.reports if report.draining} == nodes, "both said goodbye"
    assert b"died (exit code -9); it starts again" in log
    assert b"Traceback" not in log


async def test_ctrl_c_ends_all_workers_in_order() -> None:
    async with node_process("--workers", "2", **two_workers_ports()) as (supervisor, environment):
        for number in range(2):
            await eventually(partial(health, environment, number), "a worker answers", within=SECONDS)
        supervisor.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(supervisor.wait(), SECONDS) == ExitCode.OK
        assert [await health(environment, number) for number in range(2)] == [None, None]


async def test_workers_end_with_a_supervisor_that_is_killed() -> None:
    async with node_process("--workers", "2", **two_workers_ports()) as (supervisor, environment):
        for number in range(2):
            await eventually(partial(health, environment, number), "a worker answers", within=SECONDS)
        workers = children_of(supervisor)
        assert len(workers) == 2
        supervisor.kill()

        async def are_gone() -> bool:
            return not any(is_running(pid) for pid in workers)

        await eventually(are_gone, "the workers end", within=SECONDS)


async def test_a_worker_whose_supervisor_died_before_it_began_does_not_begin() -> None:
    async with node_process("--supervisor", "1") as (orphan, environment):
        _, log = await asyncio.wait_for(orphan.communicate(), SECONDS)
        assert await health(environment) is None
    assert orphan.returncode == ExitCode.CANNOT_START
    assert b"the supervisor is gone" in log


async def test_when_one_worker_cannot_start_none_stays() -> None:
    settings = two_workers_ports()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", int(settings["PARLEY_MEDIA_PORT"]) + 1))
        async with node_process("--workers", "2", **settings) as (supervisor, environment):
            _, log = await asyncio.wait_for(supervisor.communicate(), SECONDS)
            assert await health(environment) is None
    assert supervisor.returncode == ExitCode.CANNOT_START
    assert b"worker 1 cannot start" in log
    assert b"Traceback" not in log


@pytest.mark.parametrize(
    ("arguments", "changes", "complaint"),
    [
        (["--workers", "0"], {}, b"at least one worker"),
        (["--workers", "many"], {}, b"invalid"),
        (["--workers", "3"], {"PARLEY_MEDIA_PORT": "65534"}, b"above 65535"),
        (["--workers", "2"], {"PARLEY_MEDIA_PORT": "8083", "PARLEY_HTTP_PORT": "8084"}, b"overlap"),
    ],
)
async def test_workers_that_cannot_be_are_a_clear_error(
    arguments: list[str], changes: dict[str, str], complaint: bytes
) -> None:
    async with node_process(*arguments, **changes) as (process, _):
        _, log = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == ExitCode.WRONG_SETTINGS
    assert complaint in log
    assert b"Traceback" not in log
