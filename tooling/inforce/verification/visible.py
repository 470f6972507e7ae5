"""Read the visible words of a page strictly: HTML that two parsers can read differently is a fault.

Invariants: words in a hidden element, or in an element that no policy text contains, are not returned as words of the
text; words of the page outside its known parts are returned as extra words.
Not responsible for: evaluating style sheets and scripts; comparing the words with a text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from inforce.verification.active import active_fault, of_this_site

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_AROUND: Final = frozenset(("html", "body", "div", "main", "article"))
_INLINE: Final = frozenset(("a", "code", "em", "strong", "span", "ins", "del"))
_LISTS: Final = frozenset(("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"))
_BLOCKS: Final = _LISTS | {"h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "blockquote", "div", "details"}
_OF_TEXT: Final = (_INLINE | _BLOCKS) - {"span", "ins", "del", "div", "details"}
_OF_REDLINE: Final = _INLINE | _BLOCKS | {"summary"}
_ATTRIBUTES: Final = frozenset(("id", "href", "start", "align"))
# The classes of these elements on the pages of a site; style sheets of the site hide words by other classes.
_PLAIN_CLASSES: Final = frozenset(
    {"no-js", "md-container", "md-main", "md-main__inner", "md-grid", "md-content", "md-content__inner", "md-typeset"}
    | {"inforce-shown", "inforce-text", "inforce-redline"}
)
# Browsers read the content of these elements as text, and HTMLParser reads it as elements.
_TEXT_ONLY: Final = frozenset(
    ("title", "textarea", "noscript", "noembed", "noframes", "iframe", "xmp", "plaintext", "listing")
)
_HIDING: Final = frozenset(("hidden", "style", "popover"))
_NO_WORDS: Final = frozenset(("script", "style", "template", "svg", "form"))
_PARTS: Final = frozenset(("header", "section", "aside", "nav", "footer"))
_PARTS_OF_PAGE: Final = frozenset(("head", "header", "aside", "nav", "footer", "form"))
_OURS: Final = frozenset(("inforce-sr", "inforce-note", "inforce-pilcrow"))
_UNSURE_COMMENTS: Final = (">", "->")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleRedline:
    """The characters of the old and the new text in a redline, its links, and whether it shows a moved clause."""

    old: str
    new: str
    links: tuple[str, ...]
    moved: bool


@dataclass(slots=True)
class VisiblePage:
    """The parsed page: the words of each text, the redlines, other words of the page, and the faults.

    `links` are the destinations of the links in its texts; a destination on the same site is an empty string, because
    the build rewrites it. `active` says which elements run code or load content of another site.
    """

    texts: list[list[str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    redlines: list[VisibleRedline] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An open element: whether its words are hidden, and its zone and side of a redline.

    `around` is True if the element and all its ancestors can contain a text.
    """

    tag: str
    hidden: bool = False
    around: bool = True
    zone: str = ""
    side: str = ""


def read_page(html: str) -> VisiblePage:
    """Return the visible content of the page `html`."""
    return _read(html, _Open(tag="", zone="page"))


def read_fragment(html: str) -> VisiblePage:
    """Return the visible content of `html`, a text without a page around it."""
    return _read(html, _Open(tag="", zone="text"))


def _read(html: str, around: _Open) -> VisiblePage:
    reader = _Reader(around)
    reader.feed(html)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self, around: _Open) -> None:
        super().__init__()
        self.page = VisiblePage()
        self._stack = [around]
        self._text: list[str] = []
        self._old: list[str] = []
        self._new: list[str] = []
        self._links: list[str] = []
        self._moved = False
        self._articles = 0

    def finished(self) -> VisiblePage:
        if len(self._stack) > 1:
            self._fault(f"<{self._stack[-1].tag}> is never closed")
        if self._stack[0].zone == "text":
            self.page.texts.append("".join(self._text).split())
        return self.page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if len(values) < len(attrs):
            self._fault(f"<{tag}> has an attribute twice")
        if tag == "style" or (tag == "meta" and values.get("http-equiv", "").lower() == "refresh"):
            self._fault(f"<{tag}> can hide or replace the text")
        if self._stack[-1].tag in _TEXT_ONLY or tag == "plaintext":
            self._fault(f"<{tag}> inside <{self._stack[-1].tag}> is text to browsers")
        self._check_active(tag, values)
        if tag in _VOID:
            self._void(tag, values)
            return
        self._stack.append(self._opened(tag, values, self._stack[-1]))
        self._link(tag, values)
        if tag in _BLOCKS:
            self._text.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)
        elif not any(element.tag == "svg" for element in self._stack) and tag != "svg":
            self._fault(f"<{tag}/> is not closed by its slash")
            self.handle_starttag(tag, attrs)
        else:
            self._check_active(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or len(self._stack) == 1 or self._stack[-1].tag != tag:
            self._fault(f"</{tag}> closes nothing")
            return
        closed = self._stack.pop()
        zone = self._stack[-1].zone
        if tag in _BLOCKS:
            self._text.append(" ")
        if closed.zone == "text" and zone != "text":
            self.page.texts.append("".join(self._text).split())
        elif closed.zone == "redline" and zone != "redline":
            old, new = _characters(self._old), _characters(self._new)
            self.page.redlines.append(VisibleRedline(old=old, new=new, links=tuple(self._links), moved=self._moved))

    def handle_data(self, data: str) -> None:
        now = self._stack[-1]
        if now.hidden:
            if now.tag == "script" and "<!--" in data:
                self._fault("a script contains a comment mark")
            if data.strip() and (now.zone == "text" or (now.zone == "redline" and now.tag not in _OF_REDLINE)):
                self._fault(f"<{now.tag}> inside the text contains words, but no policy text contains this element")
        elif now.zone == "text":
            self._text.append(data)
        elif now.zone == "redline" and now.side != "ours":
            if now.side != "ins":
                self._old.append(data)
            if now.side != "del":
                self._new.append(data)
        elif now.zone in ("article", "page"):
            self.page.extra += data.split()

    def handle_comment(self, data: str) -> None:
        if data.startswith(_UNSURE_COMMENTS) or "--!" in data or "<!--" in data:
            self._fault("a comment is not closed correctly")

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self._fault("it has a declaration that is not valid HTML")

    def unknown_decl(self, data: str) -> None:
        self._fault(f"it has a declaration that is not valid HTML: {data[:20]}")

    def handle_pi(self, data: str) -> None:
        self._fault(f"it has a processing instruction, which is not valid HTML: {data[:20]}")

    def _fault(self, message: str) -> None:
        self.page.faults.append(message)

    def _link(self, tag: str, values: dict[str, str]) -> None:
        zone = self._stack[-1].zone
        if tag == "a" and zone in ("text", "redline") and "href" in values:
            links = self.page.links if zone == "text" else self._links
            links.append("" if of_this_site(values["href"]) else values["href"])

    def _check_active(self, tag: str, values: dict[str, str]) -> None:
        if fault := active_fault(tag, values):
            self.page.active.append(fault)

    def _void(self, tag: str, values: dict[str, str]) -> None:
        if self._stack[-1].zone != "text":
            return
        self._text.append(" ")
        if tag not in ("br", "hr") or values:
            self._fault(f"<{tag}> stands in the text")

    def _opened(self, tag: str, values: dict[str, str], parent: _Open) -> _Open:
        classes = set(values.get("class", "").split())
        hidden = parent.hidden or tag in _NO_WORDS or bool(_HIDING & values.keys())
        hidden = hidden or values.get("aria-hidden", "false") != "false"
        if parent.zone == "text":
            return _Open(tag=tag, zone="text", hidden=hidden or tag not in _OF_TEXT or not values.keys() <= _ATTRIBUTES)
        if parent.zone == "redline":
            self._moved = self._moved or "inforce-moved" in classes
            side = parent.side or (tag if tag in ("ins", "del") else "")
            side = "ours" if tag == "summary" or classes & _OURS else side
            return _Open(tag=tag, zone="redline", hidden=hidden or tag not in _OF_REDLINE, side=side)
        if {"inforce-text", "inforce-redline"} & classes:
            return self._began(tag, "text" if "inforce-text" in classes else "redline", hidden, parent, classes)
        if tag == "article":
            self._articles += 1
            if self._articles > 1:
                self._fault("it has two articles")
        zone = "article" if tag == "article" else self._zone(tag, classes, parent)
        return _Open(
            tag=tag, zone=zone, hidden=hidden, around=parent.around and tag in _AROUND and classes <= _PLAIN_CLASSES
        )

    def _began(self, tag: str, zone: str, hidden: bool, parent: _Open, classes: set[str]) -> _Open:
        (self._text if zone == "text" else self._old).clear()
        self._new.clear()
        self._links.clear()
        self._moved = False
        fit = parent.around and tag == "div" and classes <= _PLAIN_CLASSES and parent.zone in ("article", "page")
        return _Open(tag=tag, zone=zone, hidden=hidden or not fit)

    @staticmethod
    def _zone(tag: str, classes: set[str], parent: _Open) -> str:
        if parent.zone == "page":
            return "part" if tag in _PARTS_OF_PAGE else "page"
        if parent.zone != "article":
            return parent.zone
        known = tag in _PARTS or any(name.startswith("inforce-") and name != "inforce-shown" for name in classes)
        return "part" if known else "article"


def _characters(parts: list[str]) -> str:
    return "".join("".join(parts).split())
