"""Lists as tables for spreadsheets: CSV (RFC 4180), a page at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from starlette.responses import Response

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
SHEET_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "CSV (RFC 4180).", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
"""What the OpenAPI document says of such an answer."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet calculate; people choose their names themselves."""


def sheet_response(text: str, file_name: str, next_link: str | None) -> Response:
    """The table as a file to save; the address of the next page is in the header Link."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    if next_link:
        headers["Link"] = f'<{next_link}>; rel="next"'
    return Response(text, media_type=CONTENT_TYPE, headers=headers)


def sheet(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """The table with a header, its lines ended by CR LF. `names` are those of the columns in snake_case."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(to_camel(name) for name in names)
    for row in rows:
        writer.writerow(_cell(row.get(name)) for name in names)
    return text.getvalue()


def _cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
