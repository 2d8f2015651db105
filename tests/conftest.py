"""What every test may use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write golden files anew instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare text with what a golden file holds, or write the file where pytest is called with `--record`."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--record"):
            path.write_text(text)
        assert text == path.read_text()

    return compare


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, those of one file share one, for what they share is started once; and those
    that drive a browser share one, for two platforms with browsers at a time are more than two cores can do."""
    for item in items:
        path = item.nodeid.split("::")[0]
        group = "browser" if path.startswith("tests/e2e/") else path
        item.add_marker(pytest.mark.xdist_group(group))
