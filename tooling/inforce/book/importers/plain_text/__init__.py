"""Convert plain text to Markdown: detect the title, headings, lists and tables without changing a word.

Invariants: the rendered Markdown has the words of the source in the same order; otherwise `convert` raises
WordsChangedError. Pure. Damage that is visible only in the source is reported.
Not responsible for: wrong encodings and placeholders (see `checks`).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from inforce.book.importers.plain_text.hypertext import is_hypertext, shown
from inforce.book.importers.plain_text.outline import Structure, structure_of
from inforce.book.importers.plain_text.paragraphs import FURNITURE, SourceParagraph, pieces_of
from inforce.book.importers.plain_text.unjoin import unglue
from inforce.book.importers.plain_text.words import WordsChangedError, refuse_other_words, words, words_as_read
from inforce.book.importers.plain_text.writing import TextBlockKind, to_markdown
from inforce.text import canonical

__all__ = ["Conversion", "Suspicion", "WordsChangedError", "convert", "refuse_other_words", "words", "words_as_read"]

_LINE_END = re.compile(r"\r\n|[\r\f]")
_BLANKS = re.compile(r"[^\S\n\t]{2,}")
_HYPHENATED = re.compile(r"[^\W\d_]-$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Possible damage: a line of the Markdown (from 1), and a sentence that describes the problem."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Canonical Markdown, its title (empty if the source has none), and possible damage in the order of lines."""

    text: str
    title: str
    damage: tuple[Suspicion, ...]


def convert(source: str) -> Conversion:
    """Convert the plain text or saved page `source` to Markdown; WordsChangedError if a word would be lost."""
    plain, links = shown(source) if is_hypertext(source) else (source, ())
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", plain)).removeprefix("\ufeff").replace("\0", "")
    text = _BLANKS.sub(" ", text)
    pieces = pieces_of(text)
    structure = structure_of(pieces)
    written, starts = to_markdown(list(structure.blocks))
    markdown = canonical(written)
    refuse_other_words(text, markdown)
    title = next((" ".join(block.lines) for block in structure.blocks if block.kind is TextBlockKind.TITLE), "")
    damage = [*_unglued(text), *_damage(pieces, structure, starts), *_lost_links(links, markdown)]
    return Conversion(text=markdown, title=title, damage=tuple(sorted(damage, key=lambda suspicion: suspicion.line)))


def _unglued(text: str) -> Iterator[Suspicion]:
    if any(len(unglue(line)) > 1 for line in text.split("\n") if line.strip()):
        sentence = "Line breaks were missing and have been inferred. Check where headings and lists begin and end."
        yield Suspicion(line=1, sentence=sentence)


def _damage(pieces: tuple[SourceParagraph, ...], structure: Structure, starts: list[int]) -> Iterator[Suspicion]:
    for gap in structure.gaps:
        order = f"After “{gap.before}” comes “{gap.found}”" if gap.before else f"The first number is “{gap.found}”"
        yield Suspicion(line=starts[gap.place], sentence=f"{order}. Is something missing?")
    for piece, start in zip(pieces, starts, strict=True):
        if piece.mark and piece.mark.glued and piece.mark.label.isascii() and piece.mark.number:
            glued = f"{piece.mark.label}{piece.mark.rest.split(maxsplit=1)[0]}"
            yield Suspicion(line=start, sentence=f"“{glued}” had no space after the number; a space was added.")
        for number, (line, following) in enumerate(itertools.pairwise(piece.lines)):
            if _HYPHENATED.search(line) and following[:1].islower():
                parts = f"{line.split()[-1]} {following.split()[0]}"
                yield Suspicion(
                    line=start + number, sentence=f"“{parts}” was split at the end of a line. Is it one word?"
                )
        if FURNITURE.fullmatch(piece.words):
            yield Suspicion(line=start, sentence=f"“{piece.words}” looks like a page number.")


def _lost_links(links: tuple[tuple[str, str], ...], markdown: str) -> Iterator[Suspicion]:
    lines = markdown.split("\n")
    for words_shown, address in links:
        place = next((number for number, line in enumerate(lines, 1) if words_shown and words_shown in line), 1)
        sentence = f"“{words_shown}” was a link. To keep the link, write “[{words_shown}]({address})”."
        yield Suspicion(line=place, sentence=sentence)
