"""What of the app's log a person at a laptop wants to read."""

from __future__ import annotations

import logging
import re
import sys

_OURS = ("function_app", "local_azure", "parley")
# The heartbeat of a node, every two seconds, and the runner's question whether all is well.
_ROUTINE = re.compile(r" path=(?:/internal/nodes/nod_[^/\s]+|/healthz) status=2\d\d ")


def set_up_log() -> None:
    """Our own lines from INFO on, without the routine; those of libraries from WARNING on. All to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(is_worth_reading)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def is_worth_reading(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or not _ROUTINE.search(record.getMessage())
