"""Classify the paragraphs of a plain text as title, headings, list items and tables, and find gaps in numbering.

Invariants: a heading is recognised by its number, capitals, asterisks, a rule or blank lines around it, not by its
words. Ambiguous cases are paragraphs.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inforce.book.importers.plain_text.list_markers import LIST_STYLES, Mark, Style, runs
from inforce.book.importers.plain_text.paragraphs import FURNITURE, SourceParagraph, is_bold, is_caps
from inforce.book.importers.plain_text.writing import TextBlock, TextBlockKind

_MOST_WORDS = 14
_MOST_SIGNS = 100
_MOST_CJK = 30
_DEEPEST = 6
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_ENDS = ".,;。，；…"
_MARKDOWN = re.compile(r"(#{1,6})\s++(.*+)")
_COUNTED = {Style.DOT: ".", Style.PAREN: ")"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGap:
    """A gap in a sequence of numbers: at the paragraph `place`, `found` follows `before`."""

    place: int
    before: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The blocks of the Markdown, one for each paragraph, and the gaps in their numbers."""

    blocks: tuple[TextBlock, ...]
    gaps: tuple[NumberGap, ...]


def structure_of(pieces: tuple[SourceParagraph, ...]) -> Structure:
    """Classify each of `pieces`."""
    marked = [(place, piece.mark) for place, piece in enumerate(pieces) if piece.mark and piece.mark.number]
    sequences = runs(marked)
    title = _title(pieces)
    headings = {place for run in sequences if _are_headings(pieces, run) for place in run}
    headings |= {place for place, piece in enumerate(pieces) if place != title and _stands_out(pieces, place)}
    counted = {place for run in sequences if not headings & set(run) for place in _counted(pieces, run)}
    levels = _Levels()
    blocks = [
        _block(
            piece, is_title=place == title, level=levels.of(piece) if place in headings else 0, counted=place in counted
        )
        for place, piece in enumerate(pieces)
    ]
    return Structure(blocks=tuple(blocks), gaps=tuple(gap for run in sequences for gap in _gaps(pieces, run)))


class _Levels:
    """Assigns levels to headings: a style that first occurs later is one level deeper."""

    def __init__(self) -> None:
        self._styles: list[str] = []
        self._last = 1

    def of(self, piece: SourceParagraph) -> int:
        """Return the level of the heading `piece`, at most one deeper than the previous heading."""
        markdown = _MARKDOWN.fullmatch(piece.lines[0])
        if markdown:
            level = max(len(markdown[1]), 2)
        else:
            style, depth = _style(piece)
            if style not in self._styles:
                self._styles.append(style)
            level = self._styles.index(style) + 2 + depth
        self._last = min(level, self._last + 1, _DEEPEST)
        return self._last


def _style(piece: SourceParagraph) -> tuple[str, int]:
    """Return the style of a heading, and the additional depth of its number: `1.2` is one deeper than `1.`."""
    if piece.mark:
        outline = piece.mark.style is Style.OUTLINE
        return (Style.DOT if outline else piece.mark.style), len(piece.mark.parents)
    return "capitals" if is_caps(piece.words) else "words", 0


def _title(pieces: tuple[SourceParagraph, ...]) -> int | None:
    """Return the index of the title: a short first line without a number, or the first line above a rule of “=”."""
    first = next((place for place, piece in enumerate(pieces) if not piece.rule), None)
    if first is None or len(pieces) < 2:
        return None
    if pieces[first].mark is None and _is_short(pieces[first]):
        return first
    return next((place for place, piece in enumerate(pieces) if piece.underline == "=" and _is_short(piece)), None)


def _is_short(piece: SourceParagraph) -> bool:
    text = piece.words.strip("*_ ")
    lines = 1 if not is_caps(text) else 3
    if not text or piece.tabs or len(piece.lines) > lines or text[-1] in _SENTENCE_ENDS or FURNITURE.fullmatch(text):
        return False
    most_signs = _MOST_CJK if len(_CJK.findall(text)) > len(text) / 2 else _MOST_SIGNS
    return len(text) <= most_signs and len(text.split()) <= _MOST_WORDS


def _stands_out(pieces: tuple[SourceParagraph, ...], place: int) -> bool:
    """Return whether a paragraph without a number looks like a heading: asterisks, capitals, a rule or blank lines."""
    piece = pieces[place]
    if piece.mark or piece.rule or not _is_short(piece):
        return False
    if _MARKDOWN.fullmatch(piece.lines[0]) or is_bold(piece.words) or piece.underline:
        return True
    if place + 1 >= len(pieces) or piece.words[-1] in ":：":
        return False
    following = pieces[place + 1]
    begins_large = piece.words[:1].isupper() or bool(_CJK.match(piece.words))
    opens = not following.rule and not following.tabs and len(following.words) > 2 * len(piece.words)
    return is_caps(piece.words) or (piece.alone and begins_large and opens)


def _are_headings(pieces: tuple[SourceParagraph, ...], run: tuple[int, ...]) -> bool:
    """Return whether a sequence of numbers consists of headings: most are short and followed by text."""
    mark = pieces[run[0]].mark
    if mark is None or mark.style in LIST_STYLES:
        return False
    short = [place for place in run if _is_short(pieces[place])]
    between = [place for place in run[:-1] if _leads(pieces, place)]
    if len(run) == 1:
        return bool(short) and _leads(pieces, run[0])
    return len(short) > 0.6 * len(run) and len(between) > 0.5 * (len(run) - 1)


def _leads(pieces: tuple[SourceParagraph, ...], place: int) -> bool:
    """Return whether the paragraph after `place` has no marker, or a marker of another style."""
    following = pieces[place + 1] if place + 1 < len(pieces) else None
    own = pieces[place].mark
    if following is None or own is None:
        return False
    return following.mark is None or following.mark.style is not own.style


def _counted(pieces: tuple[SourceParagraph, ...], run: tuple[int, ...]) -> Iterator[int]:
    """Yield the items of `run` whose numbers equal the numbers that Markdown renders for an ordered list."""
    previous: int | None = None
    for place in run:
        mark = pieces[place].mark
        if (
            mark is None
            or mark.style not in _COUNTED
            or mark.label != f"{mark.number}{_COUNTED[mark.style]}"
            or not mark.rest
        ):
            return
        before = pieces[place - 1].mark if place else None
        in_list = before is not None and before.style is mark.style
        if in_list and (previous != place - 1 or before is None or before.number + 1 != mark.number):
            return
        yield place
        previous = place


def _gaps(pieces: tuple[SourceParagraph, ...], run: tuple[int, ...]) -> Iterator[NumberGap]:
    marks = [(place, mark) for place in run if (mark := pieces[place].mark)]
    if marks and marks[0][1].number > 1:
        yield NumberGap(place=marks[0][0], before="", found=marks[0][1].label)
    for (_, previous), (place, following) in itertools.pairwise(marks):
        if following.number != previous.number + 1:
            yield NumberGap(place=place, before=previous.label, found=following.label)


def _block(piece: SourceParagraph, *, is_title: bool, level: int, counted: bool) -> TextBlock:
    if piece.rule:
        return TextBlock(kind=TextBlockKind.RULE, lines=("",))
    if piece.tabs and len(piece.lines) > 1:
        return TextBlock(kind=TextBlockKind.TABLE, lines=tuple(piece.lines))
    label = _label(piece.mark) if piece.mark else ""
    lines = (piece.mark.rest, *piece.lines[1:]) if piece.mark else tuple(piece.lines)
    if is_title or level:
        kind = TextBlockKind.TITLE if is_title else TextBlockKind.HEADING
        return TextBlock(kind=kind, lines=tuple(_bare(line) for line in lines), label=label, level=level)
    if piece.mark and _is_item(piece.mark):
        shown = "" if piece.mark.style is Style.BULLET else label
        return TextBlock(kind=TextBlockKind.ITEM, lines=lines, label=shown, counted=counted, hard=frozenset(piece.hard))
    return TextBlock(kind=TextBlockKind.PARAGRAPH, lines=lines, label=label, hard=frozenset(piece.hard))


def _label(mark: Mark) -> str:
    """Return the label followed by a space, except in scripts that use none."""
    return mark.label if mark.glued and not mark.label.isascii() else f"{mark.label} "


def _is_item(mark: Mark) -> bool:
    """Return whether `mark`, which is not part of a heading, begins a list item; clause numbers do not."""
    return mark.style in LIST_STYLES or mark.style in (Style.DOT, Style.ROMAN, Style.LETTER, Style.CHINESE_PARENS)


def _bare(line: str) -> str:
    """Return `line` without the Markdown characters of a heading."""
    markdown = _MARKDOWN.fullmatch(line)
    text = markdown[2].rstrip("#").rstrip() if markdown else line
    return re.sub(r"^(\*\*|__)(.*?)\1(:?)$", r"\2\3", text)
