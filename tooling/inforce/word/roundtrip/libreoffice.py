"""Corrections for word processors: restore lost settings and map renamed bookmarks.

LibreOffice saves a paragraph after a deleted one with the settings of the deleted one, without a tracked change: a
heading becomes an ordinary paragraph and an item loses its number. It also marks the end of a paragraph as new if both
sides of it are new. Word adds its own bookmark to a heading that a new link targets; the link is read as a link to our
bookmark.

Invariants: a paragraph gets its settings back only if it has our bookmark and exactly the words of that block, and is
formatted like the deleted one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from inforce.markdown import Block as MarkdownBlock
from inforce.markdown import BlockKind, ContainerKind
from inforce.markdown.source import Node
from inforce.word.export.links import bookmark_name
from inforce.word.roundtrip.addresses import key_of
from inforce.word.roundtrip.revisions import signs_of_stretch, trimmed
from inforce.word.roundtrip.values import Fate, Form, Look, Paragraph, Side, Story, Stretch, Table
from inforce.word.roundtrip.views import number_of, signs_of


def fixed(story: Story, leaves: Sequence[Node]) -> Story:
    """Return `story`, made from the text with `leaves`, with the settings that LibreOffice lost."""
    lists = _lists(story, leaves)
    body: list[Paragraph | Table] = []
    for before, one in zip((None, *story.body), story.body, strict=False):
        both = isinstance(one, Paragraph) and isinstance(before, Paragraph)
        body.append(_fixed(one, before, leaves, lists) if both else one)  # type: ignore[arg-type]
    return replace(story, body=tuple(_parted(body, leaves)))


def _parted(body: Sequence[Paragraph | Table], leaves: Sequence[Node]) -> Iterator[Paragraph | Table]:
    """Return `body` with the paragraph ends that LibreOffice marked as inserted although they existed.

    Two blocks of the text with only new paragraphs between them had a paragraph end between them before.
    """
    for place, one in enumerate(body):
        follows = next((after for after in body[place + 1 :] if not _is_new(after)), None)
        ends = isinstance(one, Paragraph) and one.mark is Fate.COMES and _is_whole(one, leaves)
        if ends and isinstance(one, Paragraph) and isinstance(follows, Paragraph) and _is_whole(follows, leaves):
            yield replace(one, mark=Fate.STAYS)
        else:
            yield one


def _is_new(one: Paragraph | Table) -> bool:
    return isinstance(one, Paragraph) and one.mark is Fate.COMES and one.anchor is None and not one.text(Side.BEFORE)


def _is_whole(one: Paragraph, leaves: Sequence[Node]) -> bool:
    """Return whether the paragraph is not empty and had all the words of its block before."""
    if one.anchor is None or one.anchor >= len(leaves):
        return False
    words = "".join(sign.text for sign in signs_of(leaves[one.anchor]))
    return bool(words) and _words(one) == words


def _fixed(one: Paragraph, before: Paragraph, leaves: Sequence[Node], lists: dict[int, Look]) -> Paragraph:
    if not _is_suspect(one, before, leaves):
        return one
    leaf = leaves[one.anchor or 0]
    look = _look(leaf, lists)
    return replace(one, look=look, was=look) if look is not None and _contradicts(one.look, leaf) else one


def _is_suspect(one: Paragraph, before: Paragraph, leaves: Sequence[Node]) -> bool:
    if before.mark is not Fate.GOES or one.anchor is None or one.anchor >= len(leaves) or one.was != one.look:
        return False
    return one.look == before.look and _words(one) == "".join(sign.text for sign in signs_of(leaves[one.anchor]))


def _words(one: Paragraph) -> str:
    signs = [sign for part in one.stretches for sign in signs_of_stretch(part, Side.BEFORE)]
    return "".join(sign.text for sign in trimmed(signs))


def _contradicts(look: Look, leaf: Node) -> bool:
    number, _ = number_of(leaf)
    return look.kind is not leaf.kind or look.level != leaf.level or bool(look.list_id) != (number is not None)


def _lists(story: Story, leaves: Sequence[Node]) -> dict[int, Look]:
    """Return how the items of each list of the text are formatted in the document."""
    found: dict[int, Look] = {}
    for one in story.body:
        if isinstance(one, Paragraph) and one.anchor is not None and one.anchor < len(leaves) and one.was.list_id:
            inner = _list_of(leaves[one.anchor])
            if inner is not None:
                found.setdefault(id(inner), one.was)
    return found


def _list_of(leaf: Node) -> Node | None:
    lists = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)
    return next((node for node in reversed(leaf.path) if node.kind in lists), None)


def _look(leaf: Node, lists: dict[int, Look]) -> Look | None:
    """Return how `leaf` is formatted in a document; None if unknown."""
    kind = leaf.kind if isinstance(leaf.kind, BlockKind) else BlockKind.PARAGRAPH
    number, _ = number_of(leaf)
    if number is not None:
        listed = lists.get(id(_list_of(leaf)))
        return None if listed is None else replace(listed, kind=kind, level=leaf.level, quoted=False)
    quoted = kind is BlockKind.PARAGRAPH and any(node.kind is ContainerKind.QUOTE for node in leaf.path)
    return Look(kind=kind, level=leaf.level, quoted=quoted, indented=bool(leaf.path))


def readdressed(story: Story, blocks: Sequence[MarkdownBlock]) -> Story:
    """Return `story` with links to headings of the text with `blocks` redirected to our bookmarks."""
    ours = {
        name: bookmark_name(blocks[one.anchor].id)
        for one in story.body
        if isinstance(one, Paragraph) and one.anchor is not None and one.anchor < len(blocks)
        for name in one.bookmarks
        if blocks[one.anchor].kind is BlockKind.HEADING
    }
    body = (
        replace(one, stretches=tuple(_led(part, ours) for part in one.stretches)) if isinstance(one, Paragraph) else one
        for one in story.body
    )
    return replace(story, body=tuple(body))


def _led(part: Stretch, ours: dict[str, str]) -> Stretch:
    name = ours.get(part.address.removeprefix("#"), "") if part.address.startswith("#") else ""
    if not name or f"#{name}" == part.address:
        return part
    link = Form("link", key_of(f"#{name}"))
    forms, were = (frozenset(one for one in side if one.kind != "link") | {link} for side in (part.forms, part.were))
    return replace(part, address=f"#{name}", forms=forms, were=were)
