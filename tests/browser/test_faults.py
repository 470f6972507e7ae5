"""Accessibility faults are found wherever they are on a long page, although axe checks the colours of few elements."""

from __future__ import annotations

from playwright.sync_api import Page

from browser.faults import DESK, faults

ITEMS = "".join(f'<li class="item"><span>Item number {number}</span></li>' for number in range(300))
LONG = """<!doctype html><html lang="en"><title>Long</title><style>
.dark {{ background: #333 }} p a {{ color: #05a; text-decoration: none }}
</style><main><h1>Long</h1><ul>{}</ul></main></html>"""
FAULTS = """
<li class="item"><span id="colour" style="color: #aaa">Item number 300</span></li>
<li class="item dark"><span id="ground">Item number 301</span></li>
<li class="item" style="opacity: .3"><span id="opacity">Item number 302</span></li>
<li class="item"><span id="size" style="color: #888">Item number 303</span></li>
<li class="item"><span style="color: #888; font-size: 40px">Item number 304, large enough</span></li>
<li class="item"><input id="field" value="Words" style="color: #aaa" aria-label="A field"></li>
<li class="item"><p>Words before <a id="link" href="#top">a link</a> and after it.</p></li>
<li class="item"><input id="unlabelled"></li>
"""


def test_faults_at_the_end_of_a_long_page_are_found(page: Page) -> None:
    page.set_content(LONG.format(ITEMS))
    assert faults(page, [DESK]) == []

    page.set_content(LONG.format(ITEMS + FAULTS))
    contrast = {f"color-contrast: ['#{name}']" for name in ("colour", "ground", "opacity", "size", "field")}
    expected = {*contrast, "link-in-text-block: ['#link']", "label: ['#unlabelled']"}
    assert {fault.partition(" Fix ")[0] for fault in faults(page, [DESK])} == expected
    assert {fault.partition(" Fix ")[0] for fault in faults(page, [DESK], colours_only=True)} == expected - {
        "label: ['#unlabelled']"
    }
