"""Create the pictures of README and docs: `pictures.py SITE FOLDER`, where SITE is a build of the sample book.

`make pictures` runs this script on a site built for a fixed instant, so that a picture changes only with the page. The
right-to-left page is from a book of the tests, and the PDF is created by the command line. Pictures are reduced to a
palette, so that each is smaller than `LARGEST`.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # as in pytest

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from browser import chromium
from browser.static_site import StaticSite
from built import build
from inforce.cli.runner import run
from long_book import AT, arabic_book

ROOT = Path(__file__).parents[2]
LARGEST = 100_000  # bytes per picture
BOTH = ":has(> del:not(.inforce-pilcrow)):has(> ins:not(.inforce-pilcrow))"
CHANGED = f".inforce-redline :is(p, li){BOTH}"
BESIDE = ".inforce-sides tr:has(> td > p > del:not(.inforce-pilcrow)):has(> td > p > ins)"
REDLINE = "privacy/changes/2024-03-01...2025-01-01/"


class Picture(NamedTuple):
    """A picture: the file name, the page, the section shown, and preparations.

    `opened` is clicked first; `middle` is scrolled to the centre, and `above` to the top; with `only`, the picture
    shows only that element. Each may be a list, of which the first existing element is used.
    """

    name: str
    page: str
    width: int = 1100
    height: int = 760
    dark: bool = False
    opened: str = ""
    middle: str = ""
    above: str = ""
    only: str = ""
    book: str = "sample"


PICTURES = (
    Picture("home", ""),
    Picture("in-force", "privacy/"),
    Picture("announced", "privacy/2031-03-01/"),
    Picture("version", "privacy/2026-01-15/", above=".inforce-facts"),
    Picture("redline", REDLINE, height=860, middle=CHANGED),
    Picture("side-by-side", REDLINE, width=1280, opened=".inforce-beside summary", middle=BESIDE),
    Picture("history", "privacy/history/", height=860),
    Picture("sections", "privacy/history/", height=760, above="#sections"),
    Picture("draft", "operators/worked-example/", only="blockquote >> nth=0"),
    Picture("review", "operators/worked-example/", only="blockquote >> nth=1"),
    Picture("compare", "privacy/changes/", height=640),
    Picture("check", "privacy/", height=520, above="#check-this-text"),
    Picture("chinese", "privacy/zh-Hans/", height=640),
    Picture("right-to-left", "terms/", book="arabic"),
    Picture("dark", REDLINE, dark=True, middle=CHANGED),
    Picture("phone", "privacy/", width=360, height=720, dark=True),
    Picture("phone-redline", REDLINE, width=360, height=720, middle=CHANGED),
)
PAPERS = {
    "paper": ("pdf", "privacy", "2026-01-15"),
    "paper-redline": ("diff", "privacy", "2024-03-01", "2025-01-01", "--format", "pdf"),
}


def draw(browser: Browser, picture: Picture, site: StaticSite) -> bytes:
    """Create the PNG of `picture` from `site`."""
    with opened(browser, picture, site.url) as page:
        if picture.opened:
            page.locator(picture.opened).first.click()
        for place, block in ((picture.middle, "center"), (picture.above, "start")):
            if place and page.locator(place).count():
                page.locator(place).first.evaluate(
                    "(one, block) => { one.style.scrollMarginTop = '4rem'; one.scrollIntoView({block}) }", block
                )
        page.mouse.move(0, 0)
        if picture.only:
            page.evaluate("document.querySelector('.md-header').remove()")  # it would cover a part of the element
        drawn = page.locator(picture.only).first if picture.only else page
        return drawn.screenshot(animations="disabled")


@contextmanager
def opened(browser: Browser, picture: Picture, url: str) -> Iterator[Page]:
    """Open the page of `picture`, which must exist."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    page.clock.set_fixed_time(AT)
    answer = page.goto(url + picture.page)
    if answer is None or not answer.ok:
        raise SystemExit(f"{picture.page} is not on the site; expected a page to draw as “{picture.name}”")
    page.evaluate("document.fonts.ready")
    yield page
    page.close()


def print_first_page(words: tuple[str, ...], folder: Path) -> bytes:
    """Create a PNG of the first page of the PDF that the command `words` writes."""
    file = folder / "paper.pdf"
    if run([*words, "--output", str(file), "--repo", str(ROOT)]):
        raise SystemExit(f"inforce {' '.join(words)} wrote no PDF")
    drawn = io.BytesIO()
    pypdfium2.PdfDocument(file)[0].render(scale=1.25).to_pil().save(drawn, "PNG")
    return drawn.getvalue()


def keep(content: bytes, target: Path) -> None:
    """Write the PNG `content` to `target` with as many colours as fit into `LARGEST`."""
    whole = Image.open(io.BytesIO(content)).convert("RGB")
    for colours in (128, 64, 32, 16):
        small = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        if small.tell() <= LARGEST:
            target.write_bytes(small.getvalue())
            print(f"{target} ({small.tell() / 1000:.0f} kB)")
            return
    raise SystemExit(f"{target.name} is larger than {LARGEST} bytes; draw less of the page")


def main(site_folder: str, folder: str) -> None:
    """Create every picture of the site `site_folder` in `folder`, and return the file names."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        arabic = build(arabic_book(temporary / "book").root, temporary / "site", AT)
        folders = {"sample": Path(site_folder), "arabic": arabic}
        sites = {name: stack.enter_context(StaticSite(folder=site_path)) for name, site_path in folders.items()}
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for picture in PICTURES:
            keep(draw(browser, picture, sites[picture.book]), into / f"{picture.name}.png")
        browser.close()
        for name, words in PAPERS.items():
            keep(print_first_page(words, temporary), into / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
