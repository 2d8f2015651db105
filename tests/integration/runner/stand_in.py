"""A program in place of a part: answers its health URL, and misbehaves as its arguments say.

    python stand_in.py PORT [--ignore-sigterm] [--child] [--fail-when FILE]

`--child` starts a process of its own that outlives it; `--fail-when` ends it at the start while FILE exists.
"""

from __future__ import annotations

import argparse
import logging
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"healthy")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--ignore-sigterm", action="store_true")
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--fail-when", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.fail_when and arguments.fail_when.exists():
        logging.error("no disk today")
        sys.exit(3)
    if arguments.ignore_sigterm:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if arguments.child:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        logging.info("child %d", child.pid)
    logging.info("listening on %d", arguments.port)
    HTTPServer(("127.0.0.1", arguments.port), Health).serve_forever()


if __name__ == "__main__":
    main()
