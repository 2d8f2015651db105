"""What of the app's log a person at a laptop wants to read."""

from __future__ import annotations

import logging
import sys

_OURS = ("function_app", "local_azure", "parley")


def set_up_log() -> None:
    """Our own lines from INFO on, those of libraries from WARNING on. All to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
