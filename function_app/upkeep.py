"""What timers do for every tenant: one that fails does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from function_app.errors import ApiError
from function_app.stores.outcomes import StoreRaceError


@contextmanager
def contained(logger: logging.Logger, whose: str) -> Iterator[None]:
    """Logs what went wrong inside; the next round tries again."""
    try:
        yield
    except StoreRaceError:
        logger.info("busy %s", whose)
    except ApiError as error:
        logger.warning("not looked after %s code=%s", whose, error.code)
    except Exception:
        logger.exception("not looked after %s", whose)
