"""`python -m sfu_container` as a process."""

import asyncio
import signal
import socket
import time

import pytest

from sfu_container.exit_code import ExitCode
from tests.integration.sfu_container.harness import ControlPlaneStub, EmulatorHost, listen, service_client
from tests.integration.sfu_container.processes import health, node_process
from tests.support.waiting import eventually


async def test_a_node_waits_for_its_control_plane_and_says_goodbye_to_it() -> None:
    async with node_process() as (process, environment):
        first = await eventually(lambda: health(environment), "the node answers")
        assert first["status"] == "ok"
        assert (first["registered"], first["signalling"], first["peers"], first["sessions"]) == (False, False, 0, 0)
        signalling = EmulatorHost()
        await signalling.start()
        service = service_client(signalling)
        control_plane = ControlPlaneStub(service)
        port = int(environment["PARLEY_CONTROL_URL"].rsplit(":", 1)[1])
        runner, _ = await listen(control_plane.app(), port)
        try:

            async def ready() -> bool:
                now = await health(environment)
                return now is not None and now["registered"] and now["signalling"]

            await eventually(ready, "the node is registered and connected")
            node, report = control_plane.reports[0]
            assert node == first["node"]
            assert report.address.port == int(environment["PARLEY_MEDIA_PORT"])
            assert not report.listening
            await eventually(lambda: control_plane.reports[-1][1].listening, "it says that it listens")
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
            assert time.monotonic() - begun < 5
            assert control_plane.reports[-1][1].draining
        finally:
            await service.close()
            await runner.cleanup()
            await signalling.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_node_without_a_control_plane_ends_in_time(number: signal.Signals) -> None:
    async with node_process() as (process, environment):
        await eventually(lambda: health(environment), "the node answers")
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_a_taken_media_port_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with node_process(PARLEY_MEDIA_PORT=str(port)) as (process, _):
            _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == ExitCode.CANNOT_START
    assert b"could not start" in errors
    assert b"Traceback" not in errors


async def test_wrong_settings_are_a_clear_error() -> None:
    async with node_process(PARLEY_ENVIRONMENT="prod", PARLEY_SERVICE_KEY="tiny") as (process, _):
        _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == ExitCode.WRONG_SETTINGS
    assert b"PARLEY_SERVICE_KEY" in errors
    assert b"tiny" not in errors
    assert b"Traceback" not in errors
