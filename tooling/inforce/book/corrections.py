"""Apply corrections to a text: replaced words, and the changed blocks of another text.

Invariants: only the words or blocks that are replaced change; every change that cannot be applied is returned.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inforce.checks.rules.wording import describe
from inforce.errors import ShapeError, counted, quoted
from inforce.markdown import Document, parse
from inforce.redline import redline
from inforce.text import canonical

# A range of old blocks and the range of new blocks that replaces it.
Step = tuple[int, int, int, int]
# Bytes of an argument that are not UTF-8 are decoded as surrogates (PEP 383).
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change that was not applied: the `section` it is in, empty before the first one, and the changed `words`."""

    section: str
    words: str


def lines_of(text: str) -> list[str]:
    """Return the lines of `text` with their line ends."""
    return _LINE.findall(text)


def replace_once(body: str, old: str, new: str, first_line: int = 1) -> str:
    """Return `body` with the words `old` replaced by `new`; line ends within `old` match any white space.

    ShapeError if `old` does not occur exactly once; it counts lines from `first_line`, that of `body` in its file.
    """
    if _SURROGATE.search(old + new):
        raise ShapeError("replace", "expected words in UTF-8, got other bytes", "write the words in UTF-8")
    if old == new:
        raise ShapeError("replace", f"expected other words than {quoted(old)} in their place")
    pattern = re.compile(r"\s+".join(map(re.escape, old.split())))
    found = list(pattern.finditer(body)) if old.strip() else []
    if len(found) != 1:
        lines = ", ".join(str(body.count("\n", 0, match.start()) + first_line) for match in found[:5])
        problem = f"expected words that occur once in the text, got {quoted(old)}"
        where = f"they occur {counted(len(found), 'time')}, on the lines {lines}: give more of the words around them"
        raise ShapeError(
            "replace", problem, where if found else "they do not occur; write them as in the Markdown file"
        )
    return body[: found[0].start()] + new + body[found[0].end() :]


def apply_changes(body: str, old: str, new: str) -> tuple[str, tuple[OpenChange, ...]]:
    """Apply the changes from `old` to `new` to the text `body`; return the result and the changes that do not apply.

    A changed block applies if the block of `old` occurs exactly once in `body`. It is done already if only the block of
    `new` occurs. An added block applies between the same two blocks.
    """
    before, after, target = _blocks(old), _blocks(new), _blocks(body)
    keys = [_key(block) for block in before]
    matcher = difflib.SequenceMatcher(None, keys, [_key(block) for block in after], autojunk=False)
    sections = _sections(old)
    remaining = []
    for step in _steps(matcher):
        start, end, first, last = step
        if not _applied(target, before, after, step):
            words = describe(
                redline(canonical("".join(before[start:end])), canonical("".join(after[first:last])))
            ).clause
            remaining.append(OpenChange(section=sections[min(start, len(sections) - 1)], words=words))
    return "".join(target), tuple(remaining)


def _steps(matcher: difflib.SequenceMatcher[str]) -> Iterator[Step]:
    """Yield the changes as ranges of old and new blocks; blocks that change one by one are changes of their own."""
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "replace" and end - start == last - first:
            yield from ((start + at, start + at + 1, first + at, first + at + 1) for at in range(end - start))
        elif tag != "equal":
            yield start, end, first, last


def _applied(target: list[str], before: Sequence[str], after: Sequence[str], step: Step) -> bool:
    """Apply the change `step` from `before` to `after` to `target`; return whether `target` contains it now."""
    start, end, first, last = step
    old, new = before[start:end], after[first:last]
    if new and _places(target, new) and not (old and _places(target, old)):
        return True
    places = _places(target, old or [*before[max(start - 1, 0) : start], *before[start : start + 1]])
    if len(places) != 1:
        return False
    at = places[0]
    if old:
        target[at : at + len(old)] = [*new[:-1], new[-1].rstrip() + _end(target[at + len(old) - 1])] if new else []
        return True
    if start:
        target[at] = target[at].rstrip() + _end(after[first - 1])
        at += 1
    target[at:at] = new
    return True


def _end(block: str) -> str:
    """Return the white space at the end of `block`, which separates it from the next one."""
    return block[len(block.rstrip()) :]


def _places(blocks: Sequence[str], wanted: Sequence[str]) -> list[int]:
    keys, goal = [_key(block) for block in blocks], [_key(block) for block in wanted]
    return [at for at in range(len(keys) - len(goal) + 1) if keys[at : at + len(goal)] == goal]


def _blocks(body: str) -> list[str]:
    """Return the source of each block of `body`, such as a paragraph or a list item; joined, they are `body`."""
    lines = lines_of(body)
    starts = sorted({0, *(line - 1 for line in _starts(_document(body)) if line <= len(lines)), len(lines)})
    return ["".join(lines[start:end]) for start, end in itertools.pairwise(starts)]


def _sections(body: str) -> list[str]:
    """Return the section of each block of `_blocks(body)`: its id or, without one, its heading."""
    document = _document(body)
    starts = sorted({1, *_starts(document)})
    clauses = [(clause.line, clause.id if clause.explicit_id else clause.heading) for clause in document.clauses]
    return [next((name for line, name in reversed(clauses) if line <= start), "") for start in starts]


def _document(body: str) -> Document:
    return parse(body.replace("\r\n", "\n").replace("\r", "\n"))


def _starts(document: Document) -> set[int]:
    return {block.line for block in document.blocks}


def _key(block: str) -> str:
    return canonical(block).strip()
