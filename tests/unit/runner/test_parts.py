"""The parts of Parley, as the runner would start them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_azure.runner.home import Home
from local_azure.runner.keys import Keys
from local_azure.runner.part import Part
from local_azure.runner.parts import parley_parts
from local_azure.runner.ports import Ports

PORTS = Ports.starting_at(9080)
KEYS = Keys(
    *("ten_X", "api-key", "pepper", "service-key", "cosmos-key", "webpubsub-key"),
    *("second-api-key", "directory", "entra-secret", "acs-key", "push-key", "report-key"),
)


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Part]:
    stages = parley_parts(PORTS, Home(tmp_path), KEYS)
    return {part.name: part for stage in stages for part in stage}


def test_a_part_starts_after_what_it_needs(parts: dict[str, Part]) -> None:
    assert list(parts) == ["cosmos", "entra", "acs", "bootstrap", "functions", "webpubsub", "sfu"]


def test_no_secret_is_on_a_command_line(parts: dict[str, Part]) -> None:
    words = {word for part in parts.values() for word in part.command}
    assert not words & set(vars(KEYS).values())


def test_a_part_is_told_only_the_secrets_that_it_uses(parts: dict[str, Part]) -> None:
    def secrets_of(name: str) -> set[str]:
        return set(parts[name].environment.values()) & set(vars(KEYS).values())

    assert secrets_of("cosmos") == {"cosmos-key"}
    assert secrets_of("webpubsub") == {"webpubsub-key"}
    assert secrets_of("entra") == {"entra-secret"}
    assert secrets_of("sfu") == {"service-key"}
    assert secrets_of("acs") == {"acs-key", "report-key"}
    assert secrets_of("functions") == {
        *("cosmos-key", "webpubsub-key", "service-key", "pepper", "acs-key", "push-key", "report-key"),
    }


def test_the_bootstrap_runs_once_with_the_settings_of_the_app(parts: dict[str, Part]) -> None:
    bootstrap, functions = parts["bootstrap"], parts["functions"]
    assert bootstrap.runs_once
    assert bootstrap.environment.items() > functions.environment.items()
    assert bootstrap.environment["PARLEY_BOOTSTRAP_API_KEY"] == "api-key"


def test_no_proxy_stands_between_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    stages = parley_parts(PORTS, Home(tmp_path), KEYS)
    exempt = {part.environment["NO_PROXY"] for stage in stages for part in stage}
    assert exempt == {"intranet.example,localhost,127.0.0.1"}


@pytest.mark.parametrize(
    ("body", "joinable"),
    [
        (b'{"registered": true, "signalling": true}', True),
        (b'{"registered": true, "signalling": false}', False),
        (b'{"registered": false, "signalling": true}', False),
        (b'{"status": "starting"}', False),
        (b"[]", False),
        (b"not JSON", False),
    ],
)
def test_a_node_is_ready_when_it_is_registered_and_hears_signalling(
    parts: dict[str, Part], body: bytes, joinable: bool
) -> None:
    (probe,) = parts["sfu"].probes
    assert probe.accepts(body) is joinable
