"""Plain text into Markdown, without a word changed: title, headings, lists and tables found by how they are written.

Keeps true: readers of the Markdown read the words of the source in its order; where that cannot be had, `convert`
refuses. Pure. Words that look damaged in themselves (wrong encodings, placeholders) are for the checks to find; here is
said what only the source can tell.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from inforce.store.importers.plain.glue import unglue
from inforce.store.importers.plain.hypertext import is_hypertext, shown
from inforce.store.importers.plain.pieces import FURNITURE, Piece, pieces_of
from inforce.store.importers.plain.structure import Structure, structure_of
from inforce.store.importers.plain.words import WordsChangedError, refuse_other_words, words, words_as_read
from inforce.store.importers.plain.writing import BlockKind, to_markdown
from inforce.text import canonical

__all__ = ["Conversion", "Damage", "WordsChangedError", "convert", "refuse_other_words", "words", "words_as_read"]

_LINE_END = re.compile(r"\r\n|[\r\f]")
_BLANKS = re.compile(r"[^\S\n\t]{2,}")
_HYPHENATED = re.compile(r"[^\W\d_]-$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something to be looked at: a line of the Markdown (from 1), and a sentence on what seems wrong there."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Canonical Markdown, its title (empty where the source has none), and what should be looked at, in its order."""

    text: str
    title: str
    damage: tuple[Damage, ...]


def convert(source: str) -> Conversion:
    """Turn the plain text or saved page `source` into Markdown; WordsChangedError where a word would be lost."""
    plain, links = shown(source) if is_hypertext(source) else (source, ())
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", plain)).removeprefix("\ufeff").replace("\0", "")
    text = _BLANKS.sub(" ", text)
    pieces = pieces_of(text)
    structure = structure_of(pieces)
    written, starts = to_markdown(list(structure.blocks))
    markdown = canonical(written)
    refuse_other_words(text, markdown)
    title = next((" ".join(block.lines) for block in structure.blocks if block.kind is BlockKind.TITLE), "")
    damage = [*_unglued(text), *_damage(pieces, structure, starts), *_lost_links(links, markdown)]
    return Conversion(text=markdown, title=title, damage=tuple(sorted(damage, key=lambda one: one.line)))


def _unglued(text: str) -> Iterator[Damage]:
    if any(len(unglue(line)) > 1 for line in text.split("\n") if line.strip()):
        sentence = "Lines had lost their ends. Look where headings and lists begin and end."
        yield Damage(line=1, sentence=sentence)


def _damage(pieces: tuple[Piece, ...], structure: Structure, starts: list[int]) -> Iterator[Damage]:
    for gap in structure.gaps:
        order = f"After “{gap.before}” comes “{gap.found}”" if gap.before else f"The first number is “{gap.found}”"
        yield Damage(line=starts[gap.place], sentence=f"{order}. Is something missing?")
    for piece, start in zip(pieces, starts, strict=True):
        if piece.mark and piece.mark.glued and piece.mark.label.isascii() and piece.mark.number:
            glued = f"{piece.mark.label}{piece.mark.rest.split(maxsplit=1)[0]}"
            yield Damage(line=start, sentence=f"“{glued}” had no space behind the number; it has one now.")
        for number, (line, following) in enumerate(itertools.pairwise(piece.lines)):
            if _HYPHENATED.search(line) and following[:1].islower():
                parts = f"{line.split()[-1]} {following.split()[0]}"
                yield Damage(line=start + number, sentence=f"A line ended inside “{parts}”. Is it one word?")
        if FURNITURE.fullmatch(piece.words):
            yield Damage(line=start, sentence=f"“{piece.words}” looks like the number of a page.")


def _lost_links(links: tuple[tuple[str, str], ...], markdown: str) -> Iterator[Damage]:
    lines = markdown.split("\n")
    for words_shown, address in links:
        place = next((number for number, line in enumerate(lines, 1) if words_shown and words_shown in line), 1)
        sentence = f"“{words_shown}” was a link. Write “[{words_shown}]({address})” if it is to be one."
        yield Damage(line=place, sentence=sentence)
