"""The code in the README of the Python SDK does what it says, on a running platform."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from function_app.webhooks.signatures import signed_headers

from .conftest import Programs, readme_code

SECRET = "whsec_c2VjcmV0"
EVENT = (
    b'{"specversion": "1.0", "id": "evt_1", "source": "s", "type": "participant.joined", "subject": "weekly-planning", '
    b'"time": "2026-11-01T09:30:00Z", "sequence": 3, "datacontenttype": "application/json", '
    b'"data": {"session": "ses_1", "participant": "par_1", "user": "ann@example.com", "name": "Ann", "role": "host"}}'
)


async def test_the_quick_start_creates_a_meeting_and_shows_it(programs: Programs) -> None:
    quick_start, in_async_programs, _ = readme_code("python", "python")
    (programs.folder / "quick_start.py").write_text(quick_start)
    (programs.folder / "in_async_programs.py").write_text(in_async_programs)
    link, *shown = (await programs.run(sys.executable, "-W", "error", "quick_start.py")).splitlines()
    assert link.startswith("Ann joins at https://meet.example/")
    assert sorted(shown) == ["demo Demo meeting", "weekly-planning Planning"]
    again = await programs.run(sys.executable, "-W", "error", "in_async_programs.py")
    assert again.splitlines() == shown


def test_the_webhook_code_tells_who_is_in() -> None:
    namespace: dict[str, Any] = {}
    exec(readme_code("python", "python")[2], namespace)
    headers = signed_headers("evt_1", datetime.now(UTC), EVENT, [SECRET])
    assert namespace["receive"](EVENT, headers, SECRET) == "Ann is in weekly-planning"
