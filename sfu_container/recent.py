"""A memory of ids for as long as a grant that names them may still come."""

from __future__ import annotations

from collections import OrderedDict


class RecentIds:
    """Ids with the time until which they are remembered; of too many, the oldest go first."""

    def __init__(self, seconds: float, max_ids: int = 50_000) -> None:
        self._seconds = seconds
        self._max_ids = max_ids
        self._until: OrderedDict[str, float] = OrderedDict()

    def add(self, item: str, now: float) -> None:
        self._until.pop(item, None)
        self._until[item] = now + self._seconds
        if len(self._until) > self._max_ids:
            self._until.popitem(last=False)

    def has(self, item: str, now: float) -> bool:
        return self._until.get(item, now) > now

    def expire(self, now: float) -> None:
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
