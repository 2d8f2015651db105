"""The TypeScript SDK: it compiles, its own tests pass, and the code in its README does what it says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .conftest import SDK, Programs, readme_code

TSC = SDK.parent / "client" / "node_modules" / ".bin" / "tsc"
SETTINGS = {
    "compilerOptions": {
        "target": "ES2022",
        "module": "NodeNext",
        "lib": ["ES2023", "DOM", "DOM.Iterable"],
        "types": [],
        "strict": True,
    }
}


@pytest.fixture
async def project(programs: Programs) -> Path:
    """A project that has the built SDK installed."""
    package = programs.folder / "node_modules" / "@parley" / "sdk"
    package.mkdir(parents=True)
    shutil.copy(SDK / "typescript" / "package.json", package)
    await programs.run(TSC, "-p", SDK / "typescript", "--outDir", package / "dist")
    (programs.folder / "package.json").write_text('{"type": "module"}')
    (programs.folder / "tsconfig.json").write_text(json.dumps(SETTINGS))
    return programs.folder


async def test_the_code_in_the_readme_and_the_tests_of_its_own_pass(programs: Programs, project: Path) -> None:
    quick_start, receiving = readme_code("typescript", "ts")
    (project / "quickStart.ts").write_text(quick_start)
    (project / "receiving.ts").write_text(receiving)
    await programs.run(TSC)
    link, *shown = (await programs.run("node", "quickStart.js")).splitlines()
    assert link.startswith("Ann joins at https://meet.example/")
    assert sorted(shown) == ["demo Demo meeting", "weekly-planning Planning"]
    shutil.copytree(SDK / "typescript" / "tests", project / "tests")
    assert "\n# fail 0\n" in await programs.run("node", "--test", "--test-reporter=tap", "tests")
