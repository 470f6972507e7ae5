"""Group the lines of a plain text, which may be wrapped, indented or joined, into paragraphs.

Invariants: every line of the source is in exactly one paragraph, in order.
Not responsible for: recognising headings (see `outline`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from inforce.book.importers.plain_text.list_markers import LIST_STYLES, Mark, Style, marks_of
from inforce.book.importers.plain_text.unjoin import unglue

FURNITURE = re.compile(r"(?:page|seite|página)?\s*\d{1,3}\s*(?:of|/|von|de)\s*\d{1,3}|page \d{1,3}", re.IGNORECASE)

_WIDEST = 120
_NARROWEST = 40
_RULE = re.compile(r"[-=_*]{3,}|(?:[-=_*]\s){2,}[-=_*]")
_ENDS = '.!?:;。！？：；…”"»'
_NEVER_WRAPPED_TO = frozenset(
    {Style.BULLET, Style.PAREN, Style.PARENS, Style.COMMA, Style.CHINESE, Style.CHINESE_PARENS}
)


@dataclass(slots=True, kw_only=True)
class SourceParagraph:
    """The lines of a paragraph, and the marker of its first line.

    `alone` is true if blank lines surround it; `underline` is the character of a rule directly below; a `rule` has no
    words; `tabs` is the number of tabs in each line. `hard` contains the indices of lines with a deliberate break.
    """

    lines: list[str]
    mark: Mark | None = None
    alone: bool = False
    underline: str = ""
    rule: bool = False
    tabs: int = 0
    hard: set[int] = field(default_factory=set)

    @property
    def words(self) -> str:
        """The text after the marker, in one line."""
        first = [self.mark.rest] if self.mark else self.lines[:1]
        return " ".join([*first, *self.lines[1:]]).strip()


def pieces_of(text: str) -> tuple[SourceParagraph, ...]:
    """Return the paragraphs of `text`."""
    groups = list(_groups(text))
    joiner = _Joiner(_width([line for group in groups for line in group]))
    return tuple(piece for group in groups for piece in joiner.joined(group))


def _groups(text: str) -> Iterator[list[str]]:
    """Split `text` at blank lines, and around lines that consist of several joined lines."""
    group: list[str] = []
    for line in text.split("\n"):
        parts = unglue(line) if line.strip() else ()
        if len(parts) == 1:
            group.append(line.strip())
            continue
        if group:
            yield group
        group = []
        yield from ([part] for part in parts)
    if group:
        yield group


def _width(lines: list[str]) -> int:
    """Return the column at which `lines` were wrapped: the 90th percentile of lengths up to `_WIDEST`."""
    lengths = sorted(len(line) for line in lines if len(line) <= _WIDEST)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


class _Joiner:
    """Joins lines to paragraphs, group by group, in a text that was wrapped at `width`."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._known: set[tuple[Style, tuple[int, ...], int]] = set()

    def joined(self, group: list[str]) -> list[SourceParagraph]:
        """Return the paragraphs of `group`, which are lines without a blank line in between."""
        pieces: list[SourceParagraph] = []
        for line in group:
            current = pieces[-1] if pieces and not pieces[-1].rule and not pieces[-1].underline else None
            if _RULE.fullmatch(line):
                self._rule(line, current, pieces)
                continue
            last = current.lines[-1] if current else ""
            mark = self._mark(line, last)
            if current and mark is None and self._continues(current, line, last):
                if not current.tabs and self._ended_early(last):
                    current.hard.add(len(current.lines) - 1)
                current.lines.append(line)
            else:
                pieces.append(SourceParagraph(lines=[line], mark=mark, tabs=0 if mark else line.count("\t")))
        if len(pieces) == 1 and len(pieces[0].lines) == 1:
            pieces[0].alone = True
        return pieces

    def _rule(self, line: str, current: SourceParagraph | None, pieces: list[SourceParagraph]) -> None:
        if current and len(current.lines) == 1 and not current.mark:
            current.underline = line[0]
        else:
            pieces.append(SourceParagraph(lines=[line], rule=True))

    def _mark(self, line: str, last: str) -> Mark | None:
        """Return the marker of `line`; None for a number that begins the line only because the text was wrapped."""
        candidates = marks_of(line)
        following = [mark for mark in candidates if (mark.style, mark.parents, mark.number - 1) in self._known]
        first = [mark for mark in candidates if mark.number == 1 and not mark.parents]
        chosen = next(iter((*following, *first, *candidates)), None)
        wrapped = len(last) > max(0.8 * self._width, _NARROWEST) and last[-1:] not in _ENDS
        if chosen is None or (wrapped and chosen.style not in _NEVER_WRAPPED_TO and not following):
            return None
        self._known.add((chosen.style, chosen.parents, chosen.number))
        return chosen

    def _continues(self, piece: SourceParagraph, line: str, last: str) -> bool:
        """Return whether `line` belongs to `piece`, whose last line is `last`."""
        if piece.tabs or "\t" in line:
            return piece.tabs == line.count("\t") > 0
        if len(last) > _WIDEST or (len(line) > _WIDEST and last[-1:] in _ENDS) or _stands_alone(last, line):
            return False
        may_head = len(piece.lines) == 1 and (piece.mark is None or piece.mark.style not in LIST_STYLES)
        if may_head and self._heads(last, line):
            return False
        return len(last) > 0.7 * self._width or last[-1:] not in _ENDS

    def _heads(self, last: str, line: str) -> bool:
        """Return whether the short line `last` is a heading of the text that begins with `line`."""
        short = len(last) < 0.5 * self._width and last[-1] not in f"{_ENDS}-,"
        return short and len(line) > 0.6 * self._width and line[0].isupper()

    def _ended_early(self, line: str) -> bool:
        return self._width >= _NARROWEST and len(line) < 0.5 * self._width and not line.endswith("-")


def _stands_alone(last: str, line: str) -> bool:
    """Return whether the formatting of one of two lines shows that they do not belong together."""
    formatted = any(is_bold(text) or text.startswith("#") or FURNITURE.fullmatch(text) for text in (last, line))
    return formatted or is_caps(last) != is_caps(line)


def is_bold(text: str) -> bool:
    """Return whether all of `text` is between pairs of asterisks or underscores."""
    return bool(re.fullmatch(r"\*\*[^*]+\*\*:?|__[^_]+__:?", text))


def is_caps(text: str) -> bool:
    """Return whether `text` is written in capitals, in a script with upper and lower case."""
    letters = [sign for sign in text if sign.isupper() or sign.islower()]
    return len(letters) > 3 and all(sign.isupper() for sign in letters)
