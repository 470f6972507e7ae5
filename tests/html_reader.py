"""A strict parser of HTML fragments, which checks that they are well-formed and have a valid content model.

`read` rejects fragments that a browser would repair; html5ever, through nh3, represents the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import nh3

PHRASING = {"a", "br", "code", "del", "em", "ins", "span", "strong"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
FLOW = PHRASING | HEADINGS | {"p", "pre", "ul", "ol", "blockquote", "table", "hr", "details"}
CHILDREN = {
    **dict.fromkeys(PHRASING | HEADINGS | {"p", "pre", "summary"}, PHRASING),
    **dict.fromkeys(("body", "li", "blockquote", "td", "th"), FLOW),
    **{key: {"li"} for key in ("ul", "ol")},
    "details": FLOW | {"summary"},
    "table": {"thead", "tbody", "tr"},
    **{key: {"tr"} for key in ("thead", "tbody")},
    "tr": {"td", "th"},
    "br": set(),
    "hr": set(),
}
ATTRIBUTES = {"class", "id", "href", "start", "align", "scope", "colspan"}
WITHOUT_WORDS = {"ul", "ol", "table", "thead", "tbody", "tr", "details", "br", "hr"}
OURS = {"inforce-sr", "inforce-note", "inforce-pilcrow"}
# Allowed in HTML but not in XML.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read(fragment: str) -> ElementTree.Element:
    """Return `fragment` parsed into a body; raise AssertionError if it is not well-formed or not valid."""
    closed = re.sub("<(br|hr)>", r"<\1/>", CONTROLS.sub(" ", fragment))
    body = ElementTree.fromstring(f"<body>{closed}</body>")  # noqa: S314  # trusted input
    for element in body.iter():
        _check_element(element)
    assert [inner for link in body.iter("a") for inner in link.iter("a") if inner is not link] == []
    ids = [element.attrib["id"] for element in body.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert _as_browser_reads(fragment) == _as_written(fragment)
    return body


def _check_element(element: ElementTree.Element) -> None:
    children = [child.tag for child in element]
    assert set(children) <= CHILDREN[element.tag], f"<{element.tag}> holds {children}"
    assert set(element.attrib) <= ATTRIBUTES
    if element.tag in WITHOUT_WORDS:
        assert not "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if element.tag == "details":
        assert children.index("summary") == 0
        assert children.count("summary") == 1


def _as_browser_reads(fragment: str) -> str:
    tags = set(CHILDREN) - {"body"}
    clean = nh3.clean(fragment, tags=tags, attributes={"*": ATTRIBUTES}, link_rel=None, clean_content_tags=set())
    return _as_written(clean)


def _as_written(html: str) -> str:
    """Return the fragment without optional variations: character escapes and tbody."""
    return re.sub("</?tbody>", "", unescape(html)).replace("\r\n", "\n").replace("\r", "\n")


def characters_in(text: str) -> str:
    """Return the characters of `text` without white space, comparable with those of `characters_of`."""
    return "".join(CONTROLS.sub(" ", text).split())


def characters_of(body: ElementTree.Element, without: str = "") -> str:
    """Return the characters of the text in `body` outside the elements `without` and without interface words."""
    return "".join("".join(_texts(body, without)).split())


def _texts(element: ElementTree.Element, without: str) -> Iterator[str]:
    if element.tag != without and element.tag != "summary" and element.get("class") not in OURS:
        yield element.text or ""
        for child in element:
            yield from _texts(child, without)
            yield child.tail or ""
