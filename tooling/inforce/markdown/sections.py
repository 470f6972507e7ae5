"""A text read section by section, each section once: most of them stay as they are from version to version.

Keeps true: the tokens are those of the text read whole. A text is cut only before headings at the margin with an empty
line above, and only where nothing could reach across: no fence, no definition of an address, nothing like HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from inforce.markdown.dialect import PARSER, give_slugs_to

# What a section could not do without the rest of its text, and what could make a heading no heading.
_REACHES_ACROSS = re.compile(r"```|~~~|\]:|[<\t\r\0]")
_BEFORE_A_HEADING = re.compile(r"(?<=\n\n)(?=#{1,6} )")
# Half a megabyte of tokens or so.
_ROOM = 256
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    """The `tokens` of a part of a text; `first` is the line, from 0, of the text on which their line 0 stands."""

    first: int
    tokens: Sequence[Token]


def read_sections(text: str) -> list[Section]:
    """Read Markdown `text` into tokens, in order; ids of headings are given as in the whole text."""
    if _REACHES_ACROSS.search(text):
        return [Section(0, PARSER.parse(text))]
    sections = []
    first = 0
    for part in _BEFORE_A_HEADING.split(text):
        read = _read if len(part) <= _LONGEST else _read.__wrapped__
        sections.append(Section(first, [_own(token) for token in read(part)]))
        first += part.count("\n")
    give_slugs_to([token for section in sections for token in section.tokens])
    return sections


@lru_cache(_ROOM)
def _read(part: str) -> tuple[Token, ...]:
    tokens = PARSER.parse(part)
    for token in tokens:
        if token.type == "heading_open" and "explicit" not in token.meta:
            del token.attrs["id"]  # which slug it gets depends on the headings before
    return tuple(tokens)


def _own(token: Token) -> Token:
    """Copy `token` where it still gets an id of its own; all others are shared by the texts they stand in."""
    return token.copy(attrs={}) if token.type == "heading_open" and "id" not in token.attrs else token
