"""Accessibility problems of a page according to axe, which checks WCAG."""

from __future__ import annotations

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from browser.watch import settled

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page: Page, sizes: Iterable[ViewportSize], **rules: object) -> list[str]:
    """Return the findings of axe on `page` at `sizes` for `rules`, one sentence per element."""
    violations = []
    page.evaluate(Axe().axe_script)
    for size in sizes:
        page.set_viewport_size(size)
        settled(page)
        options = {"resultTypes": ["violations"], "runOnly": rules}
        violations += page.evaluate("options => axe.run(options).then(said => said.violations)", options)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
