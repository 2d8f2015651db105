"""The ports of a run: seven in a row from PORT, all on the loopback."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from pydantic.alias_generators import to_camel

from local_azure.runner.errors import PortError

DEFAULT_PORT = 8080
_SPAN = 7
_HIGHEST_BASE = 65_535 - _SPAN + 1


@dataclass(frozen=True)
class Ports:
    http: int
    """The Functions app and the client, one origin."""
    cosmos: int
    webpubsub: int
    media: int
    """UDP and TCP."""
    sfu_http: int
    """The node's health and metrics."""
    entra: int
    """Where people sign in."""
    acs: int
    """The stand-in for Azure Communication Services, with the mailbox."""

    @classmethod
    def starting_at(cls, base: int) -> Ports:
        return cls(*range(base, base + _SPAN))

    def as_json(self) -> dict[str, int]:
        return {to_camel(name): port for name, port in asdict(self).items()}


class _Use(NamedTuple):
    port: int
    purpose: str
    family: socket.AddressFamily
    kind: socket.SocketKind


def base_port(environment: Mapping[str, str]) -> int:
    """The PORT of the environment; `PortError` when it is no number that leaves room for all ports."""
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _HIGHEST_BASE):
        raise PortError(f"PORT={text} is not a port number: choose one from 1 to {_HIGHEST_BASE}")
    return int(text)


def require_free(ports: Ports) -> None:
    """Raises `PortError`, which names the port and what wants it, when another program has one of the ports."""
    for use in _uses(ports):
        if not _is_free(use):
            raise PortError(
                f"port {use.port} is taken by another program, and {use.purpose} needs it. "
                f"Choose another range of ports, for example: PORT={_free_base(ports.http)} make run"
            )


def _uses(ports: Ports) -> Iterator[_Use]:
    ipv4, tcp = socket.AF_INET, socket.SOCK_STREAM
    yield _Use(ports.http, "the web page and API (PORT)", ipv4, tcp)
    if socket.has_ipv6:
        # A browser may take "localhost" for ::1, and would find the other program there.
        yield _Use(ports.http, "the web page and API (PORT)", socket.AF_INET6, tcp)
    yield _Use(ports.cosmos, "the Cosmos DB emulator (PORT+1)", ipv4, tcp)
    yield _Use(ports.webpubsub, "the Web PubSub emulator (PORT+2)", ipv4, tcp)
    yield _Use(ports.media, "media over TCP (PORT+3)", ipv4, tcp)
    yield _Use(ports.media, "media over UDP (PORT+3)", ipv4, socket.SOCK_DGRAM)
    yield _Use(ports.sfu_http, "the SFU node's health and metrics (PORT+4)", ipv4, tcp)
    yield _Use(ports.entra, "the stand-in for Entra ID (PORT+5)", ipv4, tcp)
    yield _Use(ports.acs, "the mailbox (PORT+6)", ipv4, tcp)


def _is_free(use: _Use) -> bool:
    try:
        probe = socket.socket(use.family, use.kind)
    except OSError:
        return True  # no such address family on this machine
    with probe:
        if use.kind == socket.SOCK_STREAM:
            # As servers do, so that connections still closing after a stop do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("::1" if use.family == socket.AF_INET6 else "127.0.0.1", use.port))
        except PermissionError as error:
            raise PortError(
                f"port {use.port} may not be used without more rights, and {use.purpose} needs it. "
                f"Choose a higher range of ports, for example: PORT={DEFAULT_PORT} make run"
            ) from error
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def _free_base(taken: int) -> int:
    """A base port whose whole range is free; the usual next guess when none is near."""
    candidates = range(taken + 10, min(taken + 1000, _HIGHEST_BASE), 10)
    free = (base for base in candidates if all(_is_free(use) for use in _uses(Ports.starting_at(base))))
    return next(free, 9080)
