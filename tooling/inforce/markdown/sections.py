"""A text parsed part by part, with cached parts: most parts do not change between versions.

Invariants: the tokens equal those of the text parsed as a whole. A text is split only where all open blocks have ended:
after an unindented heading, and between an empty line and a line that cannot continue a block. A text with constructs
of wider scope (fences, link definitions) is parsed as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from inforce.markdown.dialect import PARSER, give_slugs_to

# Syntax that can affect other sections: fences, link definitions, and characters replaced before parsing.
_REACHING_ACROSS = ("```", "~~~", "]:", "\r", "\0")
# After an empty line, only white space and list markers can continue the preceding block (CommonMark 5.2).
_BEGINNING = re.compile(r"[^\s0-9*+>-]")
_HEADING = re.compile(r"#{1,6} [^\n]*\n+")
# A few megabytes of tokens: the number of parts of long texts.
ROOM = 1024
_LONGEST, _LONG_TEXT = 20_000, 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The `tokens` of a part of any text, with lines from 0; `names` is true if it contains a heading.

    Compared by identity: texts that share a part share one `Part`, as long as it is cached.
    """

    tokens: tuple[Token, ...]
    names: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The `tokens` of a part of a text; `first` is the line, from 0, of the text that corresponds to their line 0.

    `part` is shared between texts; if it contains no heading, its tokens are exactly these.
    """

    first: int
    tokens: Sequence[Token]
    part: Part


def read_sections(text: str) -> tuple[Section, ...]:
    """Parse Markdown `text` into tokens, in order; heading ids equal those of the complete text."""
    return (_sections if len(text) <= _LONG_TEXT else _sections.__wrapped__)(text)


@lru_cache(2)  # the HTML of a text and its outline are usually needed together
def _sections(text: str) -> tuple[Section, ...]:
    if any(sign in text for sign in _REACHING_ACROSS):
        tokens = tuple(PARSER.parse(text))
        return (Section(0, tokens, Part(tokens, names=True)),)
    sections = []
    first = 0
    for source in _parts(text):
        part = (_read if len(source) <= _LONGEST else _read.__wrapped__)(source)
        tokens = tuple([_own(token) for token in part.tokens]) if part.names else part.tokens
        sections.append(Section(first, tokens, part))
        first += source.count("\n")
    give_slugs_to([token for section in sections if section.part.names for token in section.tokens])
    return tuple(sections)


def _parts(text: str) -> Iterator[str]:
    """Split `text` before each line that starts a block, and after each unindented heading."""
    first, *rest = text.split("\n\n")
    open_part = [first]
    for paragraph in rest:
        if _BEGINNING.match(paragraph):
            yield from _behind_heading("\n\n".join([*open_part, ""]))
            open_part = []
        open_part.append(paragraph)
    yield from _behind_heading("\n\n".join(open_part))


def _behind_heading(part: str) -> Iterator[str]:
    heading = _HEADING.match(part) if part.startswith("#") else None
    if heading is None:
        yield part
    else:
        yield heading[0]
        yield from filter(None, [part[heading.end() :]])


@lru_cache(ROOM)
def _read(source: str) -> Part:
    tokens = PARSER.parse(source)
    names = False
    for token in tokens:
        if token.type == "heading_open":
            names = True
            if "explicit" not in token.meta:
                del token.attrs["id"]  # its slug depends on the preceding headings
    return Part(tuple(tokens), names)


def _own(token: Token) -> Token:
    """Return a copy of `token` if its id is still to be set; other tokens are shared by all texts that contain them."""
    return token.copy(attrs={}) if token.type == "heading_open" and "id" not in token.attrs else token
