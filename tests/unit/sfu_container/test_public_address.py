"""The address that a machine has on the internet, as Azure's metadata service tells it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sfu_container.public_address import NoPublicAddressError, public_address, wait_for_public_address


def _told(address: str) -> bytes:
    addresses = [{"frontendIpAddress": address, "privateIpAddress": "10.40.32.4"}]
    return json.dumps({"loadbalancer": {"publicIpAddresses": addresses}}).encode()


@contextmanager
def metadata_service(*answers: bytes) -> Iterator[str]:
    """A service that gives these answers in turn, then the last again; its origin."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            asked_well = self.headers["Metadata"] == "true" and self.path.startswith("/metadata/loadbalancer?")
            self.send_response(200 if answer and asked_well else 404)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the base class gives
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_public_address_is_the_first_of_the_load_balancer() -> None:
    with metadata_service(_told("20.31.4.7")) as origin:
        assert public_address(origin) == "20.31.4.7"


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"loadbalancer": {"publicIpAddresses": []}}', _told("$(reboot)")])
def test_whatever_tells_no_address_is_an_error(answer: bytes) -> None:
    with metadata_service(answer) as origin, pytest.raises(NoPublicAddressError):
        public_address(origin)


def test_an_address_that_comes_late_is_waited_for() -> None:
    with metadata_service(b"", _told("20.31.4.7")) as origin:
        assert wait_for_public_address(30, origin) == "20.31.4.7"
