"""Convert a saved web page to the plain text that a browser would show.

Invariants: words, their order, headings, list items and table cells are kept; hidden content (scripts, styles) is
omitted. The targets of links are returned separately, so that an editor can restore them.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_IS_PAGE = re.compile(r"<!doctype html|<(?:html|body|p|div|h[1-6]|ul|ol|li|br|table)\b[^<>]*>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:html|body|p|div|h[1-6]|ul|ol|li|table)>", re.IGNORECASE)
_HIDDEN = frozenset({"head", "script", "style", "template", "noscript"})
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "ul",
        "ol",
        "table",
        "tr",
        "blockquote",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "dl",
        "dt",
        "dd",
        "hr",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def is_hypertext(text: str) -> bool:
    """Return whether `text` is HTML rather than plain text."""
    return len(_IS_PAGE.findall(text)) > 1 and _CLOSING.search(text) is not None


def shown(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the plain text of the page `text`, and its links as pairs of words and URL."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.plain(), tuple(page.links)


class _Page(HTMLParser):
    """A parser that collects the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self._parts: list[str] = []
        self._hidden = 0
        self._lists: list[int | None] = []
        self._link: tuple[int, str] | None = None

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip a declaration `<![` like a browser (HTML Standard, 13.2.5.42); the base class may raise."""
        return self.parse_bogus_comment(i, bool(report))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line with the mark of its kind if `tag` starts a block."""
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)
            self._begin("")
        elif tag == "li":
            self._begin(self._item(), tight=True)
        elif tag in _HEADINGS:
            self._begin("#" * int(tag[1]) + " ")
        elif tag in ("td", "th"):
            self._parts.append("" if self._parts and self._parts[-1].endswith("\n") else "\t")
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "a":
            self._link = (len(self._parts), dict(attrs).get("href") or "")
        elif tag in _BLOCKS:
            self._begin("", tight=tag == "tr")

    def handle_endtag(self, tag: str) -> None:
        """End the line if `tag` ends a block."""
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag == "a" and self._link:
            start, address = self._link
            if address and not address.startswith("#"):
                self.links.append((" ".join("".join(self._parts[start:]).split()), address))
            self._link = None
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._begin("")
        elif tag in _BLOCKS and tag not in ("tr", "li"):
            self._begin("")

    def handle_data(self, data: str) -> None:
        """Add the text `data`; line ends of the source count as spaces."""
        if not self._hidden:
            self._parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def plain(self) -> str:
        """Return the text of the page."""
        text = "\n".join(line.strip(" ") for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _begin(self, mark: str, *, tight: bool = False) -> None:
        self._parts.append(("\n" if tight else "\n\n") + mark)

    def _item(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "• "
        self._lists[-1] = number + 1
        return f"{number}. "
