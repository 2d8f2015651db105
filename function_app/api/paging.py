"""Lists, a page at a time: what is asked for, and the link to the next page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from function_app.api.continuation import ALPHABET, MAXIMUM_LENGTH, PARAMETER, Listing
from function_app.wiring import Services

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 200

PageSize = Annotated[int, Query(alias="maxpagesize", ge=1, le=MAXIMUM_PAGE_SIZE)]
ContinuationToken = Annotated[str | None, Query(alias=PARAMETER, max_length=MAXIMUM_LENGTH, pattern=ALPHABET)]


class Paging:
    """One request for a page of a list.

    `listing` names the list, and with what chooses from it in `query` a continuation token is good for this list only.
    """

    def __init__(
        self, services: Services, path: str, listing: Listing, size: int, token: str | None, **query: str | None
    ) -> None:
        self._services = services
        self._path = path
        self._query = {name: value for name, value in query.items() if value}
        self._listing = (*listing, *(f"{name}={value}" for name, value in self._query.items()))
        self.size = size
        self.continuation = services.continuations.open(self._listing, token) if token else None
        """What the store needs to go on. To make this raises InvalidRequestError for a token of another list."""

    def next_link(self, following: str | None) -> str | None:
        """The address of the next page; None when nothing follows."""
        if following is None:
            return None
        token = self._services.continuations.seal(self._listing, following)
        query = urlencode({"maxpagesize": self.size, **self._query, PARAMETER: token})
        return f"{self._services.settings.public_url}{self._path}?{query}"
