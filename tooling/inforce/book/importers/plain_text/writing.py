"""Write blocks as Markdown, with escaped special characters.

Invariants: the rendered Markdown has the words of the blocks; `words` checks this for each text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from inforce.markdown import parse

_BOLD = re.compile(r"(?<!\w)\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?!\w)")
_SIGNS = re.compile(r"[\\`\[<]|&(?=#?\w+;)|\{(?=#)|\*|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|~~~|=+\s*$|[-:|](?:[-:| \t]*)$)")
_NUMBER_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_LONGEST_ID = 6


class TextBlockKind(StrEnum):
    """The kind of a block."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A block of the Markdown: its lines, and its `label` as in the source, with the space after it.

    `counted` is true if the label (“3.”, “3)”) equals the number that Markdown would render. Rows of a table are lines
    with tabs. `hard` contains the indices of lines that end with a hard line break.
    """

    kind: TextBlockKind
    lines: tuple[str, ...]
    label: str = ""
    level: int = 0
    counted: bool = False
    hard: frozenset[int] = frozenset()


def to_markdown(blocks: list[TextBlock]) -> tuple[str, list[int]]:
    """Return the Markdown of `blocks`, and the first line (from 1) of each block."""
    lines: list[str] = []
    starts: list[int] = []
    taken: set[str] = set()
    for place, block in enumerate(blocks):
        before = blocks[place - 1] if place else None
        goes_on = (
            before is not None and before.kind is block.kind is TextBlockKind.ITEM and before.counted == block.counted
        )
        if lines and not goes_on:
            lines.append("")
        starts.append(len(lines) + 1)
        lines.extend(_written(block, taken))
    return "\n".join(lines) + "\n" if lines else "", starts


def escape(line: str) -> str:
    """Escape special characters in `line`, the start of a line or an item; pairs of `**` are not escaped."""
    pairs = [pair.span() for pair in _BOLD.finditer(line)]
    unescaped = {sign for start, stop in pairs for sign in (start, start + 1, stop - 2, stop - 1)}

    def escaped(match: re.Match[str]) -> str:
        return match[0] if match.start() in unescaped else f"\\{match[0]}"

    return _NUMBER_START.sub(r"\1\\\2", _LINE_START.sub(r"\\", _SIGNS.sub(escaped, line)))


def _written(block: TextBlock, taken: set[str]) -> list[str]:
    if block.kind is TextBlockKind.RULE:
        return ["---"]
    if block.kind is TextBlockKind.TABLE:
        return _table(block.lines)
    if block.kind is TextBlockKind.TITLE:
        return [f"# {_one_line(block)}"]
    if block.kind is TextBlockKind.HEADING:
        return [f"{'#' * block.level} {_one_line(block)} {{#{_id(block, taken)}}}"]
    if block.kind is TextBlockKind.ITEM:
        return _item(block)
    return _lines(block, (block.label + block.lines[0], *block.lines[1:]))


def _one_line(block: TextBlock) -> str:
    text = block.label + " ".join(block.lines)
    inner = _SIGNS.sub(lambda match: f"\\{match[0]}", text)
    words = inner.rstrip("#")
    return words + "\\#" * (len(inner) - len(words))


def _id(block: TextBlock, taken: set[str]) -> str:
    """Return a new id from the first words of a heading without its number, so that renumbering keeps the id."""
    heading = parse("# " + " ".join(" ".join(block.lines).split()[:_LONGEST_ID]).replace("#", "")).headings
    wish = (heading[0].id if heading else "").strip("-") or "section"
    id_, count = wish, 1
    while id_ in taken:
        count += 1
        id_ = f"{wish}-{count}"
    taken.add(id_)
    return id_


def _item(block: TextBlock) -> list[str]:
    mark = block.label.strip() if block.counted else "-"
    head = "" if block.counted else block.label
    first, *rest = _lines(block, (head + block.lines[0], *block.lines[1:]))
    return [f"{mark} {first}".rstrip(), *(" " * (len(mark) + 1) + line for line in rest)]


def _lines(block: TextBlock, lines: tuple[str, ...]) -> list[str]:
    return [escape(line) + ("\\" if number in block.hard else "") for number, line in enumerate(lines)]


def _table(rows: tuple[str, ...]) -> list[str]:
    written = ["| " + " | ".join(_cell(cell) for cell in row.split("\t")) + " |" for row in rows]
    bars = "| " + " | ".join("---" for _ in rows[0].split("\t")) + " |"
    return [written[0], bars, *written[1:]]


def _cell(cell: str) -> str:
    return escape(cell.strip()).replace("|", "\\|")
