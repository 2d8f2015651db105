"""Conformance: the unmodified JavaScript client SDK, as the web client has it installed."""

import asyncio
from pathlib import Path

import pytest

from .drivers import Service
from .support import ALL_GROUPS

HERE = Path(__file__).parent
CLIENT = Path(__file__).parents[3] / "client"
DEADLINE = 60.0


@pytest.mark.timeout(DEADLINE + 10)
async def test_the_javascript_client_sdk_works_unmodified(connection_string: str) -> None:
    service = Service("aio", connection_string, "conformance")
    urls = [
        await service.url("ann", ALL_GROUPS),
        await service.url("ben", ALL_GROUPS),
        await service.url("cid", ("webpubsub.joinLeaveGroups.s.*",)),
    ]
    await service.close()
    node = await asyncio.create_subprocess_exec(
        "node",
        HERE / "js" / "conformance.mjs",
        *urls,
        cwd=CLIENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(DEADLINE):
        output, _ = await node.communicate()
    assert node.returncode == 0, output.decode()
    assert output.decode().count("ok ") == 7
