"""Record docs/images/meeting.png: four people in the demo meeting, each in a browser, as the README shows it."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import Person, chromium  # noqa: E402 - the path comes first
from tests.support.platform import Platform  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "meeting.png"


CAMERA = (Path(__file__).parent / "drawn_camera.js").read_text()
LOOKS = {
    "Ann": {"wall": "#e3a77d", "shirt": "#2f5d8a", "skin": "#f0c3a0", "hair": "#6b3a24", "long": True},
    "Ben": {"wall": "#7ba3bd", "shirt": "#c0563f", "skin": "#8d5a3b", "hair": "#1d1613", "glasses": True},
    "Cem": {"wall": "#98bb86", "shirt": "#394b3c", "skin": "#d9a57c", "hair": "#2d2320"},
    "Dua": {"wall": "#b7a0d6", "shirt": "#e0a33a", "skin": "#b97c55", "hair": "#241a19", "long": True},
}


async def record(origin: str) -> None:
    async with chromium() as browser:
        people = {
            name: await Person.join(browser, origin, name, script=f"({CAMERA})({json.dumps(look)});")
            for name, look in LOOKS.items()
        }
        ann, ben = people["Ann"], people["Ben"]
        for name in ("Ben", "Cem", "Dua"):
            await ann.sees_moving(name)
        await ann.control("chat").click()
        await say(ben, "Good morning! Shall we start?")
        await say(people["Dua"], "Yes: the plan for Thursday first")
        await ann.page.get_by_test_id("chat-message").nth(1).wait_for()
        await ann.sees_moving("Dua", frames=60)
        await ann.page.screenshot(path=PICTURE)


async def say(person: Person, text: str) -> None:
    await person.control("chat").click()
    await person.page.get_by_test_id("chat-input").fill(text)
    await person.page.get_by_test_id("chat-send").click()


def main() -> None:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        platform = Platform.start(Path(home))
        try:
            asyncio.run(record(platform.origin))
        finally:
            platform.stop()
    Image.open(PICTURE).convert("RGB").save(PICTURE, optimize=True)
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
