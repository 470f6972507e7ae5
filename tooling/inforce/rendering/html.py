"""A redline as HTML: the newer text with every mark in place, moved blocks linked, unchanged clauses folded.

Keeps true: well-formed with a valid content model whatever the change, since containers open and close along the
paths of blocks and marks are phrasing inside a block. No script, no style attribute; headings carry no ids, so that
pages may show several redlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from inforce.markdown import BlockKind, Container, ContainerKind
from inforce.redline import BlockState, Format, Redline, RedlineBlock
from inforce.rendering.inline import hidden, mark_html, runs_html
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
_FOLD_FROM = 2


@dataclass(slots=True)
class _Writer:
    """HTML on its way out, and the containers that are open."""

    labels: Labels
    anchor: str
    pieces: list[str] = field(default_factory=list)
    open: list[Container] = field(default_factory=list)

    def to(self, path: tuple[Container, ...]) -> None:
        """Close and open containers until exactly `path` is open."""
        shared = 0
        for one, two in zip(self.open, path, strict=False):
            if one.kind is not two.kind or one.key != two.key:
                break
            shared += 1
        while len(self.open) > shared:
            self.pieces.append(f"</{_TAGS[self.open.pop().kind]}>")
        for container in path[shared:]:
            self.pieces.append(_opening(container))
            self.open.append(container)

    def block(self, block: RedlineBlock) -> None:
        """Write `block` where it stands."""
        self.to(block.path)
        self.pieces.append(self._moved_away(block) if block.state is BlockState.MOVED_FROM else self._shown(block))

    def _shown(self, block: RedlineBlock) -> str:
        inner = runs_html(block.shown, self.labels) + mark_html(block.mark, self.labels)
        if block.was or block.now:
            words = self.labels.structure_changed.format(was=_spell(block.was, self.labels), now=_spell(block.now,
            self.labels)) inner += f'<span class="inforce-note"> ({escape(words)})</span>'
        if block.state is BlockState.MOVED_TO:
            origin = f'<a href="#{self.anchor}from-{block.move}">{escape(self.labels.see_origin)}</a>'
            inner = f'<span class="inforce-note">{escape(self.labels.moved_here)} ({origin}): </span>{inner}'
        attributes = ""
        if block.state is BlockState.MOVED_TO:
            attributes = f' class="inforce-moved" id="{self.anchor}to-{block.move}-{block.new}"'
        return _element(block, attributes, inner)

    def _moved_away(self, block: RedlineBlock) -> str:
        text = "".join(run.text for run in block.shown)
        target = f'<a href="#{self.anchor}to-{block.move}-{block.partner}">{escape(self.labels.see_target)}</a>'
        inner = (
            f'<span class="inforce-note">{escape(self.labels.moved_away)} ({target}): </span>'
            f"<del>{hidden(self.labels.deleted)}{escape(_beginning(text), quote=False)}</del>"
        )
        return _element(block, f' class="inforce-stub" id="{self.anchor}from-{block.move}"', inner)


def to_html(redline: Redline, labels: Labels = ENGLISH, anchor: str = "move-") -> str:
    """Write `redline` as a fragment of flow content, its own words from `labels`; ids begin with `anchor`."""
    if redline.equal:
        return ""
    clauses = [(clause, list(blocks)) for clause, blocks in groupby(redline.blocks, key=lambda block: block.clause)]
    return "".join(_clauses(clauses, labels, anchor))


def _clauses(clauses: list[tuple[str, list[RedlineBlock]]], labels: Labels, anchor: str) -> Iterator[str]:
    for _, blocks in clauses:
        inner = blocks_html(blocks, labels, anchor)
        if len(blocks) < _FOLD_FROM or any(block.state is not BlockState.EQUAL for block in blocks):
            yield inner
            continue
        first = blocks[0]
        heading = "".join(run.text for run in first.shown) if first.kind is BlockKind.HEADING else ""
        title = labels.unchanged.format(heading=heading) if heading else labels.unchanged_start
        yield f'<details class="inforce-unchanged"><summary>{escape(title)}</summary>{inner}</details>'


def blocks_html(blocks: Iterable[RedlineBlock], labels: Labels, anchor: str) -> str:
    """Write `blocks` and the containers around them."""
    writer = _Writer(labels, anchor)
    for block in blocks:
        writer.block(block)
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


def _spell(formats: tuple[Format, ...], labels: Labels) -> str:
    return ", ".join(str(one).replace("_", " ") for one in formats) or labels.plain


def _beginning(text: str, words: int = 8) -> str:
    parts = text.split()
    return text.strip() if len(parts) <= words else " ".join(parts[:words]) + " …"
