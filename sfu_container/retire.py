"""`python -m sfu_container.retire --process N`: empty the nodes of a process, without taking anybody out of a meeting.

The nodes are told to take no new session (SIGUSR1), and this waits until the last of theirs has ended, however long
that takes. It is what Kubernetes runs before it stops a pod (`preStop`), within the pod's own time to end.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence

from sfu_container.config import Settings
from sfu_container.health import look_at

RETIRE = signal.SIGUSR1
QUIET_SECONDS = 10.0
"""So long no session must be there: somebody may have been sent here just before the controller heard of it."""
_BETWEEN_SECONDS = 2.0


def wait_until_empty(origins: Sequence[str], quiet_seconds: float, between_seconds: float = _BETWEEN_SECONDS) -> None:
    """Returns when no node has carried a session for `quiet_seconds`."""
    last_busy = time.monotonic()
    while time.monotonic() - last_busy < quiet_seconds:
        if any(look_at(origin).sessions for origin in origins):
            last_busy = time.monotonic()
        time.sleep(between_seconds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sfu_container.retire", description=__doc__)
    parser.add_argument("--process", type=int, default=1, help="of the node or its supervisor (default: 1)")
    parser.add_argument("--workers", type=int, default=1, help="how many nodes it has (default: 1)")
    parser.add_argument("--quiet-seconds", type=float, default=QUIET_SECONDS, help="default: %(default)s")
    arguments = parser.parse_args()
    settings = Settings()
    os.kill(arguments.process, RETIRE)
    ports = range(settings.http_port, settings.http_port + arguments.workers)
    wait_until_empty([f"http://{settings.http_bind}:{port}" for port in ports], arguments.quiet_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
