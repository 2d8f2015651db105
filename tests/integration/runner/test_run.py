"""The command `run`: up, watched, and down again without a trace."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from tests.integration.runner.conftest import Start, alive
from tests.support.platform import free_port_row
from tests.support.waiting import eventually


async def test_when_all_is_ready_it_prints_the_link_and_writes_the_state(start: Start) -> None:
    run = start()
    await run.until_ready()
    state = run.state()
    await run.until_logged(f"http://localhost:{run.port}/m/demo\n")
    assert state["url"] == f"http://localhost:{run.port}"
    assert state["apiKey"].startswith("parley_")
    assert set(state["ports"]) == {"http", "cosmos", "webpubsub", "media", "sfuHttp", "entra", "acs"}
    assert set(state["pids"]) == {"runner", "cosmos", "functions"}
    assert state["pids"]["runner"] == run.process.pid
    assert stat.S_IMODE((run.home / "state.json").stat().st_mode) == 0o600
    async with aiohttp.ClientSession() as session, session.get(state["url"]) as answer:
        assert await answer.text() == "healthy"


async def test_its_log_names_the_part_of_every_line_in_the_order_of_readiness(start: Start) -> None:
    run = start()
    await run.until_ready()
    log = run.log()
    assert f"cosmos    | listening on {run.port + 1}\n" in log
    assert log.index("cosmos    | listening") < log.index("bootstrap | made the demo") < log.index("functions | list")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_every_process_and_takes_the_state_away(start: Start, number: signal.Signals) -> None:
    run = start()
    await run.until_ready()
    pids = run.pids
    run.process.send_signal(number)
    assert await run.until_ended() == 0
    assert not [name for name, pid in pids.items() if alive(pid)]
    assert run.state() == {}
    assert "Traceback" not in run.log()


async def test_a_signal_while_it_starts_stops_it_too(start: Start) -> None:
    run = start()
    await run.until_logged("starting, with the state folder")
    run.process.send_signal(signal.SIGTERM)
    assert await run.until_ended() == 0
    assert "Traceback" not in run.log()


async def test_a_part_that_ignores_sigterm_is_killed_after_its_time(start: Start) -> None:
    run = start(arguments="--ignore-sigterm")
    await run.until_ready()
    functions = run.pids["functions"]
    run.process.send_signal(signal.SIGTERM)
    assert await run.until_ended() == 0
    assert not alive(functions)
    assert "functions did not end within 1 s and was killed" in run.log()


async def test_what_a_part_started_goes_with_it(start: Start) -> None:
    run = start(arguments="--child")
    await run.until_ready()
    found = re.search(r"child (\d+)", run.log())
    assert found
    child = int(found[1])
    assert alive(child)
    run.process.send_signal(signal.SIGINT)
    await run.until_ended()
    await eventually(lambda: not alive(child), "the part's own child has ended")


async def test_a_second_ctrl_c_kills_at_once(start: Start) -> None:
    run = start(arguments="--ignore-sigterm")
    await run.until_ready()
    run.process.send_signal(signal.SIGINT)
    await run.until_logged("stopping")
    run.process.send_signal(signal.SIGINT)
    assert await run.until_ended() == 0
    assert "did not end within" not in run.log()


async def test_a_crashed_part_is_started_again_and_said_so(start: Start) -> None:
    run = start()
    await run.until_ready()
    before = run.pids
    os.kill(before["functions"], signal.SIGKILL)
    await run.until_logged("functions is ready again")
    assert "functions was killed by SIGKILL; starting it again in 0.5 s" in run.log()
    assert run.state()["ready"]
    assert run.pids["functions"] != before["functions"]
    assert run.pids["cosmos"] == before["cosmos"]


async def test_the_state_is_not_ready_while_a_part_is_down(start: Start) -> None:
    run = start()
    await run.until_ready()
    os.kill(run.pids["cosmos"], signal.SIGKILL)
    await eventually(lambda: run.state()["ready"] is False, "the state says that something is missing")
    assert "cosmos" not in run.pids


async def test_a_crash_loop_is_reported_with_the_last_lines_and_is_survived(start: Start, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    run = start(arguments=f"--fail-when {broken}")
    await run.until_ready()
    broken.touch()
    os.kill(run.pids["functions"], signal.SIGKILL)
    await run.until_logged("functions has crashed 3 times in a minute. Its last lines:\nparley    |     no disk today")
    broken.unlink()
    await run.until_logged("functions is ready again")
    assert run.state()["ready"]


async def test_killing_the_runner_itself_leaves_no_process(start: Start) -> None:
    run = start()
    await run.until_ready()
    pids = run.pids
    run.process.kill()
    await run.until_ended()
    await eventually(lambda: not any(map(alive, pids.values())), "every part has ended")


async def test_after_the_runner_was_killed_the_next_run_starts(start: Start) -> None:
    first = start()
    await first.until_ready()
    secrets = (first.home / "secrets.json").read_text()
    first.process.kill()
    await first.until_ended()
    await eventually(lambda: not any(map(alive, first.pids.values())), "every part has ended")
    second = start(port=first.port)
    await eventually(lambda: second.state().get("pids", {}).get("runner") == second.process.pid, "the second is ready")
    assert (second.home / "secrets.json").read_text() == secrets


async def test_a_taken_port_is_refused_with_its_number_before_anything_starts(start: Start) -> None:
    port = free_port_row()
    with socket.create_server(("127.0.0.1", port + 2)):
        run = start(port=port)
        assert await run.until_ended() == 1
    assert f"port {port + 2} is taken by another program, and the Web PubSub emulator" in run.log()
    assert re.search(r"PORT=\d+ make run", run.log())
    assert "listening" not in run.log()


async def test_a_second_run_on_the_same_folder_is_refused_and_disturbs_nobody(start: Start) -> None:
    first = start()
    await first.until_ready()
    state = first.state()
    second = start(home="home", port=free_port_row())
    assert await second.until_ended() == 1
    assert f"already running with the state folder {first.home} (process {first.process.pid})" in second.log()
    assert first.state() == state
    assert first.process.poll() is None


async def test_two_copies_run_side_by_side(start: Start) -> None:
    first = start(home="one")
    await first.until_ready()
    second = start(home="two")
    await second.until_ready()
    assert first.state()["apiKey"] != second.state()["apiKey"]
    second.process.send_signal(signal.SIGINT)
    assert await second.until_ended() == 0
    assert all(map(alive, first.pids.values()))


async def test_a_part_that_fails_at_the_start_fails_the_run_with_its_last_lines(start: Start) -> None:
    run = start(arguments="--fail-when /")
    assert await run.until_ended() == 1
    assert "Parley did not start: functions ended with exit code 3 while it was starting" in run.log()
    assert "\n    no disk today" in run.log()
    assert run.state() == {}


async def test_a_bad_port_is_refused(start: Start) -> None:
    run = start(port=70_000)
    assert await run.until_ended() == 1
    assert "PORT=70000 is not a port number" in run.log()
