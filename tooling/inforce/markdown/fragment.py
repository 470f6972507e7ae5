"""The HTML of a text: a fragment without scripts, styles or requests to other hosts.

It is written the way the HTML standard serialises a tree (escapes, void elements), so a sanitiser that parses and
writes it again leaves the same bytes. Titles of links and languages of code are not written: no reader sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markdown_it.token import Token

from inforce.markdown.dialect import PARSER
from inforce.markdown.inline import UNNAMED_IMAGE, alternative_text

# HTML living standard, 13.3 Serialising HTML fragments: escaping a string.
TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;"})
ATTRIBUTE_ESCAPES = TEXT_ESCAPES | {ord('"'): "&quot;"}
ATTRIBUTES = ("id", "href", "src", "alt", "start", "align")
# Their opening tags end a line; every closing tag of a block does.
OUTER = frozenset({"ul", "ol", "blockquote", "table", "thead", "tbody", "tr"})


def to_html(text: str) -> str:
    """Return the HTML fragment of Markdown `text`: headings carry ids, cells an `align`, lists their start."""
    return "".join(_write(PARSER.parse(text)))


def _write(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _write(token.children or ())
        elif not token.hidden:
            yield WRITERS.get(token.type, _tag)(token)


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
    token.attrs["alt"] = alternative_text(token.children or ())
    return _tag(token)


def _barred_image(token: Token) -> str:
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
    "barred_image": _barred_image,
    "barred_open": lambda _: "",
    "barred_close": lambda _: "",
}
