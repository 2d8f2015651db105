"""The seven ports of a run."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from local_azure.runner.errors import PortError
from local_azure.runner.ports import Ports, base_port, require_free
from tests.support.platform import free_port_row


@pytest.fixture
def ports() -> Ports:
    return Ports.starting_at(free_port_row())


@pytest.fixture
def taken(ports: Ports, request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of `ports` that the parameter names, taken as it says."""
    name, kind = request.param
    port: int = getattr(ports, name)
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        yield port


def test_they_follow_one_another_from_the_base() -> None:
    assert Ports.starting_at(8080).as_json() == {
        "http": 8080,
        "cosmos": 8081,
        "webpubsub": 8082,
        "media": 8083,
        "sfuHttp": 8084,
        "entra": 8085,
        "acs": 8086,
    }


def test_free_ports_pass(ports: Ports) -> None:
    require_free(ports)


@pytest.mark.parametrize(
    ("taken", "wanted_by"),
    [
        (("http", socket.SOCK_STREAM), "the web page and API"),
        (("cosmos", socket.SOCK_STREAM), "the Cosmos DB emulator"),
        (("webpubsub", socket.SOCK_STREAM), "the Web PubSub emulator"),
        (("media", socket.SOCK_STREAM), "media over TCP"),
        (("media", socket.SOCK_DGRAM), "media over UDP"),
        (("sfu_http", socket.SOCK_STREAM), "the SFU node's health"),
        (("entra", socket.SOCK_STREAM), "the stand-in for Entra ID"),
        (("acs", socket.SOCK_STREAM), "the mailbox"),
    ],
    indirect=["taken"],
)
def test_a_taken_port_is_named_with_what_wants_it_and_a_way_out(ports: Ports, taken: int, wanted_by: str) -> None:
    with pytest.raises(PortError) as refusal:
        require_free(ports)
    message = str(refusal.value)
    assert f"port {taken} is taken" in message
    assert wanted_by in message
    assert "PORT=" in message


@pytest.mark.parametrize("taken", [("webpubsub", socket.SOCK_STREAM)], indirect=True)
def test_the_ports_that_it_proposes_are_free(ports: Ports, taken: int) -> None:
    with pytest.raises(PortError) as refusal:
        require_free(ports)
    proposed = str(refusal.value).partition("PORT=")[2].split()[0]
    require_free(Ports.starting_at(base_port({"PORT": proposed})))


def test_a_port_whose_connections_are_still_closing_counts_as_free(ports: Ports) -> None:
    with socket.create_server(("127.0.0.1", ports.http)) as server:
        client = socket.create_connection(("127.0.0.1", ports.http))
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    require_free(ports)


def test_the_default_base_is_8080() -> None:
    assert base_port({}) == base_port({"PORT": ""}) == 8080


@pytest.mark.parametrize("text", ["0", "-1", "65530", "99999", "http", "8080.5", "\u0668\u0660"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PortError, match=r"is not a port number: choose one from 1 to 65529"):
        base_port({"PORT": text})
