"""A text read part by part, each part once: most of them stay as they are from version to version.

Keeps true: the tokens are those of the text read whole. A text is cut only where everything before has come to its end:
behind a heading at the margin, and where a line that goes on with nothing follows an empty one. What is left is what
reaches across: fences, and definitions of addresses. A text with one of these is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from inforce.markdown.dialect import PARSER, give_slugs_to

# Fences, definitions, and what the parser turns into other signs before it reads.
_REACHING_ACROSS = ("```", "~~~", "]:", "\r", "\0")
# Behind an empty line only white space and the signs of items can go on with what stands before it (CommonMark 5.2).
_BEGINNING = re.compile(r"[^\s0-9*+>-]")
_HEADING = re.compile(r"#{1,6} [^\n]*\n+")
# Some megabytes of tokens: as many parts as long texts have.
ROOM = 1024
_LONGEST, _LONG_TEXT = 20_000, 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The `tokens` of a part of any text, their lines counted from 0; with a heading among them it `names` something.

    It is known by its identity: texts that share a part share one `Part`, as long as it is remembered.
    """

    tokens: tuple[Token, ...]
    names: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The `tokens` of a part of a text; `first` is the line, from 0, of the text on which their line 0 stands.

    `part` is what texts share of it; the tokens of one that names nothing are no others than these.
    """

    first: int
    tokens: Sequence[Token]
    part: Part


def read_sections(text: str) -> tuple[Section, ...]:
    """Read Markdown `text` into tokens, in order; ids of headings are given as in the whole text."""
    return (_sections if len(text) <= _LONG_TEXT else _sections.__wrapped__)(text)


@lru_cache(2)  # whoever wants a text as HTML mostly wants its outline next
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
    """Cut `text` before each line that begins something, and behind each heading at the margin."""
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
                del token.attrs["id"]  # which slug it gets depends on the headings before
    return Part(tuple(tokens), names)


def _own(token: Token) -> Token:
    """Copy `token` where it still gets an id of its own; all others are shared by the texts they stand in."""
    return token.copy(attrs={}) if token.type == "heading_open" and "id" not in token.attrs else token
