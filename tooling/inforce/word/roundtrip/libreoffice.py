"""Corrections for word processors: restore lost settings and map renamed bookmarks.

LibreOffice saves a paragraph after a deleted one with the settings of the deleted one, without a tracked change: a
heading becomes an ordinary paragraph and an item loses its number. It also marks the end of a paragraph as new if the
text on both sides of it is new. Word adds its own bookmark to a heading that a new link targets; the link is read as a
link to our bookmark.

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
from inforce.word.roundtrip.values import Form, Look, Paragraph, Side, Story, Stretch, Table, TrackedState
from inforce.word.roundtrip.views import number_of, signs_of


def fixed(story: Story, leaves: Sequence[Node]) -> Story:
    """Return `story`, made from the text with `leaves`, with the settings that LibreOffice lost."""
    lists = _lists(story, leaves)
    body: list[Paragraph | Table] = []
    for before, paragraph in zip((None, *story.body), story.body, strict=False):
        both = isinstance(paragraph, Paragraph) and isinstance(before, Paragraph)
        body.append(_fixed(paragraph, before, leaves, lists) if both else paragraph)  # type: ignore[arg-type]
    return replace(story, body=tuple(_parted(body, leaves)))


def _parted(body: Sequence[Paragraph | Table], leaves: Sequence[Node]) -> Iterator[Paragraph | Table]:
    """Yield `body` with those paragraph ends restored that LibreOffice marked as inserted although they existed.

    Two blocks of the text with only new paragraphs between them had a paragraph end between them before.
    """
    for place, paragraph in enumerate(body):
        follows = next((after for after in body[place + 1 :] if not _is_new(after)), None)
        ends = (
            isinstance(paragraph, Paragraph)
            and paragraph.mark is TrackedState.INSERTED
            and _is_whole(paragraph, leaves)
        )
        if ends and isinstance(paragraph, Paragraph) and isinstance(follows, Paragraph) and _is_whole(follows, leaves):
            yield replace(paragraph, mark=TrackedState.KEPT)
        else:
            yield paragraph


def _is_new(paragraph: Paragraph | Table) -> bool:
    return (
        isinstance(paragraph, Paragraph)
        and paragraph.mark is TrackedState.INSERTED
        and paragraph.anchor is None
        and not paragraph.text(Side.BEFORE)
    )


def _is_whole(paragraph: Paragraph, leaves: Sequence[Node]) -> bool:
    """Return whether the paragraph is not empty and had all the words of its block before."""
    if paragraph.anchor is None or paragraph.anchor >= len(leaves):
        return False
    words = "".join(sign.text for sign in signs_of(leaves[paragraph.anchor]))
    return bool(words) and _words(paragraph) == words


def _fixed(paragraph: Paragraph, before: Paragraph, leaves: Sequence[Node], lists: dict[int, Look]) -> Paragraph:
    if not _is_suspect(paragraph, before, leaves):
        return paragraph
    leaf = leaves[paragraph.anchor or 0]
    look = _look(leaf, lists)
    return (
        replace(paragraph, look=look, was=look)
        if look is not None and _contradicts(paragraph.look, leaf)
        else paragraph
    )


def _is_suspect(paragraph: Paragraph, before: Paragraph, leaves: Sequence[Node]) -> bool:
    if (
        before.mark is not TrackedState.DELETED
        or paragraph.anchor is None
        or paragraph.anchor >= len(leaves)
        or paragraph.was != paragraph.look
    ):
        return False
    return paragraph.look == before.look and _words(paragraph) == "".join(
        sign.text for sign in signs_of(leaves[paragraph.anchor])
    )


def _words(paragraph: Paragraph) -> str:
    signs = [sign for part in paragraph.stretches for sign in signs_of_stretch(part, Side.BEFORE)]
    return "".join(sign.text for sign in trimmed(signs))


def _contradicts(look: Look, leaf: Node) -> bool:
    number, _ = number_of(leaf)
    return look.kind is not leaf.kind or look.level != leaf.level or bool(look.list_id) != (number is not None)


def _lists(story: Story, leaves: Sequence[Node]) -> dict[int, Look]:
    """Return the formatting in the document of the items of each list of the text."""
    looks: dict[int, Look] = {}
    for paragraph in story.body:
        if (
            isinstance(paragraph, Paragraph)
            and paragraph.anchor is not None
            and paragraph.anchor < len(leaves)
            and paragraph.was.list_id
        ):
            inner = _list_of(leaves[paragraph.anchor])
            if inner is not None:
                looks.setdefault(id(inner), paragraph.was)
    return looks


def _list_of(leaf: Node) -> Node | None:
    lists = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)
    return next((node for node in reversed(leaf.path) if node.kind in lists), None)


def _look(leaf: Node, lists: dict[int, Look]) -> Look | None:
    """Return the formatting of `leaf` in a document; None if unknown."""
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
        name: bookmark_name(blocks[paragraph.anchor].id)
        for paragraph in story.body
        if isinstance(paragraph, Paragraph) and paragraph.anchor is not None and paragraph.anchor < len(blocks)
        for name in paragraph.bookmarks
        if blocks[paragraph.anchor].kind is BlockKind.HEADING
    }
    body = (
        replace(paragraph, stretches=tuple(_led(part, ours) for part in paragraph.stretches))
        if isinstance(paragraph, Paragraph)
        else paragraph
        for paragraph in story.body
    )
    return replace(story, body=tuple(body))


def _led(part: Stretch, ours: dict[str, str]) -> Stretch:
    name = ours.get(part.address.removeprefix("#"), "") if part.address.startswith("#") else ""
    if not name or f"#{name}" == part.address:
        return part
    link = Form("link", key_of(f"#{name}"))
    forms, were = (
        frozenset(format_ for format_ in side if format_.kind != "link") | {link} for side in (part.forms, part.were)
    )
    return replace(part, address=f"#{name}", forms=forms, were=were)
