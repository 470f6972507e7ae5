"""Texts and files under examination, and how a spot in them becomes a place that a person finds."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from inforce.errors import Place
from inforce.fields import Source
from inforce.markdown import Block, BlockKind, Document, SpanKind
from inforce.policy import Edition, Policy, Version

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """An edition that can still be fixed, read, with the version and policy it belongs to.

    `lines` are the lines of the text, `starts` the numbers of those on which a block begins.
    """

    policy: Policy
    version: Version
    edition: Edition
    document: Document
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, policy: Policy, version: Version, edition: Edition, document: Document) -> CheckedText:
        """Lay `edition`, read as `document`, out for examination."""
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
        """Whether this is the text that binds, not a translation of it."""
        return self.edition.language == self.policy.binding_language

    @property
    def predecessor(self) -> Edition | None:
        """The same policy in the same language, one version earlier."""
        earlier = self.policy.predecessor(self.version)
        return earlier.edition(self.edition.language) if earlier else None

    @property
    def prose(self) -> Iterator[Block]:
        """Every leaf block but code, which is shown as it is typed."""
        return (block for block in self.document.blocks if block.kind is not BlockKind.CODE)

    def clause_at(self, line: int) -> str | None:
        """Name the clause in which `line` of the text stands."""
        clauses = self.document.clauses
        index = bisect_right(clauses, line, key=lambda clause: clause.line) - 1
        return (clauses[index].id or None) if index >= 0 else None

    def place(self, line: int) -> Place:
        """Point at `line` of the text, in lines of the file."""
        return Place(path=self.edition.source.path, line=self.edition.file_line(line), section=self.clause_at(line))

    def lines_of(self, block: Block) -> list[tuple[int, str]]:
        """List the lines `block` is written on, each with its number, up to a blank line or the next block."""
        following = bisect_right(self.starts, block.line)
        stop = self.starts[following] if following < len(self.starts) else len(self.lines) + 1
        numbered = ((number, self.lines[number - 1]) for number in range(block.line, stop))
        return list(itertools.takewhile(lambda line: bool(line[1].strip()), numbered))

    def place_of(self, block: Block, words: str) -> Place:
        """Point at the line of `block` that holds `words`; at its first one where they are spread over lines."""
        lines = self.lines_of(block)
        return self.place(next((number for number, line in lines if words in line), block.line))

    def is_code(self, block: Block, offset: int) -> bool:
        """Say whether the character number `offset` of `block` is set as code."""
        return any(span.kind is SpanKind.CODE and span.start <= offset < span.stop for span in block.spans)

    def heading(self, section: str) -> str:
        """Name the clause `section` by its heading."""
        return next((clause.heading for clause in self.document.clauses if clause.id == section), section)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that can still be fixed, as it was decoded, before anything was put in order."""

    source: Source
    text: CheckedText | None = None

    @property
    def content(self) -> str:
        """All characters of the file."""
        return self.source.text

    def place(self, offset: int) -> Place:
        """Point at the line on which the character number `offset` stands."""
        line = bisect_right(_line_ends(self.content), offset) + 1
        section = self.text.clause_at(line - self.text.edition.body_line + 1) if self.text else None
        return Place(path=self.source.path, line=line, section=section)

    def word_at(self, start: int, stop: int, limit: int = 40) -> str:
        """Cut out what stands between blanks around the characters `start` to `stop`, at most `limit` on each side."""
        before = re.search(rf"\S{{0,{limit}}}$", self.content[max(0, start - limit) : start])
        after = re.match(rf"\S{{0,{limit}}}", self.content[stop : stop + limit])
        return (before[0] if before else "") + self.content[start:stop] + (after[0] if after else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The first of several equal `found` matches, and how many there are."""

    match: re.Match[str]
    count: int

    @property
    def times(self) -> str:
        """Words for the other occurrences, to end a sentence with; empty where there are none."""
        others = self.count - 1
        return "" if not others else f" (and {others} more {'time' if others == 1 else 'times'})"


@lru_cache(maxsize=4)
def _line_ends(content: str) -> tuple[int, ...]:
    """List where lines of `content` end, behind their line ends."""
    return tuple(end.end() for end in _LINE_END.finditer(content))


def each_once(matches: Iterable[re.Match[str]]) -> list[Repeated]:
    """Group `matches` by what they matched, in the order of first occurrence."""
    groups: dict[str, list[re.Match[str]]] = {}
    for match in matches:
        groups.setdefault(match[0], []).append(match)
    return [Repeated(match=group[0], count=len(group)) for group in groups.values()]
