"""Two ways to ask: as fast as the answers come, by wrk; and at a rate, however late the answers are."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import quantiles

import aiohttp

from bench.api.platform import RunningPlatform
from bench.api.subjects import Subject
from bench.side_by_side.process import cpu_nanos

CONNECTIONS = 8
_SCRIPT = Path(__file__).with_name("requests.lua")
_MOST_IN_FLIGHT = 1000
_PERCENT = 100


@dataclass(frozen=True)
class Measured:
    """Latencies in milliseconds, CPU time in milliseconds per request."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float
    cpu: float
    """Of the control plane's process."""
    database_cpu: float
    """Of the emulator's."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True)
class _Asked:
    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float


class CpuClock:
    """What the platform's processes have used since this was made."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._processes = (platform.control_plane, platform.database)
        self._before = [cpu_nanos(process) for process in self._processes]

    def measured(self, asked: _Asked) -> Measured:
        used = [cpu_nanos(process) - before for process, before in zip(self._processes, self._before, strict=True)]
        cpu, database = (nanos / 1e6 / max(1, asked.requests) for nanos in used)
        return Measured(**vars(asked), cpu=cpu, database_cpu=database)


async def as_fast_as_it_goes(platform: RunningPlatform, subject: Subject, seconds: float) -> Measured:
    """CONNECTIONS callers, each of whom asks again when it has its answer."""
    tokens = platform.home.folder / "tokens"
    tokens.write_text("\n".join(subject.next_tokens(min(len(subject.tokens), int(1000 * seconds)))))
    options = ("-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", _SCRIPT, platform.origin)
    clock = CpuClock(platform)
    wrk = await asyncio.create_subprocess_exec(
        "wrk", *options, "--", subject.method, subject.path, tokens, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await wrk.communicate()
    return clock.measured(_Asked(**json.loads(output.decode().splitlines()[-1])))


async def at_a_rate(platform: RunningPlatform, subject: Subject, rate: float, seconds: float) -> Measured:
    """A latency counts from when the request was due, so that a late answer shows in those that wait behind it."""
    count = int(rate * seconds)
    tokens = subject.next_tokens(count)
    connector = aiohttp.TCPConnector(limit=_MOST_IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(*(_ask(platform, http, subject, subject.tokens[0]) for _ in range(CONNECTIONS)))
        clock = CpuClock(platform)
        began = time.perf_counter()
        asking = []
        for number, token in enumerate(tokens):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.append(asyncio.create_task(_timed(platform, http, subject, token, due)))
        latencies = await asyncio.gather(*asking)
        took = time.perf_counter() - began
    answered = [latency for latency in latencies if latency is not None]
    cuts = quantiles(answered, n=_PERCENT)
    return clock.measured(_Asked(count, count - len(answered), took, cuts[49], cuts[98]))


async def _timed(
    platform: RunningPlatform, http: aiohttp.ClientSession, subject: Subject, token: str, due: float
) -> float | None:
    """How long after it was due the answer was there, in milliseconds; None where it was none."""
    is_answered = await _ask(platform, http, subject, token)
    return (time.perf_counter() - due) * 1000 if is_answered else None


async def _ask(platform: RunningPlatform, http: aiohttp.ClientSession, subject: Subject, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = b"{}" if subject.method == "POST" else None
    try:
        async with http.request(subject.method, platform.origin + subject.path, headers=headers, data=body) as response:
            await response.read()
            return response.status < HTTPStatus.BAD_REQUEST
    except aiohttp.ClientError:
        return False
