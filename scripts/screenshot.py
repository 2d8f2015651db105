"""Record docs/images/meeting.png: three people in the demo meeting, each in a browser, as the README shows it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import Person, chromium  # noqa: E402 - the path comes first
from tests.support.platform import Platform  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "meeting.png"


async def record(origin: str) -> None:
    async with chromium() as browser:
        people = [await Person.join(browser, origin, name) for name in ("Ann", "Ben", "Cem")]
        ann = people[0]
        for person in people[1:]:
            await ann.sees_moving(person.name)
        await people[1].control("chat").click()
        await people[1].page.get_by_test_id("chat-input").fill("Good morning! Shall we start?")
        await people[1].page.get_by_test_id("chat-send").click()
        await ann.control("chat").click()
        await ann.page.get_by_test_id("chat-message").first.wait_for()
        await ann.sees_moving("Cem", frames=30)
        await ann.page.screenshot(path=PICTURE)


def main() -> None:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        platform = Platform.start(Path(home))
        try:
            asyncio.run(record(platform.origin))
        finally:
            platform.stop()
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
