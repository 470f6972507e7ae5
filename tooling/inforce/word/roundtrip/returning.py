"""Taking a document back: the Markdown it asks for, proven to read as the document does.

Keeps true: what is given back was read again and is, block by block, what the document says with every change accepted;
where that cannot be had for a block, nothing is given but the reason. The source is what the document says with every
change rejected, or the differences are named.
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
_LOST = "the address of a link that stands in the text alone is left out; set it again in the text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came back: `text` is the new Markdown, None where something was objected to.

    `untracked` are places edited without Track Changes, `remarks` what was left out, `comments` what people said.
    """

    text: str | None
    untracked: tuple[Difference, ...]
    objections: tuple[Objection, ...]
    remarks: tuple[Objection, ...]
    comments: tuple[Comment, ...]


def take_back(source: str, story: Story) -> Returned:
    """Make of canonical Markdown `source` what `story`, a document made of it and edited, says now."""
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
    """Write `top`, read it again, and escape more where it does not read as `after` does."""
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
        changed = [one for one in blocks if not is_unchanged(one)]
        near = [one for one in _around(blocks, wrong) if one.strict < _STRICTEST and one in changed]
        if not near:
            words = wanted[wrong].text if wrong < len(wanted) else ""
            return None, (Objection(problem="Markdown cannot say this as the document does", words=words),)
        for one in near:
            one.strict += 1


def _lost(top: New) -> Iterator[Objection]:
    for one in top.leaves():
        if one.lost:
            yield Objection(problem=_LOST, words="".join(kept.sign.text for kept in one.signs))


def _unwritable(blocks: Sequence[New], anchors: dict[str, str]) -> Iterator[Objection]:
    for one in blocks:
        if is_unchanged(one) or one.kind in (BlockKind.CODE, BlockKind.RULE):
            continue
        try:
            composed(one, anchors)
        except CannotBeWrittenError as cause:
            yield Objection(problem=str(cause), words="".join(kept.sign.text for kept in one.signs))


def _around(blocks: Sequence[New], place: int) -> Sequence[New]:
    """List the blocks that can be to blame for a difference at `place`: that one, and the ones beside it."""
    return blocks[max(place - 1, 0) : place + 2]


def _first_difference(text: str, top: New, wanted: Sequence[View]) -> int | None:
    """Find the first block in which `text` does not read as `wanted`, or stands in other containers than in `top`."""
    root = read_source(text)
    leaves = list(root.leaves())
    views = views_of_text(leaves)
    found = [view for view in views if view is not None]
    shapes = [_shape(leaf) for leaf, view in zip(leaves, views, strict=True) if view is not None]
    meant = list(_shapes(top, ()))
    for place, (one, two) in enumerate(zip(found, wanted, strict=False)):
        if _without_hidden(one) != two:
            return place
    for place, (left, right) in enumerate(zip(shapes, meant, strict=False)):
        if left != right:
            return min(place, len(wanted) - 1)
    if len(found) != len(wanted) or len(shapes) != len(meant):
        return min(len(found), len(wanted) - 1)
    return None


def _shape(leaf: Node) -> tuple[str, ...]:
    return tuple(str(node.kind) for node in leaf.path)


def _shapes(new: New, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the containers of each leaf of `new`, outermost first."""
    for child in new.children:
        if isinstance(child.kind, BlockKind):
            yield path
        elif isinstance(child.kind, ContainerKind):
            yield from _shapes(child, (*path, str(child.kind)))


def _without_hidden(view: View) -> View:
    """Take out of `view` links to places that no document leads to: Word lets their look run on into new words."""
    hidden = frozenset({Form("link")})
    runs: list[tuple[str, frozenset[Form]]] = []
    for text, forms in view.runs:
        shown = forms - hidden
        if runs and runs[-1][1] == shown:
            runs[-1] = (runs[-1][0] + text, shown)
        else:
            runs.append((text, shown))
    return view._replace(runs=tuple(runs))
