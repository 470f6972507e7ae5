"""The visible text of a page without scripts, and the links in its head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class _Reader(HTMLParser):
    """A parser that collects the text outside `hidden` elements and the attributes of every tag."""

    words: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    _open: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(said)
        if tag not in VOID:
            self._open.append("hidden" in said or tag in ("script", "svg"))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.words.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def article(page: str) -> str:
    """Return the article of `page`."""
    return page.partition("<article")[2].partition(">")[2].partition("</article>")[0]


def visible(html: str) -> str:
    """Return the text of `html` that is visible without scripts, with single spaces."""
    return re.sub(r"\s+([:.])", r"\1", " ".join("".join(_read(html).words).split()))


def attributes(html: str) -> list[dict[str, str]]:
    """Return the attributes of every tag in `html`, in order."""
    return _read(html).tags


def head_links(site: Path, place: str, home: str) -> Iterator[tuple[str, str]]:
    """Yield the relations of the page at `place`: the relation and the target path below `home`."""
    page = (site / place / "index.html").read_text("utf-8")
    for tag in re.findall(r"<link [^>]*>", page.partition("</head>")[0]):
        said = {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if said["href"].startswith(home):
            yield said["rel"].strip(), said["href"].removeprefix(home)
