"""Texts and files being checked, and the conversion of offsets in them to places for readers."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from inforce.errors import Place, counted
from inforce.fields import Source
from inforce.markdown import Block, BlockKind, Document, SpanKind
from inforce.policy import Edition, Policy, Version

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """A parsed edition that can still be fixed, with its version and policy.

    `lines` are the lines of the text; `starts` are the line numbers at which blocks begin.
    """

    policy: Policy
    version: Version
    edition: Edition
    document: Document
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, policy: Policy, version: Version, edition: Edition, document: Document) -> CheckedText:
        """Return the checked text of `edition`, whose parsed Markdown is `document`."""
        return cls(
            policy=policy,
            version=version,
            edition=edition,
            document=document,
            lines=tuple(edition.text.split("\n")),
            starts=tuple(sorted({block.line for block in document.blocks})),
        )

    @property
    def is_binding(self) -> bool:
        """Whether this is the binding text and not a translation."""
        return self.edition.language == self.policy.binding_language

    @property
    def predecessor(self) -> Edition | None:
        """The edition of the previous version in the same language, or None."""
        earlier = self.policy.predecessor(self.version)
        return earlier.edition(self.edition.language) if earlier else None

    @property
    def prose(self) -> Iterator[Block]:
        """All leaf blocks except code blocks."""
        return (block for block in self.document.blocks if block.kind is not BlockKind.CODE)

    def clause_at(self, line: int) -> str | None:
        """Return the id of the clause that contains `line` of the text."""
        clauses = self.document.clauses
        index = bisect_right(clauses, line, key=lambda clause: clause.line) - 1
        return (clauses[index].id or None) if index >= 0 else None

    def place(self, line: int) -> Place:
        """Return the place of `line` of the text, with the line number in the file."""
        return Place(path=self.edition.source.path, line=self.edition.file_line(line), section=self.clause_at(line))

    def lines_of(self, block: Block) -> list[tuple[int, str]]:
        """Return the numbered lines of `block`, up to a blank line or the next block."""
        following = bisect_right(self.starts, block.line)
        stop = self.starts[following] if following < len(self.starts) else len(self.lines) + 1
        numbered = ((number, self.lines[number - 1]) for number in range(block.line, stop))
        return list(itertools.takewhile(lambda line: bool(line[1].strip()), numbered))

    def place_of(self, block: Block, words: str) -> Place:
        """Return the place of the line of `block` that contains `words`, or of its first line if they span lines."""
        lines = self.lines_of(block)
        return self.place(next((number for number, line in lines if words in line), block.line))

    def is_code(self, block: Block, offset: int) -> bool:
        """Return whether the character at `offset` of `block` is in a code span."""
        return any(span.kind is SpanKind.CODE and span.start <= offset < span.stop for span in block.spans)

    def heading(self, section: str) -> str:
        """Return the heading of the clause with the id `section`."""
        return next((clause.heading for clause in self.document.clauses if clause.id == section), section)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that can still be fixed, decoded but not normalised."""

    source: Source
    text: CheckedText | None = None

    @property
    def content(self) -> str:
        """The decoded content of the file."""
        return self.source.text

    def place(self, offset: int) -> Place:
        """Return the place of the line that contains the character at `offset`."""
        line = bisect_right(_line_ends(self.content), offset) + 1
        section = self.text.clause_at(line - self.text.edition.body_line + 1) if self.text else None
        return Place(path=self.source.path, line=line, section=section)

    def word_at(self, start: int, stop: int, limit: int = 40) -> str:
        """Return the characters `start` to `stop` extended to the nearest spaces, by at most `limit` on each side."""
        before = re.search(rf"\S{{0,{limit}}}$", self.content[max(0, start - limit) : start])
        after = re.match(rf"\S{{0,{limit}}}", self.content[stop : stop + limit])
        return (before[0] if before else "") + self.content[start:stop] + (after[0] if after else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The first of several equal matches, and the number of matches."""

    match: re.Match[str]
    count: int

    @property
    def times(self) -> str:
        """A phrase for the other occurrences, such as “ (and 2 more times)”; empty if there are none."""
        others = self.count - 1
        return "" if not others else f" (and {counted(others, 'more time')})"


@lru_cache(maxsize=4)
def _line_ends(content: str) -> tuple[int, ...]:
    """Return the offsets after each line end of `content`."""
    return tuple(end.end() for end in _LINE_END.finditer(content))


def each_once(matches: Iterable[re.Match[str]]) -> list[Repeated]:
    """Group equal `matches`, in the order of first occurrence."""
    groups: dict[str, list[re.Match[str]]] = {}
    for match in matches:
        groups.setdefault(match[0], []).append(match)
    return [Repeated(match=group[0], count=len(group)) for group in groups.values()]
