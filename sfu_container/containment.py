"""One failure touches nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def contained(what: str) -> Iterator[None]:
    """Log a bug instead of letting it end the loop that called."""
    try:
        yield
    except Exception:
        logger.exception("%s could not be handled", what)
