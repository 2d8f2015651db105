"""A small HTTP server that gives the answers it was told to, for code that asks without a loop of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def answering(*answers: bytes, path: str, headers: dict[str, str] | None = None) -> Iterator[str]:
    """Gives these answers in turn, then the last again, to whoever asks for what begins with `path` and shows the
    headers; 404 to everybody else, and where the answer is empty. The server's origin."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            shown = all(self.headers[name] == value for name, value in (headers or {}).items())
            self.send_response(200 if answer and shown and self.path.startswith(path) else 404)
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
