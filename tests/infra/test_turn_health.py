"""A TURN server that waits for its secrets is well, so that Azure does not keep replacing it; one that fails is not."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.infra.look import ROOT
from tests.infra.bicep_files import module, properties

FILES: dict[str, str] = {
    file["path"]: file["content"]
    for file in yaml.safe_load((ROOT / "bicep/cloud-init/turn.yaml").read_text())["write_files"]
}
SCRIPT = "/usr/local/sbin/turn-health"
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost:8082\r\n\r\n"


@pytest.fixture
def listening() -> Iterator[int]:
    """A port at which something accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that is nobody else's, at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def is_well(folder: Path, port: int) -> bool:
    """What the health extension makes of the answer: only a 2xx with this in its body is well."""
    script = folder / "turn-health"
    script.write_text(FILES[SCRIPT])
    command: list[str | Path] = ["bash", script, folder / "configured", folder / "waiting", str(port)]
    answer = subprocess.run(command, input=REQUEST, capture_output=True, check=True, timeout=60).stdout
    head, body = answer.split(b"\r\n\r\n", 1)
    if b" 200 " not in head.splitlines()[0]:
        return False
    return bool(json.loads(body) == {"ApplicationHealthState": "Healthy"})


def test_a_server_that_has_not_heard_from_the_vault_is_not_well(tmp_path: Path, listening: int) -> None:
    assert not is_well(tmp_path, listening)


def test_a_server_that_waits_for_what_the_vault_has_not_been_given_is_well(tmp_path: Path, closed: int) -> None:
    (tmp_path / "waiting").touch()
    assert is_well(tmp_path, closed)


def test_a_server_that_is_configured_is_well_as_long_as_coturn_listens(tmp_path: Path, listening: int) -> None:
    (tmp_path / "configured").touch()
    assert is_well(tmp_path, listening)


def test_a_server_that_is_configured_and_does_not_listen_is_not_well(tmp_path: Path, closed: int) -> None:
    (tmp_path / "configured").touch()
    (tmp_path / "waiting").touch()
    assert not is_well(tmp_path, closed)


def test_the_health_extension_asks_where_the_answer_is() -> None:
    (extension,) = properties(module("turn-vmss"), "servers")["virtualMachineProfile"]["extensionProfile"]["extensions"]
    settings: dict[str, Any] = extension["properties"]["settings"]
    # The states of 1.0 know no server that has just begun.
    assert extension["properties"]["typeHandlerVersion"] == "2.0"
    assert settings["protocol"] == "http"
    assert f"ListenStream=127.0.0.1:{settings['port']}\n" in FILES["/etc/systemd/system/turn-health.socket"]
    assert "turn-health.socket" in str(yaml.safe_load((ROOT / "bicep/cloud-init/turn.yaml").read_text())["runcmd"])


def test_the_answer_is_about_what_the_other_parts_of_the_server_do() -> None:
    (command,) = re.findall(r"^ExecStart=(.*)$", FILES["/etc/systemd/system/turn-health@.service"], re.MULTILINE)
    script, configured, waiting, port = command.split()
    assert script == SCRIPT
    assert f"ConditionPathExists={configured}\n" in FILES["/etc/systemd/system/coturn.service.d/parley.conf"]
    assert f"touch {waiting}\n" in FILES["/usr/local/sbin/turn-configure"]
    assert f"listening-port={port}\n" in FILES["/etc/parley/turnserver.base.conf"]
