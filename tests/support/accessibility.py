"""Pages held against WCAG 2.2 A and AA by axe-core."""

from __future__ import annotations

from playwright.async_api import Page

from tests.support.platform import ROOT

AXE = ROOT / "client" / "node_modules" / "axe-core" / "axe.min.js"

STAND_STILL = """() => Promise.allSettled(document.getAnimations()
    .filter((animation) => animation.effect.getComputedTiming().iterations !== Infinity)
    .map((animation) => animation.finished))"""

# What Fluent's focus management puts around groups: it has the focus for no longer than it takes to hand it on.
RUN = """async (within) => {
    const context = { include: within, exclude: '[data-tabster-dummy]' };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const options = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] };
    const { violations } = await axe.run(context, options);
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}"""


async def violations(page: Page, within: str = "html") -> list[str]:
    """What axe finds wrong with that part of the page as it is shown now, once its animations have come to rest."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    await page.evaluate(STAND_STILL)
    return list(await page.evaluate(RUN, within))
