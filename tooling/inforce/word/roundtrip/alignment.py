"""Mapping of each block of a returned document to its source block, character by character.

Invariants: if nothing was edited without Track Changes, the text with every change rejected equals the source, block by
block, and order alone determines the mapping. Otherwise bookmarks and similarity determine it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import NamedTuple

from inforce.markdown.source import Node
from inforce.word.roundtrip.revisions import Grid, RevisedBlock, Sign
from inforce.word.roundtrip.values import Look
from inforce.word.roundtrip.views import View, signs_of, view_of_block, views_of_text

_TOKENS = re.compile(r"\w+|\s+|.", re.DOTALL)
_LIKE = 0.6
_MOST_COMPARED = 400  # maximum number of pairs to compare; if there are more, moved and edited blocks count as new
Place = tuple[int, int, int]


class Difference(NamedTuple):
    """A place that was edited without Track Changes: the words of the source, and those of the document."""

    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The source of the document's characters: the leaf number and the piece number for each base.

    `looks` contains the formatting of each leaf in the document, `cells` the leaf of each cell.
    """

    origins: dict[int, tuple[int, int]] = field(default_factory=dict)
    looks: dict[int, Look] = field(default_factory=dict)
    cells: dict[Place, int] = field(default_factory=dict)
    untracked: tuple[Difference, ...] = ()


class _Met(NamedTuple):
    """A block of the document; `place` is the place of a cell."""

    block: RevisedBlock
    view: View
    place: Place | None


def align(leaves: Sequence[Node], before: Sequence[RevisedBlock | Grid]) -> Alignment:
    """Map each block of `before`, a document with every change rejected, to the corresponding one of `leaves`."""
    known = [(number, view) for number, view in enumerate(views_of_text(leaves)) if view is not None]
    met = list(_met(before))
    pairs = dict(_pairs(known, met))
    origins: dict[int, tuple[int, int]] = {}
    looks: dict[int, Look] = {}
    cells: dict[Place, int] = {}
    for there, number in pairs.items():
        block, place = met[there].block, met[there].place
        origins |= {now.base: (number, was.base) for was, now in same_signs(signs_of(leaves[number]), block.signs)}
        looks[number] = block.look
        if place is not None:
            cells[place] = number
    return Alignment(origins=origins, looks=looks, cells=cells, untracked=tuple(_untracked(known, met, pairs)))


def same_signs(old: Sequence[Sign], new: Sequence[Sign]) -> Iterator[tuple[Sign, Sign]]:
    """Yield the pairs of characters that two texts share, word by word."""
    if [sign.text for sign in old] == [sign.text for sign in new]:
        yield from zip(old, new, strict=True)
        return
    olds, news = _words(old), _words(new)
    matcher = SequenceMatcher(None, [text for text, _ in olds], [text for text, _ in news], autojunk=False)
    for first, two, size in matcher.get_matching_blocks():
        for step in range(size):
            (text, start), (_, other) = olds[first + step], news[two + step]
            yield from zip(old[start : start + len(text)], new[other : other + len(text)], strict=True)


def likeness(old: Sequence[Sign], new: Sequence[Sign]) -> float:
    """Return the similarity of two texts, from 0 to 1."""
    olds, news = ([text for text, _ in _words(side) if not text.isspace()] for side in (old, new))
    return SequenceMatcher(None, olds, news, autojunk=False).ratio()


def _words(signs: Sequence[Sign]) -> list[tuple[str, int]]:
    # A sign is one character, except for characters that NFC combines later: places count signs.
    text = "".join([sign.text for sign in signs])
    return [(match[0], match.start()) for match in _TOKENS.finditer(text)]


def moved(gone: Sequence[tuple[int, Sequence[Sign]]], came: Sequence[tuple[int, Sequence[Sign]]]) -> dict[int, int]:
    """Pair added blocks (`came`) with missing blocks (`gone`) of equal or similar text, by their numbers."""
    matches: dict[int, int] = {}
    left = dict(gone)
    for number, signs in came:
        text = [sign.text for sign in signs]
        for other, old in left.items():
            if [sign.text for sign in old] == text:
                matches[number] = other
                del left[other]
                break
    rest = [item for item in came if item[0] not in matches]
    if len(rest) * len(left) <= _MOST_COMPARED:
        for number, signs in rest:
            best = max(left, key=lambda other: likeness(left[other], signs), default=None)
            if best is not None and likeness(left[best], signs) >= _LIKE:
                matches[number] = best
                del left[best]
    return matches


def _met(before: Sequence[RevisedBlock | Grid]) -> Iterator[_Met]:
    for block in before:
        if isinstance(block, RevisedBlock):
            yield _Met(block, view_of_block(block), None)
        else:
            for row in block.rows:
                yield from (_Met(cell.block, view_of_block(cell.block), cell.place) for cell in row)


def _pairs(known: Sequence[tuple[int, View]], met: Sequence[_Met]) -> Iterator[tuple[int, int]]:
    """Yield pairs of a place in `met` and the number of a leaf."""
    if len(known) == len(met) and all(_fits(view, block) for (_, view), block in zip(known, met, strict=True)):
        yield from ((there, number) for there, (number, _) in enumerate(known))
        return
    matcher = SequenceMatcher(None, [view for _, view in known], [block.view for block in met], autojunk=False)
    for what, start, stop, first, last in matcher.get_opcodes():
        if what == "equal":
            yield from zip(range(first, last), (number for number, _ in known[start:stop]), strict=True)
        else:
            yield from _likely(known[start:stop], range(first, last), met)


def _likely(known: Sequence[tuple[int, View]], places: range, met: Sequence[_Met]) -> Iterator[tuple[int, int]]:
    """Yield pairs of differing blocks with the same bookmark; pair the others in order if both sides have as many."""
    left = dict(known)
    open_places = []
    for there in places:
        number = next((anchor for anchor in met[there].block.anchors if anchor in left), None)
        if number is None or (left[number].kind == "cell") != (met[there].place is not None):
            open_places.append(there)
            continue
        del left[number]
        yield there, number
    numbers = list(left)
    if len(numbers) == len(open_places):
        pairs = zip(open_places, numbers, strict=True)
        yield from ((there, here) for there, here in pairs if left[here].kind == met[there].view.kind)


def _fits(view: View, met: _Met) -> bool:
    """Return whether a block matches `view`; for joined paragraphs, with any of their settings."""
    if met.view == view:
        return True
    others = (view_of_block(replace(met.block, look=look)) for look in met.block.looks)
    return any(other[:3] == view[:3] for other in others)


def _untracked(known: Sequence[tuple[int, View]], met: Sequence[_Met], pairs: dict[int, int]) -> Iterator[Difference]:
    views = dict(known)
    for there, block in enumerate(met):
        number = pairs.get(there)
        if number is None:
            yield Difference("", block.view.text)
        elif not _fits(views[number], block):
            yield Difference(views[number].text, block.view.text)
    paired = set(pairs.values())
    yield from (Difference(view.text, "") for number, view in known if number not in paired)
