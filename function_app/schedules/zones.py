"""Time zones by their names in the IANA database, and the local times of one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every name in the database. A machine's own copy may have more, which are no names of time zones."""
    return frozenset((files("tzdata") / "zones").read_text().split())


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of the zone show `local`.

    Where clocks go back it is the first of two; where they go forward over it, the moment that the clocks of before
    would have called so (RFC 5545, section 3.3.5).
    """
    return local.replace(tzinfo=zone).astimezone(UTC)


def to_local(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of the zone show, without the zone."""
    return moment.astimezone(zone).replace(tzinfo=None)
