"""Draws the pictures that README and docs show, from a built site: `pictures.py SITE FOLDER`.

Run as a script by `make pictures`, which builds the site at a fixed instant, so that a picture changes only when the
page does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import chromium
from playwright.sync_api import Browser, sync_playwright
from static_site import StaticSite


class Picture(NamedTuple):
    """What to draw: the name of the file, the page, how much of it, and what stands in the middle."""

    name: str
    page: str
    width: int
    height: int
    dark: bool = False
    middle: str = ""


PICTURES = (
    Picture("in-force", "privacy/", 1100, 800),
    Picture("redline", "privacy/changes/2025-09-01...2026-01-15/", 1100, 900, middle=".inforce-redline p del"),
    Picture("history", "privacy/history/", 1100, 900),
    Picture("phone", "privacy/", 360, 720, dark=True),
)


def draw(browser: Browser, picture: Picture, site: StaticSite, folder: Path) -> Path:
    """Draw `picture` of `site` into `folder`."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    answer = page.goto(site.url + picture.page)
    if answer is None or not answer.ok:
        raise SystemExit(f"{picture.page} is not on the site; expected a page to draw as “{picture.name}”")
    page.evaluate("document.fonts.ready")
    if picture.middle:
        page.locator(picture.middle).first.evaluate("one => one.scrollIntoView({block: 'center'})")
    target = folder / f"{picture.name}.png"
    page.screenshot(path=target, animations="disabled")
    page.close()
    return target


def main(site_folder: str, folder: str) -> None:
    """Draw every picture of the site in `site_folder` into `folder`, and name the files."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    with StaticSite(folder=Path(site_folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for picture in PICTURES:
            print(draw(browser, picture, site, into))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
