"""Output of the new text: source lines for unchanged blocks, original markers around changed ones.

Invariants: an unchanged node is written with its exact source lines; nothing next to a changed block is modified,
except the numbers of items after an added or removed item in a counting list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from inforce.markdown import BlockKind, ContainerKind
from inforce.markdown.source import Node, cells_of
from inforce.word.roundtrip.composing import composed
from inforce.word.roundtrip.rebuild import LISTS, New
from inforce.word.roundtrip.spelling import guarded, guarded_heading
from inforce.word.roundtrip.values import BLANKS
from inforce.word.roundtrip.views import runs_of, signs_of

_NUMBER = re.compile(r"\d{1,9}")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})(.*)")


class Line(NamedTuple):
    """A line; a `raw` line is a complete source line and gets no prefix."""

    text: str
    raw: bool = False


@dataclass(slots=True)
class _Printer:
    source: Sequence[str]
    anchors: dict[str, str]
    same: dict[int, bool] = field(default_factory=dict)

    def is_same(self, new: New) -> bool:
        """Return whether `new` and all its descendants are unchanged."""
        if id(new) not in self.same:
            self.same[id(new)] = self._is_same(new)
        return self.same[id(new)]

    def _is_same(self, new: New) -> bool:
        old = new.old
        if new.kind is None:
            return True
        if old is None or old.kind is not new.kind:
            return False
        if isinstance(new.kind, BlockKind):
            return old.level == new.level and _same_words(new, old)
        children = [child.old for child in new.children]
        if new.kind is ContainerKind.ITEM and new.number is not None and new.number != (old.number or 0):
            return False
        together = len(children) == len(old.children) and all(
            child is two for child, two in zip(children, old.children, strict=True)
        )
        return together and all(self.is_same(child) for child in new.children)

    def inside(self, new: New, *, raw: bool) -> list[Line]:
        """Return the lines of the children of `new`; `raw` allows unmodified source lines."""
        lines: list[Line] = []
        before: New | None = None
        for child in new.children:
            if before is not None:
                lines += self.gap(before, child, new, raw=raw)
            lines += self.node(child, before, raw=raw)
            before = child
        return lines

    def gap(self, before: New, after: New, parent: New, *, raw: bool) -> Iterator[Line]:
        """Return the blank lines between two neighbours: the original ones, or the required minimum."""
        old, following = before.old, after.old
        wanted = self.needed(before, after, parent)
        neighbours = old is not None and following is not None and old.parent is following.parent
        if neighbours and old is not None and following is not None and old.parent is not None:
            siblings = old.parent.children
            if siblings.index(following) == siblings.index(old) + 1:
                kinds_stay = old.kind is before.kind and following.kind is after.kind
                if following.start > old.stop or kinds_stay:
                    is_kept = raw and parent.old is old.parent
                    for line in range(old.stop, following.start):
                        yield Line(self.source[line] if is_kept else "", raw=is_kept)
                    return
        yield from (Line("") for _ in range(wanted))

    def needed(self, before: New, after: New, parent: New) -> int:
        if before.kind is None or after.kind is None:
            return int(before.kind is not after.kind)
        if parent.kind in LISTS:
            return 0 if _is_tight(parent) else 1
        nested = parent.kind is ContainerKind.ITEM and after.kind in LISTS
        return 0 if nested and _is_tight_item(parent) else 1

    def node(self, new: New, before: New | None, *, raw: bool) -> list[Line]:
        if self.is_same(new) and new.old is not None:
            return self.as_it_was(new.old, raw=raw)
        if new.kind is ContainerKind.QUOTE:
            return [_behind("> ", line) for line in self.inside(new, raw=raw and new.old is not None)]
        if new.kind in LISTS:
            return self.items(new, before, raw=raw)
        if new.kind is ContainerKind.TABLE:
            return [Line(text) for text in self.table(new)]
        return [Line(text) for text in self.leaf(new)]

    def as_it_was(self, old: Node, *, raw: bool) -> list[Line]:
        if raw:
            return [Line(self.source[line], raw=True) for line in range(old.start, old.stop)]
        return [Line(text) for text in old.lines]

    def items(self, new: New, before: New | None, *, raw: bool) -> list[Line]:
        sign = _sign_of(new, before)
        counts = _counts(new.model)
        number = new.number if new.number is not None else 1
        lines: list[Line] = []
        last: New | None = None
        for place, item in enumerate(new.children):
            if last is not None:
                lines += self.gap(last, item, new, raw=raw and new.old is not None)
            marker = self.marker(new, item, sign, number + place if counts or not place else None)
            lines += self.item(item, marker, raw=raw and new.old is not None)
            last = item
        return lines

    def marker(self, new: New, item: New, sign: str, number: int | None) -> str:
        """Return the marker of `item`: the original one, renumbered if the list counts."""
        old = item.old.marker if item.old is not None and item.old.marker else ""
        if new.kind is ContainerKind.BULLET_LIST:
            stays = old.strip() == sign
            return old if stays else _like(new, f"{sign} ")
        if number is None:
            return old or _like(new, f"{_first_number(new)}{sign} ")
        if old and old.strip()[-1] == sign and int(_NUMBER.search(old)[0]) == number:  # type: ignore[index]
            return old
        pattern = old or _pattern(new) or f"1{sign} "
        return _NUMBER.sub(str(number), pattern, count=1).replace(pattern.strip()[-1], sign)

    def item(self, item: New, marker: str, *, raw: bool) -> list[Line]:
        if self.is_same(item) and item.old is not None and item.old.marker == marker:
            return self.as_it_was(item.old, raw=raw)
        stays = item.old is not None and item.old.marker == marker
        lines = self.inside(item, raw=raw and stays) or [Line("")]
        first, *rest = lines
        space = " " * len(marker)
        head = first if first.raw else Line(f"{marker}{first.text}".rstrip(BLANKS))
        return [head, *(_behind(space, line) for line in rest)]

    def leaf(self, new: New) -> list[str]:
        if new.kind is BlockKind.RULE:
            return ["---"]
        if new.kind is BlockKind.CODE:
            return self.code(new)
        unchanged = new.old is not None and _same_words(new, new.old)
        content = new.old.content if unchanged and new.old is not None else composed(new, self.anchors)
        if new.kind is BlockKind.HEADING:
            return self.heading(new, content)
        old = new.old if new.old is not None and new.old.kind is BlockKind.PARAGRAPH else None
        known = set(old.content.split("\n")) if old is not None else set()
        lines = [line if line in known else guarded(line) for line in content.split("\n")]
        head = old.head if old is not None else ""
        return (head + "\n".join(lines)).split("\n")

    def heading(self, new: New, content: str) -> list[str]:
        old = new.old if new.old is not None and new.old.kind is BlockKind.HEADING else None
        if old is None or content != old.content:
            content = guarded_heading(content.replace("\n", " "))
        if old is None:
            return [f"{'#' * new.level} {content}"]
        if old.level == new.level and ("\n" not in old.tail or "\n" not in content):
            return f"{old.head}{content}{old.tail}".split("\n")
        tail = old.tail.partition("\n")[0] if "#" in old.head else ""
        return [f"{'#' * new.level} {content}{tail}"]

    def code(self, new: New) -> list[str]:
        text = "".join(sign.sign.text for sign in new.signs)
        old = new.old.lines if new.old is not None and new.old.kind is BlockKind.CODE else ()
        fence = _FENCE.match(old[0]) if old else None
        marks, info = (fence[1], fence[2]) if fence else ("```", "")
        while marks in text:
            marks += marks[0]
        return [f"{marks}{info}", *(text.split("\n") if text else []), marks]

    def table(self, new: New) -> Iterator[str]:
        first, *rows = new.children
        old = new.old
        columns = [cell.old for cell in first.children]
        stays = old is not None and columns == list(old.children[0].children)
        yield self.row(first, same_columns=stays)
        if stays and old is not None:
            yield old.lines[1]
        else:
            yield f"| {' | '.join(_rule(cell.model) for cell in first.children)} |"
        yield from (self.row(row, same_columns=stays) for row in rows)

    def row(self, row: New, *, same_columns: bool) -> str:
        if same_columns and self.is_same(row) and row.old is not None:
            return row.old.lines[0]
        texts = [self.cell(cell) for cell in row.children]
        old = row.old
        stays = old is not None and [cell.old for cell in row.children] == list(old.children)
        if not stays or old is None or not same_columns:
            return f"| {' | '.join(texts)} |"
        return _with_cells(old.lines[0], texts, [self.is_same(cell) for cell in row.children])

    def cell(self, cell: New) -> str:
        if cell.old is not None and _same_words(cell, cell.old):
            return cell.old.content.replace("|", "\\|")
        return composed(cell, self.anchors).replace("|", "\\|")


def printed(top: New, source: str, anchors: dict[str, str]) -> str:
    """Return the text of the tree `top`, which was derived from `source`.

    Raises CannotBeWrittenError for content that Markdown cannot express.
    """
    lines = source.split("\n")
    printer = _Printer(lines, anchors)
    return "".join(f"{line.text.rstrip(BLANKS)}\n" for line in printer.inside(top, raw=True))


def is_unchanged(new: New) -> bool:
    """Return whether the leaf `new` has the same kind and content as before."""
    return new.old is not None and new.old.kind is new.kind and new.old.level == new.level and _same_words(new, new.old)


def _same_words(new: New, old: Node) -> bool:
    if old.kind is BlockKind.RULE and new.kind is BlockKind.RULE:
        return True
    kind = BlockKind.CODE if old.kind is BlockKind.CODE else BlockKind.PARAGRAPH
    same_code = (new.kind is BlockKind.CODE) == (old.kind is BlockKind.CODE)
    return same_code and runs_of((sign.sign for sign in new.signs), kind) == runs_of(signs_of(old), kind)


def _behind(prefix: str, line: Line) -> Line:
    return line if line.raw else Line(f"{prefix}{line.text}".rstrip(BLANKS))


def _is_tight(new: New) -> bool:
    """Return whether a list has no blank lines between its items."""
    if new.model is None:
        return True
    gaps = [after.start - before.stop for before, after in _neighbours(new.model.children)]
    if gaps:
        return min(gaps) == 0
    return all(leaf.tight or leaf.kind is not BlockKind.PARAGRAPH for leaf in new.model.leaves())


def _is_tight_item(new: New) -> bool:
    return new.model is None or all(
        after.start == before.stop for before, after in _neighbours(new.model.children) if after.kind in LISTS
    )


def _neighbours(nodes: Sequence[Node]) -> Iterable[tuple[Node, Node]]:
    return pairwise(nodes)


def _sign_of(new: New, before: New | None) -> str:
    """Return the marker of a list's items: the original, or one unlike that of the list directly before it."""
    bullets = new.kind is ContainerKind.BULLET_LIST
    own = new.model.children[0].marker.strip()[-1:] if new.model is not None and new.model.kind is new.kind else ""
    sign = own or ("-" if bullets else ".")
    if before is not None and before.kind is new.kind and sign == getattr(before, "written", ""):
        sign = {"-": "*", "*": "-", "+": "-", ".": ")", ")": "."}[sign]
    new.written = sign
    return sign


def _counts(model: Node | None) -> bool:
    """Return whether the source of a list contains the numbers that are shown."""
    if model is None or model.kind is not ContainerKind.ORDERED_LIST:
        return True
    written = [_NUMBER.search(item.marker) for item in model.children]
    shown = [item.number for item in model.children]
    return len(written) == 1 or [int(number[0]) for number in written if number] == shown


def _pattern(new: New) -> str:
    return new.model.children[0].marker if new.model is not None and new.model.kind is new.kind else ""


def _like(new: New, marker: str) -> str:
    """Return `marker` with the padding of the list's other items."""
    pattern = _pattern(new)
    lead, space = len(pattern) - len(pattern.lstrip(" ")), len(pattern) - len(pattern.rstrip(" "))
    return f"{' ' * lead}{marker.strip()}{' ' * space}" if pattern else marker


def _first_number(new: New) -> int:
    match = _NUMBER.search(_pattern(new))
    return int(match[0]) if match else 1


def _rule(cell: Node | None) -> str:
    return {"left": ":--", "right": "--:", "center": ":-:"}.get(cell.align if cell is not None else "", "---")


def _with_cells(line: str, texts: Sequence[str], same: Sequence[bool]) -> str:
    """Return the row `line` with its changed cells replaced by `texts`; `same` marks the unchanged cells."""
    parts = cells_of(line)
    first = 1 if not parts[0].strip() else 0
    if len(parts) - first < len(texts):
        return f"| {' | '.join(texts)} |"
    for place, (text, stays) in enumerate(zip(texts, same, strict=True), first):
        if not stays:
            part = parts[place]
            lead, tail = len(part) - len(part.lstrip()), len(part) - len(part.rstrip())
            parts[place] = (
                f"{part[:lead] or ' '}{text}{part[len(part) - tail :] or ' '}" if part.strip() else f" {text} "
            )
    return "|".join(parts)
