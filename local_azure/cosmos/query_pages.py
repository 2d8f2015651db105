"""Paging through the rows of a plan.

Where a row has a position, the next page begins after it whatever was written in between. Rows of DISTINCT and GROUP
BY have none: there, and where a position is too long for a header, the token counts the rows already given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from local_azure.cosmos import continuation, json_text
from local_azure.cosmos.sql.plan import Plan, Position, Row
from local_azure.cosmos.sql.values import UNDEFINED

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
# The service ends a page near this size: https://learn.microsoft.com/azure/cosmos-db/nosql/query/pagination
MAX_PAGE_CHARACTERS = 4 * 1024 * 1024

Scan = Callable[[int], Iterable[tuple[int, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Page:
    """The JSON texts of the rows, how many documents were looked at, and the token of the next page."""

    texts: list[str]
    scanned: int
    token: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: after so many rows, and after that position where rows have one."""

    taken: int = 0
    position: Position | None = None

    def to_json(self) -> dict[str, Any]:
        """The form that goes into a token; undefined ORDER BY values are left out of their list."""
        if self.position is None:
            return {"n": self.taken}
        order = [[] if value is UNDEFINED else [value] for value in self.position.order]
        return {"n": self.taken, "o": order, "d": self.position.document, "s": self.position.scope}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Place:
        """The inverse of `to_json`."""
        if "d" not in body:
            return cls(body["n"])
        order = tuple(value[0] if value else UNDEFINED for value in body["o"])
        return cls(body["n"], Position(order, body["d"], body["s"]))


class Pager:
    """Reads pages of one query; `key` and `subject` sign its tokens."""

    def __init__(self, plan: Plan, key: bytes, subject: str) -> None:
        self._plan = plan
        self._key = key
        self._subject = subject
        self._scanned = 0

    def page(self, scan: Scan, token: str | None, size: int) -> Page:
        """The page at the token. `scan` gives documents from a storage position on. Raises BadRequestError."""
        place = Place() if token is None else Place.from_json(continuation.decode(self._key, self._subject, token))
        rows = self._remaining(scan, place)
        texts: list[str] = []
        characters = 0
        for row in rows:
            text = json_text.dump(row.value)
            texts.append(text)
            characters += len(text)
            if len(texts) == size or characters > MAX_PAGE_CHARACTERS:
                place = Place(place.taken + len(texts), row.position)
                return Page(texts, self._scanned, self._token(place) if any(True for _ in rows) else None)
        return Page(texts, self._scanned, None)

    def _remaining(self, scan: Scan, place: Place) -> Iterator[Row]:
        window = self._plan.window
        start = place.position.document if place.position and self._plan.is_streaming else 0
        rows = self._plan.rows(self._counted(scan(start)))
        if place.position is not None:
            after = self._plan.sort_key(place.position)
            rows = (row for row in rows if row.position is not None and self._plan.sort_key(row.position) > after)
            skipped = 0
        else:
            skipped = window.offset + place.taken
        left = None if window.limit is None else max(window.limit - place.taken, 0)
        return islice(rows, skipped, None if left is None else skipped + left)

    def _counted(self, documents: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
        for entry in documents:
            self._scanned += 1
            yield entry

    def _token(self, place: Place) -> str | None:
        token = continuation.encode(self._key, self._subject, place.to_json())
        return token or continuation.encode(self._key, self._subject, Place(place.taken).to_json())
