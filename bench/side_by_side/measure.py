"""One row: a fresh SFU, everyone connected, a warm-up, and the interval that counts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.side_by_side.generator import Generator
from bench.side_by_side.process import cpu_nanos, resident_bytes
from bench.side_by_side.rows import Row
from bench.side_by_side.scenario import FRAMES_PER_SECOND, Scenario
from bench.side_by_side.sfu import Published, Sfu, Track

FIRST_SSRC = 0x5100_0000
VERIFIED = 5
"""Subscribers that open every packet; for so few, the generator's core has the time."""
JOINING_AT_ONCE = 8
WARM_UP_SECONDS = 1.5
FEEDBACK_WARM_UP_SECONDS = 8.0
"""With TWCC, an SFU must first find out how much fits."""
LEAST_DELIVERED = 0.9
"""Of what publishers were to send; less means that the generator had no CPU time."""


@dataclass(frozen=True)
class Interval:
    """What is measured between two readings of the clocks."""

    report: dict[str, Any]
    cpu_seconds: float


async def measure_rates(
    sfu: Sfu,
    scenario: Scenario,
    rates: Iterable[int],
    repetition: int,
    seconds: float,
    log: Path,
    goes_on: Callable[[Row], bool] = lambda _: True,
) -> list[Row]:
    """A row for each of `rates`, packets per frame, all on one fresh process of the SFU, while `goes_on` says so."""
    rows = []
    generator = await Generator.start(log)
    try:
        pid = await sfu.start()
        before = resident_bytes(pid)
        await _connect(sfu, scenario, generator)
        growth = (resident_bytes(pid) - before) / (scenario.publishers + scenario.subscribers)
        if not scenario.is_idle:
            await generator.command("start")
        for rate in rates:
            await generator.command("rate", packets_per_frame=rate)
            await generator.command("key_frame")
            await asyncio.sleep(FEEDBACK_WARM_UP_SECONDS if scenario.with_feedback else WARM_UP_SECONDS)
            interval = await _measure(generator, pid, seconds)
            profile = generator.profiles[scenario.publishers]
            rows.append(_row(sfu.name, scenario, rate, repetition, interval, resident_bytes(pid), growth, profile))
            if not goes_on(rows[-1]):
                break
    finally:
        await sfu.stop()
        await generator.stop()
    return rows


async def _connect(sfu: Sfu, scenario: Scenario, generator: Generator) -> None:
    published = [await _publish(sfu, scenario, generator, number) for number in range(scenario.publishers)]
    await generator.connected(range(scenario.publishers))
    admitted = asyncio.Semaphore(JOINING_AT_ONCE)
    step = max(1, (scenario.subscribers - 1) // max(1, VERIFIED - 1))

    async def subscribe(subscriber: int) -> None:
        client = generator.client(scenario.publishers + subscriber, is_verified=subscriber % step == 0)
        keys = [published[number].key for number in scenario.wanted_by(subscriber)]
        async with admitted:
            remote = await sfu.subscribe(client, keys, scenario.with_feedback)
            await generator.connect(client, remote)
            await generator.connected([client.number])

    await _all(subscribe(subscriber) for subscriber in range(scenario.subscribers))


async def _publish(sfu: Sfu, scenario: Scenario, generator: Generator, number: int) -> Published:
    client = generator.client(number, is_publisher=True)
    track = Track(FIRST_SSRC + number, scenario.packets_per_frame, FRAMES_PER_SECOND)
    published = await sfu.publish(client, track)
    await generator.connect(client, published.remote, track)
    return published


async def _all(steps: Iterable[Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(_await(step))


async def _await(step: Awaitable[None]) -> None:
    await step


async def _measure(generator: Generator, pid: int, seconds: float) -> Interval:
    await generator.command("reset")
    start = cpu_nanos(pid)
    await asyncio.sleep(seconds)
    report = await generator.command("report")
    return Interval(report, (cpu_nanos(pid) - start) / 1e9)


def _row(
    name: str,
    scenario: Scenario,
    rate: int,
    repetition: int,
    interval: Interval,
    resident: int,
    growth: float,
    profile: str,
) -> Row:
    report, received = interval.report, interval.report["received"]
    return Row(
        sfu=name,
        scenario=scenario.label,
        repetition=repetition,
        received_per_second=received / report["seconds"],
        cpu_micros_per_packet=interval.cpu_seconds * 1e6 / received if received else None,
        cpu_share=interval.cpu_seconds / report["seconds"],
        latency_p50=_millis(report["latency_p50"]),
        latency_p99=_millis(report["latency_p99"]),
        loss=max(0.0, report["lost"] / max(1, received + report["lost"])),
        resident_bytes=resident,
        bytes_per_peer=growth,
        profile=profile,
        packets_per_frame=rate,
        void=None if scenario.is_idle else why_void(scenario, rate, report),
    )


def why_void(scenario: Scenario, rate: int, report: dict[str, Any]) -> str | None:
    """Why a measurement says nothing of the SFU, if it does not."""
    wanted = scenario.publishers * rate * FRAMES_PER_SECOND * report["seconds"]
    if report["socket_drops"]:
        return f"the generator's sockets dropped {report['socket_drops']} packets"
    if report["sent"] < LEAST_DELIVERED * wanted:
        return f"the generator sent {report['sent']} of {wanted:.0f} packets"
    if report["corrupt"]:
        return f"{report['corrupt']} packets were not what had been sent"
    if report["silent"]:
        return f"{report['silent']} streams never came"
    return None


def _millis(micros: float | None) -> float | None:
    return None if micros is None else micros / 1_000
