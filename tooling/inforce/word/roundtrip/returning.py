"""Import of a document: the resulting Markdown, verified against the document.

Invariants: the returned Markdown was parsed again and equals, block by block, the document with every change accepted;
if a block fails, only the reason is returned. The source equals the document with every change rejected, or the
differences are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inforce.markdown import BlockKind, ContainerKind, parse
from inforce.markdown.source import Node, read_source
from inforce.text import canonical
from inforce.word.export.links import bookmark_name
from inforce.word.roundtrip.alignment import Difference, align
from inforce.word.roundtrip.composing import CannotBeWrittenError, composed
from inforce.word.roundtrip.libreoffice import fixed, readdressed
from inforce.word.roundtrip.printing import is_unchanged, printed
from inforce.word.roundtrip.rebuild import New, grow
from inforce.word.roundtrip.revisions import Grid, RevisedBlock, side_of
from inforce.word.roundtrip.values import Comment, Form, Look, Objection, Side, Story
from inforce.word.roundtrip.views import View, views_of_side, views_of_text

_STRICTEST = 1
_LOST = "the address of a link that exists only in the text is left out; add it to the text again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The result of an import: `text` is the new Markdown, None if there are objections.

    `untracked` lists the places edited without Track Changes, `remarks` the omissions, and `comments` the comments of
    editors.
    """

    text: str | None
    untracked: tuple[Difference, ...]
    objections: tuple[Objection, ...]
    remarks: tuple[Objection, ...]
    comments: tuple[Comment, ...]


def take_back(source: str, story: Story) -> Returned:
    """Return the result of importing `story`, an edited document made from the canonical Markdown `source`."""
    root = read_source(source)
    leaves = tuple(root.leaves())
    story = readdressed(fixed(story, leaves), parse(source).blocks)
    alignment = align(leaves, side_of(story, Side.BEFORE))
    after = side_of(story, Side.AFTER)

    def is_ordered(look: Look) -> bool:
        return story.numbering.ordered.get((look.list_id, look.depth), False)

    top, objections = grow(root, leaves, alignment, after, is_ordered)
    objections = (*story.objections, *objections)
    text = None
    if not objections:
        text, objections = _proven(top, source, after)
    return Returned(
        text=text,
        untracked=alignment.untracked,
        objections=objections,
        remarks=(*story.remarks, *_lost(top)),
        comments=story.comments,
    )


def _proven(top: New, source: str, after: Sequence[RevisedBlock | Grid]) -> tuple[str | None, tuple[Objection, ...]]:
    """Return the source of `top`, verified by parsing; escape more characters if it does not match `after`."""
    anchors = {bookmark_name(heading.id): heading.id for heading in parse(source).headings}
    wanted = [_without_hidden(view) for view in views_of_side(after)]
    blocks = list(top.leaves())
    refused = tuple(_unwritable(blocks, anchors))
    if refused:
        return None, refused
    while True:
        text = canonical(printed(top, source, anchors))
        wrong = _first_difference(text, top, wanted)
        if wrong is None:
            return text, ()
        changed = [block for block in blocks if not is_unchanged(block)]
        near = [block for block in _around(blocks, wrong) if block.strict < _STRICTEST and block in changed]
        if not near:
            words = wanted[wrong].text if wrong < len(wanted) else ""
            return None, (Objection(problem="Markdown cannot express this place of the document", words=words),)
        for candidate in near:
            candidate.strict += 1


def _lost(top: New) -> Iterator[Objection]:
    for leave in top.leaves():
        if leave.lost:
            yield Objection(problem=_LOST, words="".join(sign.sign.text for sign in leave.signs))


def _unwritable(blocks: Sequence[New], anchors: dict[str, str]) -> Iterator[Objection]:
    for block in blocks:
        if is_unchanged(block) or block.kind in (BlockKind.CODE, BlockKind.RULE):
            continue
        try:
            composed(block, anchors)
        except CannotBeWrittenError as cause:
            yield Objection(problem=str(cause), words="".join(sign.sign.text for sign in block.signs))


def _around(blocks: Sequence[New], place: int) -> Sequence[New]:
    """Return the blocks that can cause a difference at `place`: that block and its neighbours."""
    return blocks[max(place - 1, 0) : place + 2]


def _first_difference(text: str, top: New, wanted: Sequence[View]) -> int | None:
    """Return the first block in which `text` differs from `wanted` or from the containers in `top`."""
    root = read_source(text)
    leaves = list(root.leaves())
    views = views_of_text(leaves)
    present = [view for view in views if view is not None]
    shapes = [_shape(leaf) for leaf, view in zip(leaves, views, strict=True) if view is not None]
    meant = list(_shapes(top, ()))
    for place, (actual, two) in enumerate(zip(present, wanted, strict=False)):
        if _without_hidden(actual) != two:
            return place
    for place, (left, right) in enumerate(zip(shapes, meant, strict=False)):
        if left != right:
            return min(place, len(wanted) - 1)
    if len(present) != len(wanted) or len(shapes) != len(meant):
        return min(len(present), len(wanted) - 1)
    return None


def _shape(leaf: Node) -> tuple[str, ...]:
    return tuple(str(node.kind) for node in leaf.path)


def _shapes(new: New, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the containers of each leaf of `new`, outermost first."""
    for child in new.children:
        if isinstance(child.kind, BlockKind):
            yield path
        elif isinstance(child.kind, ContainerKind):
            yield from _shapes(child, (*path, str(child.kind)))


def _without_hidden(view: View) -> View:
    """Return `view` without links that documents do not support, since Word extends their formatting to new words."""
    hidden = frozenset({Form("link")})
    runs: list[tuple[str, frozenset[Form]]] = []
    for text, forms in view.runs:
        shown = forms - hidden
        if runs and runs[-1][1] == shown:
            runs[-1] = (runs[-1][0] + text, shown)
        else:
            runs.append((text, shown))
    return view._replace(runs=tuple(runs))
