"""Front Door leads the paths of the API to the Functions app, and all others to the client."""

from typing import Any

import pytest

from tests.infra.api import api_routes
from tests.infra.bicep_files import module

ROUTES: list[dict[str, Any]] = module("frontdoor-routes")["variables"]["apiRoutes"]["value"]
PATTERNS: list[str] = [pattern for route in ROUTES for pattern in route["patterns"]]
MOST_PATTERNS = 25
"""Of one route. learn.microsoft.com, "Azure Front Door limits"."""


def leads_to_the_api(path: str) -> bool:
    return any(path == pattern or (pattern.endswith("/*") and path.startswith(pattern[:-1])) for pattern in PATTERNS)


def test_every_path_of_the_api_leads_to_the_functions_app() -> None:
    of_the_api = {path for _, path in api_routes()}
    assert len(of_the_api) > 30
    assert {path for path in of_the_api if not leads_to_the_api(path)} == set()


def test_no_pattern_is_there_for_nothing() -> None:
    of_the_api = {path for _, path in api_routes()}
    for pattern in PATTERNS:
        assert any(path == pattern or path.startswith(pattern.removesuffix("*")) for path in of_the_api), pattern


@pytest.mark.parametrize("path", ["/", "/m/standup", "/assets/index.js", "/docs-assets/start.js", "/parley.svg"])
def test_the_clients_pages_and_files_come_from_its_storage(path: str) -> None:
    assert not leads_to_the_api(path)


def test_the_patterns_are_such_as_front_door_takes() -> None:
    assert len(PATTERNS) == len(set(PATTERNS))
    assert all(0 < len(route["patterns"]) <= MOST_PATTERNS for route in ROUTES)
    assert all(pattern.startswith("/") and "*" not in pattern.removesuffix("/*") for pattern in PATTERNS)
