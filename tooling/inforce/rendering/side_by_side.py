"""A redline side by side: the changed clauses as a table with the old text on the left and the new text on the right.

Invariants: each old block is next to its new form, and equal blocks span both columns; each side contains all words of
its text in order, and only those. Unchanged clauses are left out. Headings are rendered as paragraphs and no element
has an id, so that a page can show this table together with the redline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from itertools import groupby

from inforce.markdown import BlockKind, Container, ContainerKind
from inforce.redline import IN_NEW, IN_OLD, BlockState, Op, Redline, RedlineBlock, Run
from inforce.rendering.inline import mark_html, runs_html, words_html
from inforce.rendering.labels import ENGLISH, Labels

_BOTH = '<td colspan="2">'


def to_sides(redline: Redline, labels: Labels = ENGLISH) -> str:
    """Return the changed clauses of `redline` as one table with the interface words of `labels`; empty if none
    changed.
    """
    clauses = (list(group) for _, group in groupby(redline.blocks, key=lambda block: block.clause))
    changed = [clause for clause in clauses if any(block.state is not BlockState.EQUAL for block in clause)]
    if not changed:
        return ""
    names = (labels.old_text, labels.new_text)
    head = "".join(f'<th scope="col"{labels.tongue}>{escape(name)}</th>' for name in names)
    bodies = "".join(f"<tbody>{''.join(_rows(clause, labels))}</tbody>" for clause in changed)
    return f'<table class="inforce-sides"><thead><tr>{head}</tr></thead>{bodies}</table>'


def _rows(clause: Iterable[RedlineBlock], labels: Labels) -> Iterator[str]:
    for blocks in _together(clause):
        if all(block.state is BlockState.EQUAL for block in blocks):
            yield f"<tr>{_cell(blocks, IN_NEW, labels, tag=_BOTH)}</tr>"
        else:
            yield f"<tr>{_cell(blocks, IN_OLD, labels)}{_cell(blocks, IN_NEW, labels)}</tr>"


def _together(clause: Iterable[RedlineBlock]) -> Iterator[list[RedlineBlock]]:
    """Yield the blocks of each row: all cells of a table row, or any other block alone."""
    cells: list[RedlineBlock] = []
    for block in clause:
        if cells and (block.kind is not BlockKind.CELL or block.path[-1] != cells[-1].path[-1]):
            yield cells
            cells = []
        if block.kind is BlockKind.CELL:
            cells.append(block)
        else:
            yield [block]
    if cells:
        yield cells


def _cell(blocks: list[RedlineBlock], ops: frozenset[Op], labels: Labels, *, tag: str = "<td>") -> str:
    there = [block for block in blocks if block.mark in ops or any(run.op in ops for run in block.runs)]
    if not there:
        return f"{tag}</td>"
    inner = [_inner(block, ops, labels) for block in there]
    if there[0].kind is BlockKind.CELL:
        return f"{tag}<table><tbody><tr><td>{'</td><td>'.join(inner)}</td></tr></tbody></table></td>"
    return f"{tag}{''.join([_element(block, cell) for block, cell in zip(there, inner, strict=True)])}</td>"


def _inner(block: RedlineBlock, ops: frozenset[Op], labels: Labels) -> str:
    if block.state is BlockState.EQUAL:
        return words_html(block.runs)
    runs = [run if ops is IN_NEW else _as_it_was(run) for run in block.runs if run.op in ops]
    mark = mark_html(block, labels) if block.mark in ops else ""
    return _note(block, labels) + runs_html(runs, labels) + mark


def _note(block: RedlineBlock, labels: Labels) -> str:
    if block.state is BlockState.MOVED_FROM:
        moved = labels.moved_away
    elif block.state is BlockState.MOVED_TO:
        moved = labels.moved_here
    else:
        return ""
    return f'<span class="inforce-note"{labels.tongue}>{escape(moved)}: </span>'


def _as_it_was(run: Run) -> Run:
    """Return `run` as in the old text: with its old formats and without a mark."""
    if run.op is not Op.REFORMAT:
        return run
    unchanged = tuple(format_ for format_ in run.formats if format_ not in run.now)
    return replace(run, op=Op.EQUAL, formats=(*run.was, *unchanged), was=(), now=())


def _element(block: RedlineBlock, inner: str) -> str:
    if block.kind is BlockKind.CODE:
        return f"<pre><code>{inner}</code></pre>"
    if block.kind is BlockKind.HEADING:
        return f"<p><strong>{inner}</strong></p>"
    if block.kind is BlockKind.RULE:
        return f"<p>{inner}</p>" if inner else "<hr>"
    return _contained(f"<p>{inner}</p>", block.path)


def _contained(paragraph: str, path: tuple[Container, ...]) -> str:
    """Wrap `paragraph` in its innermost list item or quote."""
    last = path[-1] if path else None
    if last is None or last.kind not in (ContainerKind.ITEM, ContainerKind.QUOTE):
        return paragraph
    if last.kind is ContainerKind.QUOTE:
        return f"<blockquote>{paragraph}</blockquote>"
    ordered = len(path) > 1 and path[-2].kind is ContainerKind.ORDERED_LIST
    start = "" if last.number in (None, 1) else f' start="{last.number}"'
    return f"<ol{start}><li>{paragraph}</li></ol>" if ordered else f"<ul><li>{paragraph}</li></ul>"
