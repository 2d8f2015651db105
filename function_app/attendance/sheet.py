"""Attendance as a table for spreadsheets: CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pydantic.alias_generators import to_camel

from function_app.attendance.models import AttendanceResource

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet calculate; people choose their names themselves."""


def attendance_sheet(rows: Iterable[AttendanceResource]) -> str:
    """The table with a header, its lines ended by CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    names = tuple(AttendanceResource.model_fields)
    writer.writerow(to_camel(name) for name in names)
    for row in rows:
        shown = row.model_dump(mode="json")
        writer.writerow(_cell(shown[name]) for name in names)
    return text.getvalue()


def _cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
