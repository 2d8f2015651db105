"""The sender calls only addresses that it may call, and is never held up or hurt by who answers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from function_app.timestamps import utc_now
from function_app.webhooks.addresses import AddressInfo, any_socket, public_socket
from function_app.webhooks.outcomes import Failure
from function_app.webhooks.resolver import OwnThreadsResolver
from function_app.webhooks.sender import WebhookSender

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

MUCH = 50 * 1024 * 1024


class ChangingResolver(AbstractResolver):
    """Answers each look-up with the next of its addresses, and with the last one from then on."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses[min(self.asked, len(self.addresses) - 1)]
        self.asked += 1
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def sender(
    make_socket: Callable[[AddressInfo], socket.socket] = any_socket,
    resolver: AbstractResolver | None = None,
    within_seconds: float = 2.0,
) -> AsyncIterator[WebhookSender]:
    running = WebhookSender(within_seconds, make_socket, resolver or OwnThreadsResolver())
    try:
        yield running
    finally:
        await running.close()


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on this machine that does with a connection as it likes; its port."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def answering(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return serve


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
async def test_no_spelling_of_this_machine_is_called(host: str) -> None:
    called = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()

    async with serving(serve) as port, sender(public_socket) as public:
        outcome = await public.send(f"http://{host}:{port}/", {}, b"{}")
    assert outcome.failure is Failure.ADDRESS_NOT_ALLOWED
    assert not called.is_set()


async def test_names_that_are_looked_up_for_long_keep_nobody_else_from_a_look_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_go = threading.Event()
    look_up = socket.getaddrinfo

    def slow(host: str, *rest: Any) -> Any:
        if host.endswith(".slow.example"):
            let_go.wait(30)
            raise socket.gaierror
        return look_up(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with sender() as plain:
        names = [f"http://{number}.slow.example/" for number in range(40)]
        waiting = [asyncio.create_task(plain.send(name, {}, b"{}")) for name in names]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await asyncio.get_running_loop().getaddrinfo("localhost", 80)
        outcomes = await asyncio.gather(*waiting)
        let_go.set()
    assert {outcome.failure for outcome in outcomes} == {Failure.TIMED_OUT}


async def test_a_name_that_does_not_exist_is_unreachable() -> None:
    async with sender() as plain:
        outcome = await plain.send("http://no-such-host.invalid/", {}, b"{}")
    assert outcome.failure is Failure.UNREACHABLE


async def test_a_name_that_leads_to_a_private_address_is_not_called() -> None:
    async with sender(public_socket, ChangingResolver("10.0.0.1")) as public:
        outcome = await public.send("http://rebind.example/", {}, b"{}")
    assert outcome.failure is Failure.ADDRESS_NOT_ALLOWED


async def test_a_resolver_that_changes_its_answer_gains_nothing() -> None:
    """The first answer, which a check beforehand might see, is public; whatever is called is looked at again."""
    opened: list[str] = []

    def noting(info: AddressInfo) -> socket.socket:
        opened.append(str(info[4][0]))
        if opened[-1] == "8.8.8.8":
            raise ConnectionRefusedError("nobody calls out of a test")
        return public_socket(info)

    resolver = ChangingResolver("8.8.8.8", "127.0.0.1")
    async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        async with sender(noting, resolver) as public:
            first = await public.send(f"http://rebind.example:{port}/", {}, b"{}")
        async with sender(noting, resolver) as public:
            second = await public.send(f"http://rebind.example:{port}/", {}, b"{}")
    assert first.failure is Failure.UNREACHABLE
    assert second.failure is Failure.ADDRESS_NOT_ALLOWED
    assert opened == ["8.8.8.8", "127.0.0.1"]


async def test_a_redirect_to_another_address_is_not_followed() -> None:
    redirect = b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with serving(answering(redirect)) as port, sender() as plain:
        outcome = await plain.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert (outcome.failure, outcome.status) == (Failure.REDIRECTED, 301)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff rubbish\r\n\r\n",
        b"HTTP/1.1 999999 Hm\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none_is_a_failure(answer: bytes) -> None:
    async with serving(answering(answer)) as port, sender() as plain:
        outcome = await plain.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert outcome.failure in (Failure.INVALID_ANSWER, Failure.UNREACHABLE)


async def test_a_body_without_end_is_not_read() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % MUCH)
        while sent < MUCH:
            writer.write(b"x" * 65536)
            sent += 65536
            await writer.drain()

    async with serving(serve) as port, sender() as plain:
        outcome = await plain.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert outcome.failure is None
    assert sent < MUCH / 2


async def test_headers_that_trickle_in_do_not_hold_the_sender_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0.2)

    async with serving(serve) as port, sender(within_seconds=1.0) as plain:
        began = time.monotonic()
        outcome = await plain.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert outcome.failure is Failure.TIMED_OUT
    assert time.monotonic() - began < 10


async def test_the_certificate_must_be_the_hosts_own_whatever_its_address(tmp_path: Path) -> None:
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed("hooks.example", tmp_path))
    context.sni_callback = lambda _, name, __: asked.append(name)
    handled = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    async with serving(handled, context) as port, sender(resolver=ChangingResolver("127.0.0.1")) as plain:
        outcome = await plain.send(f"https://hooks.example:{port}/", {}, b"{}")
    assert outcome.failure is Failure.TLS_FAILED
    assert asked == ["hooks.example"]


def _self_signed(name: str, folder: Path) -> Path:
    """A PEM file with a key and a certificate for it that nobody has signed."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path
