"""A redline as HTML: the newer text with marks, links between the ends of moved blocks, and unchanged clauses folded.

Invariants: well-formed HTML with a valid content model for every change, since containers open and close along the
paths of blocks and marks are phrasing content inside a block; no script and no style attribute; headings have no ids,
so that a page can show several redlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from inforce.markdown import BlockKind, Container, ContainerKind
from inforce.redline import BlockState, Redline, RedlineBlock
from inforce.rendering.inline import hidden, mark_html, runs_html, words_html
from inforce.rendering.labels import ENGLISH, Labels

_TAGS = {
    ContainerKind.QUOTE: "blockquote",
    ContainerKind.BULLET_LIST: "ul",
    ContainerKind.ORDERED_LIST: "ol",
    ContainerKind.ITEM: "li",
    ContainerKind.TABLE: "table",
    ContainerKind.ROW: "tr",
}
_ALIGNS = {"left", "center", "right"}


@dataclass(slots=True)
class _Writer:
    """Output buffer for HTML, with the stack of open containers."""

    blocks: tuple[RedlineBlock, ...]
    labels: Labels
    anchor: str
    pieces: list[str] = field(default_factory=list)
    standing: list[Container] = field(default_factory=list)

    def to(self, path: tuple[Container, ...]) -> None:
        """Close and open containers until the open ones are exactly `path`."""
        if not path and not self.standing:
            return
        shared = 0
        for standing, two in zip(self.standing, path, strict=False):
            if standing.kind is not two.kind or standing.key != two.key:
                break
            shared += 1
        while len(self.standing) > shared:
            self.pieces.append(f"</{_TAGS[self.standing.pop().kind]}>")
        for container in path[shared:]:
            self.pieces.append(_opening(container))
            self.standing.append(container)

    def block(self, place: int, block: RedlineBlock) -> None:
        """Write `block`, whose index among all blocks is `place`."""
        moved_away = block.state is BlockState.MOVED_FROM
        if moved_away and self._first(place) != place:
            return  # one stub represents all blocks that moved together
        self.to(block.path)
        self.pieces.append(self._moved_away(place, block) if moved_away else self._shown(place, block))

    def _shown(self, place: int, block: RedlineBlock) -> str:
        if block.state is BlockState.EQUAL:
            return _element(block, "", words_html(block.shown))
        inner = runs_html(block.shown, self.labels) + mark_html(block, self.labels)
        if block.was or block.now:
            was, now = self.labels.spell(block.was), self.labels.spell(block.now)
            words = self.labels.structure_changed.format(was=was, now=now)
            inner += f'<span class="inforce-note"{self.labels.tongue}> ({escape(words)})</span>'
        if block.state is not BlockState.MOVED_TO:
            return _element(block, "", inner)
        if self._first(place) == place:  # one note for all blocks that moved together
            origin = f'<a href="#{self._id(block.partner)}">{escape(self.labels.see_origin)}</a>'
            note = f"{escape(self.labels.moved_here)} ({origin}): "
            inner = f'<span class="inforce-note"{self.labels.tongue}>{note}</span>{inner}'
        return _element(block, f' class="inforce-moved" id="{self._id(place)}"', inner)

    def _moved_away(self, place: int, block: RedlineBlock) -> str:
        text = "".join(run.text for run in block.shown)
        target = f'<a href="#{self._id(block.partner)}">{escape(self.labels.see_target)}</a>'
        inner = (
            f'<span class="inforce-note"{self.labels.tongue}>{escape(self.labels.moved_away)} ({target}): </span>'
            f"<del>{hidden(self.labels.deleted, self.labels.tongue)}{escape(_beginning(text), quote=False)}</del>"
        )
        return _element(block, f' class="inforce-stub" id="{self._id(place)}"', inner)

    def _first(self, place: int) -> int:
        """Return the index of the first block of the run of moved blocks around `place`."""
        block = self.blocks[place]
        while place and block.kind is not BlockKind.CELL and _go_together(self.blocks[place - 1], block):
            place -= 1
        return place

    def _id(self, place: int | None) -> str:
        """Return the element id of the moved block at `place`."""
        if place is None:
            message = "a moved block has a reference to its other end"
            raise ValueError(message)
        stands = self.blocks[place].state is BlockState.MOVED_TO
        return f"{self.anchor}{place if stands else self._first(place)}"


def _go_together(first: RedlineBlock, other: RedlineBlock) -> bool:
    return (first.move, first.state, first.clause) == (other.move, other.state, other.clause)


def to_html(redline: Redline, labels: Labels = ENGLISH, anchor: str = "move-", clauses: str = "") -> str:
    """Return `redline` as an HTML fragment of flow content with the interface words of `labels`; ids start with
    `anchor`.

    With `clauses`, each changed clause is wrapped in an element whose id is `clauses` followed by the clause's id, as a
    link target.
    """
    if redline.equal:
        return ""
    return "".join(_clauses(redline.blocks, labels, anchor, clauses))


def _clauses(blocks: tuple[RedlineBlock, ...], labels: Labels, anchor: str, boxes: str) -> Iterator[str]:
    boxed: set[str] = set()
    numbered = groupby(enumerate(blocks), key=lambda numbered_block: numbered_block[1].clause)
    clauses = [list(group) for _, group in numbered]
    for unchanged, group in groupby(clauses, key=_is_unchanged):
        if not unchanged:
            for clause in group:
                written, name = _blocks(clause, _Writer(blocks, labels, anchor)), clause[0][1].clause
                yield f'<div id="{boxes}{escape(name)}">{written}</div>' if boxes and name not in boxed else written
                boxed.add(name)
            continue
        folded = list(group)
        headings = labels.separator.join(_heading(clause[0][1], labels) for clause in folded)
        inner = "".join([_blocks(clause, _Writer(blocks, labels, anchor)) for clause in folded])
        yield f'<details class="inforce-unchanged"><summary>{_unchanged(headings, labels)}</summary>{inner}</details>'


def _unchanged(headings: str, labels: Labels) -> str:
    """Return the summary of the unchanged clauses with `headings`, which are in the language of the text."""
    if not labels.tongue:
        return escape(labels.unchanged.format(headings=headings))
    before, after = labels.unchanged.split("{headings}")
    return f"<span{labels.tongue}>{escape(before)}</span>{escape(headings)}<span{labels.tongue}>{escape(after)}</span>"


def _is_unchanged(clause: list[tuple[int, RedlineBlock]]) -> bool:
    return all(block.state is BlockState.EQUAL for _, block in clause)


def _heading(first: RedlineBlock, labels: Labels) -> str:
    return "".join(run.text for run in first.shown) if first.kind is BlockKind.HEADING else labels.beginning


def _blocks(clause: Iterable[tuple[int, RedlineBlock]], writer: _Writer) -> str:
    for place, block in clause:
        writer.block(place, block)
    writer.to(())
    return "".join(writer.pieces)


def _opening(container: Container) -> str:
    tag = _TAGS[container.kind]
    start = container.kind is ContainerKind.ORDERED_LIST and container.number not in (None, 1)
    return f'<{tag} start="{container.number}">' if start else f"<{tag}>"


def _element(block: RedlineBlock, attributes: str, inner: str) -> str:
    if block.kind is BlockKind.RULE:
        return f"<p{attributes}>{inner}</p>" if inner.strip() else "<hr>"
    if block.kind is BlockKind.CODE:
        return f"<pre{attributes}><code>{inner}</code></pre>"
    if block.kind is BlockKind.CELL:
        tag = "th" if block.path and block.path[-1].number == 0 else "td"
        align = f' align="{block.align}"' if block.align in _ALIGNS else ""
        return f"<{tag}{align}{attributes}>{inner}</{tag}>"
    tag = f"h{block.level}" if block.kind is BlockKind.HEADING else "p"
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _beginning(text: str, words: int = 8) -> str:
    parts = text.split()
    return text.strip() if len(parts) <= words else " ".join(parts[:words]) + " …"
