"""Times as people read them: by the clock of their time zone and in the manner of their locale."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from function_app.notifications.languages.texts import Texts
from function_app.schedules.occurrences import Occurrence


def span_text(occurrence: Occurrence, locale: str, time_zone: str, texts: Texts) -> str:
    """The day, the beginning, the end and the time zone; where the meeting ends on another day, that too."""
    # Imported at the first letter: it reads the tables of all languages.
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date, format_datetime, format_time, get_timezone_name

    try:
        known = Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en")
    zone = ZoneInfo(time_zone)
    begins, ends = occurrence.starts_on.astimezone(zone), occurrence.ends_on.astimezone(zone)
    is_one_day = begins.date() == ends.date()
    return texts.span.format(
        date=format_date(begins, "full", locale=known),
        begin=format_time(begins, "short", tzinfo=zone, locale=known),
        end=(format_time if is_one_day else format_datetime)(ends, "short", tzinfo=zone, locale=known),
        zone=get_timezone_name(begins, locale=known),
    )
