"""A camera is encoded for those who watch it, and for nobody else."""

import pytest
from playwright.async_api import Browser

from tests.support.browser import Person
from tests.support.platform import Platform
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ACTIVE_RIDS = """async () => [...(await window.__parley.pc.getStats()).values()]
    .filter(report => report.type === 'outbound-rtp' && report.kind === 'video' && report.rid && report.active)
    .map(report => report.rid)"""
FRAMES_SENT = """async () => [...(await window.__parley.pc.getStats()).values()]
    .filter(report => report.type === 'outbound-rtp' && report.kind === 'video')
    .reduce((sum, report) => sum + (report.framesSent ?? 0), 0)"""


async def sends(person: Person, *expected: list[str]) -> None:
    """Wait until the camera is sent in just one of these sets of encodings."""

    async def is_so() -> bool:
        return sorted(await person.page.evaluate(ACTIVE_RIDS)) in expected

    await eventually(is_so, f"{person.name} sends {expected}", 30.0)


async def test_a_camera_stops_while_nobody_watches_and_comes_back_for_who_joins(
    browser: Browser, platform: Platform
) -> None:
    ann = await Person.join(browser, platform.origin, "Ann")
    await sends(ann, [])
    before = await ann.page.evaluate(FRAMES_SENT)
    ben = await Person.join(browser, platform.origin, "Ben")
    await ben.sees_moving("Ann")
    assert await ann.page.evaluate(FRAMES_SENT) > before
    # Ben's window is one tile: a single encoding is enough for it.
    await sends(ann, ["q"], ["h"])
    await ben.sees_moving("Ann")
    await ben.leave()
    await sends(ann, [])
