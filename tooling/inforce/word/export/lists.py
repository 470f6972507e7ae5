"""Numbering of lists: the number or bullet of each paragraph, and the start of each list.

Invariants: Word generates the numbers; they are never words of the text, so accepting or rejecting changes renumbers
the items. An item has one number in each text: on its first paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from inforce.markdown import Container, ContainerKind
from inforce.redline import RedlineBlock
from inforce.word.export.markup import element, value

_STEP = 480  # indent per level of a list or quote, in twentieths of a point
_HANGING = 360
_DEEPEST = 8
_LISTS = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)


@dataclass(slots=True)
class Lists:
    """The lists encountered so far, and the items that already have their number."""

    numbered: dict[tuple[ContainerKind, int], tuple[int, int, int]] = field(default_factory=dict)
    old_items: set[int] = field(default_factory=set)
    new_items: set[int] = field(default_factory=set)

    def properties(self, block: RedlineBlock) -> tuple[str, str]:
        """Return the number of `block`, if it has one, and its indent: w:numPr and w:ind."""
        if not block.path:
            return "", ""
        depth = sum(1 for container in block.path if container.kind is not ContainerKind.ITEM)
        lists = [container for container in block.path if container.kind in _LISTS]
        if not lists or not self._begins(block):
            return "", indent(depth)
        level = min(len(lists) - 1, _DEEPEST)
        number = element("w:numPr", value("w:ilvl", str(level)), value("w:numId", str(self._number(lists[-1], level))))
        return number, indent(depth, _HANGING)

    def _begins(self, block: RedlineBlock) -> bool:
        """Return whether `block` is the first of its item in either text, and record the item."""
        item = next(container.key for container in reversed(block.path) if container.kind is ContainerKind.ITEM)
        first = (block.old is not None and item not in self.old_items) or (
            block.new is not None and item not in self.new_items
        )
        if block.old is not None:
            self.old_items.add(item)
        if block.new is not None:
            self.new_items.add(item)
        return first

    def _number(self, container: Container, level: int) -> int:
        start = 1 if container.number is None else container.number
        place = len(self.numbered) + 1
        return self.numbered.setdefault((container.kind, container.key), (place, level, start))[0]

    def before(self, kind: ContainerKind) -> str:
        """Return the number of a paragraph that was an item of a list of `kind` in the old text."""
        number = str(self._number(Container(kind=kind, key=-1), 0))
        return element("w:numPr", value("w:ilvl", "0"), value("w:numId", number)) + indent(1, _HANGING)

    def part(self, namespaces: Mapping[str, str]) -> str:
        """Return the part that defines the lists encountered (ISO/IEC 29500-1, 17.9)."""
        # LibreOffice would continue the numbering across lists that share a definition.
        shapes = "".join(_shape(kind, *row) for (kind, _), row in self.numbered.items())
        numbers = "".join(_instance(kind, *row) for (kind, _), row in self.numbered.items())
        return element("w:numbering", shapes, numbers, attributes=namespaces)


@lru_cache(64)
def indent(depth: int, hanging: int = 0) -> str:
    """Return the indent of a paragraph at nesting level `depth`, "" for level 0."""
    if not depth:
        return ""
    return element("w:ind", attributes={"w:left": str(depth * _STEP), "w:hanging": str(hanging)})


@lru_cache(256)
def _shape(kind: ContainerKind, place: int, own_level: int, start: int) -> str:
    bullet = kind is ContainerKind.BULLET_LIST
    levels = (
        element(
            "w:lvl",
            value("w:start", str(start) if level == own_level else "1"),
            value("w:numFmt", "bullet" if bullet else "decimal"),
            value("w:lvlText", "•" if bullet else f"%{level + 1}."),
            value("w:lvlJc", "left"),
            element("w:pPr", indent(level + 1, _HANGING)),
            attributes={"w:ilvl": str(level)},
        )
        for level in range(_DEEPEST + 1)
    )
    kind_of_levels = value("w:multiLevelType", "hybridMultilevel")
    return element("w:abstractNum", kind_of_levels, *levels, attributes={"w:abstractNumId": str(place)})


@lru_cache(256)
def _instance(kind: ContainerKind, place: int, level: int, start: int) -> str:
    shape = value("w:abstractNumId", str(place))
    if kind is ContainerKind.BULLET_LIST:
        return element("w:num", shape, attributes={"w:numId": str(place)})
    override = element("w:lvlOverride", value("w:startOverride", str(start)), attributes={"w:ilvl": str(level)})
    return element("w:num", shape, override, attributes={"w:numId": str(place)})
