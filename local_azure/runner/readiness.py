"""Waits until a program shows that it works, rather than for a time that should be enough."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp

from local_azure.runner.part import Probe

_POLL_SECONDS = 0.05
_PROBE_TIMEOUT = aiohttp.ClientTimeout(total=2.0)


async def until_ready(probes: Iterable[Probe]) -> None:
    """Returns when every probe has held once; waits for ever for one that never does.

    It asks the address directly, whatever proxy the machine is set up for.
    """
    async with aiohttp.ClientSession(timeout=_PROBE_TIMEOUT) as session:
        for probe in probes:
            # Another process cannot set an event of ours, so it is asked again and again.
            while not await _holds(session, probe):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_SECONDS)


async def _holds(session: aiohttp.ClientSession, probe: Probe) -> bool:
    try:
        async with session.get(probe.url, allow_redirects=False) as response:
            return response.status == 200 and probe.accepts(await response.read())
    except (aiohttp.ClientError, TimeoutError):
        return False
