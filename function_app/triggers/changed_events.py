"""The events among the documents that a change feed brings."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from function_app.events.documents import Event

_logger = logging.getLogger("parley.changes")


def events_of(documents: Iterable[Any]) -> Iterator[Event]:
    """The events, as far as they can be read: one that cannot would come again for ever."""
    for document in documents:
        if document.get("type") != "event":
            continue
        try:
            yield Event.read(dict(document))
        except ValidationError:
            _logger.exception("unreadable event id=%s", document.get("id"))
