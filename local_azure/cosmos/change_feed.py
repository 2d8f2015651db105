"""The change feed, mode "latest version": each document once, at its last change, in the order of changes.

The place of a reader is a log sequence number (LSN), handed out as an entity tag. All writes of a transaction share
one, so a page always ends between transactions and may be longer than asked.
Source: https://learn.microsoft.com/azure/cosmos-db/change-feed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from local_azure.cosmos.errors import BadRequestError

_LARGEST_LSN = 2**62


@dataclass(frozen=True, slots=True)
class Start:
    """Changes after `lsn` and from the second `since` (seconds since 1970) on."""

    lsn: int
    since: int


@dataclass(frozen=True, slots=True)
class Changes:
    """One page: documents with their `_lsn`, and the LSN to go on from."""

    documents: list[dict[str, Any]]
    lsn: int


def start_of(if_none_match: str | None, if_modified_since: str | None, current_lsn: int) -> Start:
    """Where a reader is: nowhere yet, at an entity tag, at now (`*`), or at a date. Raises BadRequestError."""
    since = 0 if if_modified_since is None else _seconds(if_modified_since)
    if if_none_match is None:
        return Start(0, since)
    if if_none_match == "*":
        return Start(current_lsn, since)
    digits = if_none_match.strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) <= _LARGEST_LSN):
        raise BadRequestError("The change feed continuation in If-None-Match is not valid.")
    return Start(int(digits), since)


def read_page(changes: Iterable[tuple[int, dict[str, Any]]], start: Start, current_lsn: int, size: int) -> Changes:
    """The next `size` changes and the rest of the last transaction among them."""
    documents: list[dict[str, Any]] = []
    last = start.lsn
    for lsn, document in changes:
        if len(documents) >= size and lsn != last:
            return Changes(documents, last)
        documents.append({**document, "_lsn": lsn})
        last = lsn
    # Nothing is left before the current LSN: deletions and other partitions need not be looked at again.
    return Changes(documents, max(current_lsn, start.lsn))


def _seconds(date: str) -> int:
    try:
        moment = parsedate_to_datetime(date)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise BadRequestError("If-Modified-Since is not a date.") from None
