"""A running control plane for programs that use the SDKs, and the code of the SDKs' README files."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.function_app.support import Platform, running_platform
from tests.integration.api.conftest import served

SDK = Path(__file__).parents[3] / "sdk"


class Programs:
    """Runs programs that know the platform's address and an API key, and nothing else of this repository."""

    def __init__(self, platform: Platform, origin: str, folder: Path) -> None:
        self.platform = platform
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SDK / "python"),
            "PARLEY_URL": origin,
            "PARLEY_API_KEY": platform.api_key,
        }

    async def run(self, *command: str | Path) -> str:
        """What the program prints; it must succeed."""
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=self.folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        return output.decode()


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[Programs]:
    folder = tmp_path / "programs"
    folder.mkdir()
    async with running_platform(tmp_path) as platform, served(platform) as origin:
        yield Programs(platform, origin, folder)


def readme_code(sdk: str, language: str) -> list[str]:
    """The pieces of code in an SDK's README."""
    return re.findall(rf"```{language}\n(.*?)```", (SDK / sdk / "README.md").read_text(), re.DOTALL)
