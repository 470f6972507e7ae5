"""The search index of the theme: the pages that show texts in force, split at their headings.

Old versions are excluded: readers search for the text in force, and an index of every version would be too large for a
browser. Entries have the format of Material's search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from typing import Any

from inforce.publication import Page
from inforce.site.mkdocs.page_template import Rendered

INDEX = "search/search_index.json"
TEXTS = "search/texts.json"
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_APART = {"dt", "dd", "tr", "td", "th", "div", "blockquote", "section", "summary"}
# The search cuts its excerpts at these tags.
_KEPT = {"p", "li", "ul", "ol", "pre", "code"}


def beside(page: Page) -> str:
    """Return the path under which the entries of `page` are stored; the site has no file at this path."""
    return f"{INDEX}#{page.address}"


def entries(page: Page, rendered: Rendered) -> bytes:
    """Return the search entries of `page`, whose content is `rendered`, as JSON."""
    reader = _SectionReader()
    reader.feed(rendered.content)
    reader.close()
    return json.dumps([_entry(page, rendered, *section) for section in reader.sections]).encode()


def merged(index: bytes, additional: Iterable[bytes]) -> bytes:
    """Return `index`, made by the theme's plugin from the other pages, with the `additional` entries."""
    data = json.loads(index)
    data["docs"] += [entry for entries in additional for entry in json.loads(entries)]
    return json.dumps(data, separators=(",", ":")).encode()


def without_texts(index: bytes) -> bytes:
    """Return `index` with its settings but without entries."""
    return json.dumps({**json.loads(index), "docs": []}).encode()


def _entry(page: Page, rendered: Rendered, anchor: str, title: str, text: str) -> dict[str, Any]:
    location = f"{page.address}#{anchor}" if anchor else page.address
    return {"location": location, "title": title or escape(rendered.title, quote=False), "text": text}


_NOTHING = re.compile(r"<(\w+)> ?</\1> ?")


class _SectionReader(HTMLParser):
    """Parses the sections of a page: the id and text of each heading, and the text below it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self._open: list[tuple[str, bool]] = []

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """The sections: anchor, title and text; title and text are HTML with only the tags of blocks."""
        cleaned = [(anchor, _flat(title), _flat(text)) for anchor, title, text in self._found]
        return [section for section in cleaned if section[1] or section[2]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle the start of `tag`; a heading with an id starts a section."""
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
        """Handle the end of `tag`."""
        if tag in _APART:
            self.handle_data(" ")
        if self._open and self._open[-1][0] == tag:
            _, excluded = self._open.pop()
            if tag in _KEPT and not excluded:
                self._take(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Add text to the heading of the section or to the text below it."""
        if not (self._open and self._open[-1][1]):
            self._take(escape(data, quote=False))

    def _take(self, piece: str) -> None:
        within = bool(self._found[-1][0]) and any(tag in _HEADINGS for tag, _ in self._open)
        _, title, text = self._found[-1]
        (title if within else text).append(piece)


def _flat(words: list[str]) -> str:
    return _NOTHING.sub("", " ".join("".join(words).split()))
