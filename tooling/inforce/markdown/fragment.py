"""The HTML of a text: a fragment without scripts, styles or requests to other hosts.

The output follows the serialisation rules of the HTML standard (escapes, void elements), so that a sanitiser that
parses and serialises it returns the same bytes. Link titles and code languages are omitted, because they are not
visible. The same text is shown on pages of different depth, in apps and on paper, without accompanying files. Relative
links, links to missing anchors and image files would be broken there, so only their words are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from functools import lru_cache
from urllib.parse import unquote

from markdown_it.token import Token

from inforce.markdown.dialect import SCHEME
from inforce.markdown.inline import UNNAMED_IMAGE, alternative_text
from inforce.markdown.sections import ROOM, Part, Section, read_sections

# HTML living standard, 13.3 Serialising HTML fragments: escaping a string.
TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;"})
ATTRIBUTE_ESCAPES = TEXT_ESCAPES | {ord('"'): "&quot;"}
ATTRIBUTES = ("id", "href", "start", "align")
# A newline follows their opening tags and every closing tag of a block.
OUTER = frozenset({"ul", "ol", "blockquote", "table", "thead", "tbody", "tr"})


def to_html(text: str) -> str:
    """Return the HTML fragment of Markdown `text`: headings have ids, cells an `align`, lists their start."""
    sections = read_sections(text)
    naming = (section for section in sections if section.part.names)
    ids = {str(token.attrs["id"]) for section in naming for token in section.tokens if token.type == "heading_open"}
    return "".join([_html(section, ids) for section in sections])


def _html(section: Section, ids: Set[str]) -> str:
    same = None if section.part.names else _same_everywhere(section.part)
    return "".join(_write(section.tokens, ids)) if same is None else same


@lru_cache(ROOM)
def _same_everywhere(part: Part) -> str | None:
    """Return the HTML of a `part` without headings; None if it links to a heading, which only some texts contain."""
    for token in part.tokens:
        for child in token.children or ():
            if child.type == "link_open" and str(child.attrs["href"]).startswith("#"):
                return None
    return "".join(_write(part.tokens, frozenset()))


def _write(tokens: Iterable[Token], ids: Set[str]) -> Iterable[str]:
    led = True  # links are not nested
    for token in tokens:
        if token.type == "inline":
            yield from _write(token.children or (), ids)
            continue
        if token.type == "link_open":
            led = leads(str(token.attrs["href"]), ids)
        if not token.hidden and (led or token.type not in {"link_open", "link_close"}):
            yield WRITERS.get(token.type, _tag)(token)


def leads(target: str, ids: Set[str]) -> bool:
    """Return whether a link to `target` works on any page: it is absolute, or `#` and one of `ids`."""
    return unquote(target[1:]) in ids if target.startswith("#") else SCHEME.match(target) is not None


def _tag(token: Token) -> str:
    if token.nesting < 0:
        return f"</{token.tag}>" + "\n" * token.block
    attributes = "".join(
        f' {name}="{str(token.attrs[name]).translate(ATTRIBUTE_ESCAPES)}"' for name in ATTRIBUTES if name in token.attrs
    )
    return f"<{token.tag}{attributes}>" + "\n" * (token.tag in OUTER)


def _text(token: Token) -> str:
    return token.content.translate(TEXT_ESCAPES)


def _code(token: Token) -> str:
    return f"<pre><code>{_text(token)}</code></pre>\n"


def _image(token: Token) -> str:
    return (alternative_text(token.children or ()) or UNNAMED_IMAGE).translate(TEXT_ESCAPES)


WRITERS: dict[str, Callable[[Token], str]] = {
    "text": _text,
    "code_inline": lambda token: f"<code>{_text(token)}</code>",
    "code_block": _code,
    "fence": _code,
    "hr": lambda _: "<hr>\n",
    "softbreak": lambda _: "\n",
    "hardbreak": lambda _: "<br>\n",
    "image": _image,
    "barred_image": _image,
    "barred_open": lambda _: "",
    "barred_close": lambda _: "",
}
