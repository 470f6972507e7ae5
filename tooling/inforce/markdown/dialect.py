"""The Markdown dialect: CommonMark, tables, heading ids, no HTML; tokens normalised for reading and rendering.

Invariants, in addition to those of the parser: no text is dropped, however deeply it is nested; links are not nested;
only relative, http, https, mailto and tel addresses become links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image
from markdown_it.token import Token

# Deeper containers are read as text. The parser recurses twice per container; this leaves stack space for the caller.
DEEPEST_BLOCK = 40
DEEPEST_INLINE = 50
# The alternative text of an image is parsed by a nested parser.
DEEPEST_IMAGE = 6
# For every opening bracket, the parser searches the rest of the block for the closing one. After this many characters
# searched without a match, the brackets of that block are read as text.
FURTHEST_IN_VAIN = 2_000_000
# Key under which a block stores that number; negative, so it is never a position in a text.
_IN_VAIN = -1

EXPLICIT_ID = re.compile(r"(?:^|(?<=[ \t]))\{#([^\s{}]+)\}[ \t]*$")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
BlockRule = Callable[[StateBlock, int, int, bool], bool]
LINE_ENDS = str.maketrans("\n\r", "  ")


class Dialect(MarkdownIt):
    """The parser; it accepts every address, because `tidy` later disables unsupported ones."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the parser's own signature
        """Accept any `url`."""
        return True


def make_parser(*, html: bool = False) -> Dialect:
    """Build a parser of the dialect; with `html` it recognises raw HTML, so that it can be reported."""
    parser = Dialect("commonmark", {"html": html, "maxNesting": DEEPEST_INLINE})
    parser.enable("table")
    helpers: Any = SimpleNamespace(
        parseLinkLabel=_limited_label, parseLinkDestination=parseLinkDestination, parseLinkTitle=parseLinkTitle
    )
    parser.helpers = helpers
    interrupts = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.at("blockquote", _limited_block(blockquote), {"alt": [*interrupts, "list"]})
    parser.block.ruler.at("list", _limited_block(list_block), {"alt": interrupts})
    parser.inline.ruler.at("image", _limited_image)
    parser.core.ruler.before("inline", "heading_id", take_heading_ids)
    parser.core.ruler.push("tidy", tidy)
    parser.core.ruler.push("slugs", give_slugs)
    return parser


def slug(heading: str) -> str:
    """Return the generated id of `heading`: its letters, marks and digits in lower case, with hyphens for spaces."""
    preserved = (
        letter
        for letter in heading.strip().lower()
        if letter in "- " or letter.isalnum() or unicodedata.category(letter) in {"Mn", "Mc", "Me", "Pc"}
    )
    return "".join(preserved).replace(" ", "-") or "section"


def take_heading_ids(state: StateCore) -> None:
    """Move a trailing `{#id}` of each heading in `state` from its text to its tag."""
    for place, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        inline = state.tokens[place + 1]
        if match := EXPLICIT_ID.search(inline.content):
            token.attrSet("id", match[1])
            token.meta["explicit"] = True
            inline.content = inline.content[: match.start()].rstrip()


def give_slugs(state: StateCore) -> None:
    """Set a unique slug as the id of each heading of `state` without one, with suffixes `-1`, `-2` as on GitHub."""
    give_slugs_to(state.tokens)


def give_slugs_to(tokens: Sequence[Token]) -> None:
    """Set the ids of headings as in `give_slugs`; `tokens` are those of a complete text."""
    headings = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    taken = {str(tokens[place].attrs.get("id")) for place in headings}
    counts: dict[str, int] = {}
    for place in headings:
        if "id" in (attributes := tokens[place].attrs):
            continue
        children = tokens[place + 1].children or ()
        wish = unique = slug("".join(child.content for child in children if child.type in {"text", "code_inline"}))
        while unique in taken:
            counts[wish] = counts.get(wish, 0) + 1
            unique = f"{wish}-{counts[wish]}"
        taken.add(unique)
        attributes["id"] = unique


def tidy(state: StateCore) -> None:
    """Normalise the tokens of `state`, so that plain text and HTML have the same content."""
    for token in state.tokens:
        if token.children:
            tidy_inline(token.children)
        elif "style" in token.attrs:  # a cell; the parser stores its alignment only as a style
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}


def tidy_inline(tokens: list[Token]) -> None:
    """Replace line ends written as entities, and disable unsupported addresses in `tokens`."""
    open_links: list[bool] = []
    for token in tokens:
        if token.type in {"text", "text_special", "code_inline"}:
            token.content = token.content.translate(LINE_ENDS)
        elif token.type == "link_open":
            open_links.append(not any(open_links) and is_shown(str(token.attrs["href"])))
            if not open_links[-1]:
                token.type = "barred_open"
        elif token.type == "link_close" and not open_links.pop():
            token.type = "barred_close"
        elif token.type == "image":
            tidy_inline(token.children or [])
            if not is_own(str(token.attrs["src"])):
                token.type = "barred_image"


def is_shown(target: str) -> bool:
    """Return whether pages may link to `target`: relative, http, https, mailto or tel."""
    scheme = SCHEME.match(target)
    return scheme is None or scheme[1].lower() in LINK_SCHEMES


def is_own(target: str) -> bool:
    """Return whether `target` is an address on the page's own host."""
    return not SCHEME.match(target) and not target.replace("\\", "/").startswith("//")


def _limited_block(rule: BlockRule) -> BlockRule:
    def limited(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST_BLOCK and rule(state, start, end, silent)

    return limited


def _limited_label(state: StateInline, start: int, disable_nested: bool = False) -> int:
    in_vain = state.cache.get(_IN_VAIN, 0)
    if in_vain > FURTHEST_IN_VAIN:
        return -1
    end = parseLinkLabel(state, start, disable_nested)
    if end < 0:
        state.cache[_IN_VAIN] = in_vain + state.posMax - start
    return end


def _limited_image(state: StateInline, silent: bool) -> bool:
    depth = state.env.get("images", 0)
    if depth >= DEEPEST_IMAGE:
        return False
    state.env["images"] = depth + 1
    matched = image(state, silent)
    state.env["images"] = depth
    return matched


PARSER = make_parser()
