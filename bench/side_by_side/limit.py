"""The limit program under the same load: what forwarding costs without an SFU around it."""

from __future__ import annotations

import asyncio
import json
import math
from asyncio.subprocess import PIPE
from pathlib import Path

from bench.side_by_side.process import OTHER_CORE, SFU_CORE
from bench.side_by_side.rows import Row
from bench.side_by_side.scenario import FRAMES_PER_SECOND, Scenario

NAME = "limit"
PROGRAM = Path(__file__).parent.parent / "loadgen" / "target" / "release" / "parley_limit"
PACER_FACTOR, PACER_SECONDS = 2.5, 0.005
"""How the generator's publishers send a frame: at so many times the rate, every so many seconds."""


def burst_of(packets_per_frame: int) -> int:
    """How many packets of a publisher reach an SFU at once."""
    paced = math.ceil(PACER_FACTOR * packets_per_frame * FRAMES_PER_SECOND * PACER_SECONDS)
    return min(packets_per_frame, paced)


async def measure_limit(scenario: Scenario, repetition: int, seconds: float) -> Row:
    burst = burst_of(scenario.packets_per_frame)
    whole_seconds = math.ceil(seconds)
    load = [scenario.publishers, scenario.copies, scenario.packets_per_frame, burst]
    arguments = [*load, whole_seconds, SFU_CORE, OTHER_CORE]
    process = await asyncio.create_subprocess_exec(str(PROGRAM), *map(str, arguments), stdout=PIPE)
    output, _ = await process.communicate()
    result = json.loads(output)
    per_second = result["packets"] / whole_seconds
    return Row(
        sfu=NAME,
        scenario=scenario.label,
        repetition=repetition,
        received_per_second=per_second,
        cpu_micros_per_packet=result["cpu_micros_per_packet"],
        cpu_share=per_second * result["cpu_micros_per_packet"] / 1e6,
        latency_p50=None,
        latency_p99=None,
        loss=0.0,
        resident_bytes=0,
        bytes_per_peer=None,
        profile="SRTP_AEAD_AES_128_GCM",
        packets_per_frame=scenario.packets_per_frame,
    )
