"""Whatever is asked, the API answers as its OpenAPI document says, and never with a fault of its own.

Schemathesis makes up the requests: valid ones, and ones that are wrong in one place.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from function_app.media.nodes import HEARTBEAT_SECONDS
from tests.contract.function_app.support import FakeNode

from .conftest import ServedPlatform

EXAMPLES = 4
"""For each operation, beside what covers its parameters one by one; more of them find little more."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SEED = 20261101
EXISTING = """
[parameters]
"path.id" = "demo"
"path.wid" = "crm"
"""

pytestmark = pytest.mark.timeout(600)


async def look_for_faults(api: ServedPlatform, credential: str, folder: Path, *options: str) -> None:
    """Fails with what Schemathesis has to say, which names each request."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{api.origin}/openapi.json"),
        *("--header", f"Authorization: Bearer {credential}", "--checks", CHECKS),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", str(SEED)),
        *("--generation-with-security-parameters", "false", "--request-timeout", "60", "--no-color", *options),
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


async def test_a_tenant_is_answered_as_the_document_says(api: ServedPlatform, tmp_path: Path) -> None:
    await look_for_faults(api, api.platform.api_key, tmp_path)


async def test_so_it_is_about_what_it_has(api: ServedPlatform, tmp_path: Path) -> None:
    # A disabled one, so that nobody outside is called.
    content = {"url": "https://example.com/events", "enabled": False}
    assert (await api.platform.call("PUT", "/webhooks/crm", json=content)).status_code == 201
    (tmp_path / "schemathesis.toml").write_text(EXISTING)
    paths = ("--include-path-regex", "^/(meetings/|webhooks/[^/]*(:r|/deliveries$))", "--exclude-method", "DELETE")
    await look_for_faults(api, api.platform.api_key, tmp_path, *paths)


async def test_a_person_is_answered_as_the_document_says(api: ServedPlatform, tmp_path: Path) -> None:
    paths = ("--include-path-regex", "^/(sessions|meetings/.*messages)")
    async with aiohttp.ClientSession() as sockets:
        node = FakeNode(api.platform, sockets)
        await node.start()
        beating = asyncio.create_task(beat(node))
        await look_for_faults(api, await api.platform.token("ann"), tmp_path, *paths)
        beating.cancel()
        assert node.socket
        await node.socket.close()


async def beat(node: FakeNode) -> None:
    """Keeps the node's lease."""
    while True:
        await node.heartbeat()
        await asyncio.sleep(HEARTBEAT_SECONDS)
