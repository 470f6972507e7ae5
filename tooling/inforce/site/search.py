"""What the search of the theme looks in: the pages that show what applies now, cut at their headings.

Old versions stay out: a reader who searches wants what applies, and an index of every version would take the browser
longer to load than the answer is worth. Entries have the shape that Material's search reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from typing import Any

from inforce.publication import Page, PageKind
from inforce.site.mkdocs.page_template import Rendered

INDEX = "search/search_index.json"
TEXTS = "search/texts.json"
FOUND = (PageKind.HOME, PageKind.POLICY)
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_APART = {"dt", "dd", "tr", "td", "th", "div", "blockquote", "section", "summary"}
# What the search shows around a word it found is cut at these.
_KEPT = {"p", "li", "ul", "ol", "pre", "code"}


def beside(page: Page) -> str:
    """Name the place of the entries of `page`; it is no address of the site."""
    return f"{INDEX}#{page.address}"


def entries(page: Page, rendered: Rendered) -> bytes:
    """Write the entries for `page`, which was `rendered`, as JSON."""
    reader = _SectionReader()
    reader.feed(rendered.content)
    reader.close()
    return json.dumps([_entry(page, rendered, *section) for section in reader.sections]).encode()


def merged(index: bytes, found: Iterable[bytes]) -> bytes:
    """Put the entries `found` into the `index` that the theme's plugin made of the other pages."""
    data = json.loads(index)
    data["docs"] += [entry for entries in found for entry in json.loads(entries)]
    return json.dumps(data, separators=(",", ":")).encode()


def without_texts(index: bytes) -> bytes:
    """Leave in `index` nothing but how to search."""
    return json.dumps({**json.loads(index), "docs": []}).encode()


def _entry(page: Page, rendered: Rendered, anchor: str, title: str, text: str) -> dict[str, Any]:
    location = f"{page.address}#{anchor}" if anchor else page.address
    return {"location": location, "title": title or escape(rendered.title, quote=False), "text": text}


_NOTHING = re.compile(r"<(\w+)> ?</\1> ?")


class _SectionReader(HTMLParser):
    """Sections of a page: the id of the heading that opens each, its words, and the words under it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self._open: list[tuple[str, bool]] = []

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """The sections: anchor, title and text, the last two as HTML with the tags of blocks alone."""
        made = [(anchor, _flat(title), _flat(text)) for anchor, title, text in self._found]
        return [section for section in made if section[1] or section[2]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open `tag`; a heading with an id opens a section."""
        named = dict(attrs)
        if tag in _APART:
            self.handle_data(" ")
        if tag in _VOID:
            return
        excluded = "data-search-exclude" in named or any(skipped for _, skipped in self._open[-1:])
        self._open.append((tag, excluded))
        if tag in _HEADINGS and named.get("id"):
            self._found.append((str(named["id"]), [], []))
        elif tag in _KEPT and not excluded:
            self._take(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """Close `tag`."""
        if tag in _APART:
            self.handle_data(" ")
        if self._open and self._open[-1][0] == tag:
            _, excluded = self._open.pop()
            if tag in _KEPT and not excluded:
                self._take(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Take words where they stand: in the heading of the section, or under it."""
        if not (self._open and self._open[-1][1]):
            self._take(escape(data, quote=False))

    def _take(self, piece: str) -> None:
        within = bool(self._found[-1][0]) and any(tag in _HEADINGS for tag, _ in self._open)
        _, title, text = self._found[-1]
        (title if within else text).append(piece)


def _flat(words: list[str]) -> str:
    return _NOTHING.sub("", " ".join("".join(words).split()))
