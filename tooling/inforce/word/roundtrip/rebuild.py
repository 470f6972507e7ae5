"""The tree of the new text: every block of the accepted document in its container, linked to its old node.

Invariants: an unchanged or replacing node has its old node in `old`, so that it can be written as before. A document is
flat; the list or quote of a paragraph follows from its formatting and from the containers that are open before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from inforce.markdown import BlockKind, ContainerKind
from inforce.markdown.source import Node
from inforce.word.roundtrip.alignment import Alignment, moved, same_signs
from inforce.word.roundtrip.revisions import Grid, GridCell, RevisedBlock, Sign
from inforce.word.roundtrip.values import Look, Objection
from inforce.word.roundtrip.views import signs_of, views_of_text

Ordered = Callable[[Look], bool]
LISTS = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)


class KeptBlock(NamedTuple):
    """A character of the new text, with its source leaf and piece if it existed before."""

    sign: Sign
    leaf: Node | None = None
    piece: int = -1


@dataclass(eq=False, slots=True, kw_only=True)
class New:
    """A node of the new text. `old` is the node it replaces, `model` a node of the kind to write.

    A leaf has its `signs`, and is `lost` if some are formatted as a link whose address is unknown; a container has its
    `children`. `number` is the number of an item, or the first number of a list.
    """

    kind: BlockKind | ContainerKind | None
    key: Any = None
    old: Node | None = None
    model: Node | None = None
    level: int = 0
    number: int | None = None
    signs: tuple[KeptBlock, ...] = ()
    children: list[New] = field(default_factory=list)
    strict: int = 0
    written: str = ""
    lost: bool = False

    def leaves(self) -> Iterator[New]:
        """Yield the leaves below this node, or the node itself."""
        if isinstance(self.kind, BlockKind):
            yield self
        for child in self.children:
            yield from child.leaves()


class _Slot(NamedTuple):
    """A container required for a block: one like `node`, or a new one with `key`; `begins`: it starts an item."""

    kind: ContainerKind
    key: Any
    node: Node | None = None
    begins: bool = False


@dataclass(slots=True)
class _Grower:
    root: Node
    leaves: Sequence[Node]
    alignment: Alignment
    numbers: dict[int, int] = field(default_factory=dict)
    objections: list[Objection] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    lists: dict[tuple[str, int], Node] = field(default_factory=dict)
    top: New = field(default_factory=lambda: New(kind=ContainerKind.QUOTE))
    open: list[New] = field(default_factory=list)
    slots_before: tuple[_Slot, ...] = ()
    moves: dict[int, int] = field(default_factory=dict)
    quotes: int = 0

    def grow(self, after: Sequence[RevisedBlock | Grid], ordered: Ordered) -> New:
        self.top.old = self.root
        self.numbers = {id(leaf): number for number, leaf in enumerate(self.leaves)}
        self.find_moves(after)
        self.find_lists(after)
        for place, block in enumerate(after):
            if isinstance(block, RevisedBlock):
                self.add_block(place, block, ordered)
            else:
                self.add_table(block)
        self.add_unseen(self.root, self.top)
        return self.top

    def find_moves(self, after: Sequence[RevisedBlock | Grid]) -> None:
        """Record the origins of blocks that were cut and pasted elsewhere, tracked as deletion and insertion."""
        origins = self.alignment.origins
        blocks = [(place, block) for place, block in enumerate(after) if isinstance(block, RevisedBlock)]
        alive = {origins[sign.base][0] for _, block in blocks for sign in block.signs if sign.base in origins}
        gone = [
            (number, signs_of(self.leaves[number]))
            for number in self.alignment.looks
            if number not in alive and self.leaves[number].kind is not BlockKind.CELL
        ]
        came = [
            (place, block.signs)
            for place, block in blocks
            if block.signs and all(s.base not in origins for s in block.signs)
        ]
        self.moves = moved([(number, signs) for number, signs in gone if signs], came)

    def kept(self, place: int, block: RevisedBlock) -> tuple[KeptBlock, ...]:
        """Return the characters of `block` with their sources."""
        if place in self.moves:
            leaf = self.leaves[self.moves[place]]
            bases = {id(now): was.base for was, now in same_signs(signs_of(leaf), block.signs)}
            return tuple(
                KeptBlock(sign, leaf if id(sign) in bases else None, bases.get(id(sign), -1)) for sign in block.signs
            )
        return self.kept_signs(block)

    def kept_signs(self, block: RevisedBlock) -> tuple[KeptBlock, ...]:
        items = []
        for sign in block.signs:
            origin = self.alignment.origins.get(sign.base)
            items.append(KeptBlock(sign, self.leaves[origin[0]], origin[1]) if origin else KeptBlock(sign))
        return tuple(items)

    def home(self, block: RevisedBlock, kept_blocks: Sequence[KeptBlock]) -> Node | None:
        """Return the leaf that `block` corresponds to: the leaf that shares characters and formatting with it."""
        numbers = dict.fromkeys(id(kept_block.leaf) for kept_block in kept_blocks if kept_block.leaf is not None)
        for number in (self.numbers[leaf_id] for leaf_id in numbers):
            if self.alignment.looks.get(number) == block.look:
                return self.leaves[number]
        if not kept_blocks:
            anchors = [anchor for anchor in block.anchors if self.alignment.looks.get(anchor) == block.look]
            return self.leaves[anchors[0]] if anchors else None
        return None

    def find_lists(self, after: Sequence[RevisedBlock | Grid]) -> None:
        """Record which source list each list of the document corresponds to."""
        for place, other in enumerate(after):
            if isinstance(other, RevisedBlock) and other.number is not None:
                leaf = self.home(other, self.kept(place, other))
                lists = [node for node in leaf.path if node.kind in LISTS] if leaf else []
                if lists:
                    self.lists.setdefault((other.list_name, other.look.depth), lists[-1])

    def add_block(self, place: int, block: RevisedBlock, ordered: Ordered) -> None:
        kept_blocks = self.kept(place, block)
        home = self.home(block, kept_blocks)
        if block.torn:
            problem = "paragraphs of different kinds were joined; choose a style for the joined paragraph in Word"
            self.objections.append(Objection(problem=problem, words=block.text))
        slots = self.slots_of(home, block) if home else self.slots_for(block, ordered)
        parent = self.enter(slots, block)
        leaf = self.leaf_for(block, kept_blocks, home)
        parent.children.append(
            New(kind=block.look.kind, old=leaf, model=leaf or home, level=block.look.level, signs=kept_blocks)
        )
        self.slots_before = slots

    def leaf_for(self, block: RevisedBlock, kept_blocks: Sequence[KeptBlock], home: Node | None) -> Node | None:
        """Return the leaf that `block` replaces; the first block that contains words of a leaf replaces it."""
        candidates = [kept_block.leaf for kept_block in kept_blocks if kept_block.leaf is not None]
        alike = [leaf for leaf in candidates if leaf.kind is block.look.kind and leaf.level == block.look.level]
        for leaf in (*([home] if home else []), *alike, *candidates):
            if id(leaf) not in self.used:
                self.used.add(id(leaf))
                return leaf
        return None

    def slots_of(self, leaf: Node, block: RevisedBlock) -> tuple[_Slot, ...]:
        path = leaf.path
        items = [node for node in path if node.kind is ContainerKind.ITEM]
        slots = []
        for node in path:
            begins = node.kind is ContainerKind.ITEM and next(node.leaves()) is leaf
            if items and node is items[-1]:
                begins = block.number is not None
            slots.append(_Slot(ContainerKind(str(node.kind)), node, node, begins))
        return tuple(slots)

    def slots_for(self, block: RevisedBlock, ordered: Ordered) -> tuple[_Slot, ...]:
        """Return the containers for a block that is new or has changed formatting."""
        look = block.look
        if look.kind is BlockKind.RULE:
            return ()
        if block.number is not None:
            return self.slots_in_list(block, ordered)
        if look.quoted:
            return self.slots_in_quote()
        if look.indented and self.slots_before:
            return tuple(slot._replace(begins=False) for slot in self.slots_before)
        return ()

    def slots_in_list(self, block: RevisedBlock, ordered: Ordered) -> tuple[_Slot, ...]:
        name, depth = block.list_name, block.look.depth
        node = self.lists.get((name, depth))
        if node is not None:
            return (*self.down_to(node), _Slot(ContainerKind.ITEM, (name, depth), None, begins=True))
        kind = ContainerKind.ORDERED_LIST if ordered(block.look) else ContainerKind.BULLET_LIST
        own = (_Slot(kind, (name, depth)), _Slot(ContainerKind.ITEM, (name, depth), None, begins=True))
        if depth == 0:
            return own
        above = self.lists.get((name, depth - 1))
        if above is not None:
            return (*self.down_to(above), _Slot(ContainerKind.ITEM, (name, depth - 1)), *own)
        before = tuple(slot._replace(begins=False) for slot in self.slots_before)
        levels = [place for place, slot in enumerate(before) if slot.kind is ContainerKind.ITEM]
        if len(levels) < depth:
            problem = "a list item is nested deeper than the items around it allow"
            self.objections.append(Objection(problem=problem, words=block.text))
            return own
        return (*before[: levels[depth - 1] + 1], *own)

    def down_to(self, node: Node) -> tuple[_Slot, ...]:
        return tuple(_Slot(ContainerKind(str(ancestor.kind)), ancestor, ancestor) for ancestor in (*node.path, node))

    def slots_in_quote(self) -> tuple[_Slot, ...]:
        quotes = [place for place, slot in enumerate(self.slots_before) if slot.kind is ContainerKind.QUOTE]
        if quotes:
            return tuple(slot._replace(begins=False) for slot in self.slots_before[: quotes[-1] + 1])
        self.quotes += 1
        return (_Slot(ContainerKind.QUOTE, ("quote", self.quotes)),)

    def enter(self, slots: Sequence[_Slot], block: RevisedBlock | None) -> New:
        """Open the containers `slots` that are not yet open, and return the innermost."""
        for place, slot in enumerate(slots):
            there = self.open[place] if place < len(self.open) else None
            if there is not None and there.kind is slot.kind and self.goes_on(there, slot):
                continue
            del self.open[place:]
            parent = self.open[-1] if self.open else self.top
            self.open.append(self.opened(slot, parent))
        del self.open[len(slots) :]
        if block is not None and block.number and self.open:
            self.count(block.number)
        return self.open[-1] if self.open else self.top

    def goes_on(self, there: New, slot: _Slot) -> bool:
        return not slot.begins if slot.kind is ContainerKind.ITEM else there.key == slot.key

    def opened(self, slot: _Slot, parent: New) -> New:
        fresh = slot.node is not None and id(slot.node) not in self.used
        if fresh:
            self.used.add(id(slot.node))
        new = New(kind=slot.kind, key=slot.key, old=slot.node if fresh else None, model=slot.node)
        parent.children.append(new)
        return new

    def count(self, number: int) -> None:
        """Set the `number` of the innermost item, and the start of the list for its first item."""
        place = next((at for at in range(len(self.open) - 1, -1, -1) if self.open[at].kind is ContainerKind.ITEM), None)
        if place is None or self.open[place].number is not None or self.open[place].children:
            return
        self.open[place].number = number
        if place and len(self.open[place - 1].children) == 1:
            self.open[place - 1].number = number

    def add_table(self, grid: Grid) -> None:
        cells = self.alignment.cells
        numbers = [cells[cell.place] for row in grid.rows for cell in row if cell.place in cells]
        old = next((self.leaves[number].parent for number in numbers), None)
        table = old.parent if old is not None else None
        table = table if table is not None and id(table) not in self.used else None
        for words in grid.crowded:
            problem = "a cell of a table holds more than one paragraph, or a list"
            self.objections.append(Objection(problem=problem, words=words))
        if len({len(row) for row in grid.rows}) > 1:
            words = " / ".join(cell.block.text for cell in grid.rows[0])
            self.objections.append(
                Objection(problem="the rows of a table have different numbers of cells", words=words)
            )
        slots = (
            tuple(_Slot(ContainerKind(str(ancestor.kind)), ancestor, ancestor) for ancestor in table.path)
            if table is not None
            else ()
        )
        parent = self.enter(slots, None)
        new = New(kind=ContainerKind.TABLE, old=table, model=table)
        if table is not None:
            self.used.add(id(table))
        new.children = [self.row(row, table, first=place == 0) for place, row in enumerate(grid.rows)]
        parent.children.append(new)
        self.slots_before = slots

    def row(self, cells: Sequence[GridCell], table: Node | None, *, first: bool) -> New:
        leaves = [self.leaves[self.alignment.cells[cell.place]] for cell in cells if cell.place in self.alignment.cells]
        old = next((leaf.parent for leaf in leaves), None)
        if old is not None and (old.parent is not table or id(old) in self.used):
            old = None
        if old is not None:
            self.used.add(id(old))
        if table is not None and first != (old is not None and old.number == 0):
            words = " / ".join(cell.block.text for cell in cells)
            self.objections.append(Objection(problem="the header row of a table must stay first", words=words))
        new_row = New(kind=ContainerKind.ROW, old=old)
        for cell in cells:
            number = self.alignment.cells.get(cell.place)
            leaf = self.leaves[number] if number is not None else None
            signs = self.kept_signs(cell.block)
            new_row.children.append(New(kind=BlockKind.CELL, old=leaf, model=leaf, signs=signs))
        return new_row

    def add_unseen(self, node: Node, new: New) -> None:
        """Add the invisible lines of `node` to `new`, each after its original predecessor."""
        for place, child in enumerate(node.children):
            if _is_unseen(child):
                before = {id(sibling) for sibling in node.children[:place]}
                spot = max((at + 1 for at, sibling in enumerate(new.children) if id(sibling.old) in before), default=0)
                new.children.insert(spot, New(kind=None, old=child))
        for inner in new.children:
            if inner.old is not None and isinstance(inner.kind, ContainerKind):
                self.add_unseen(inner.old, inner)


def _is_unseen(node: Node) -> bool:
    """Return whether `node` is invisible in a document: the definition of a link, or an empty quote."""
    return node.kind is None or all(view is None for view in views_of_text(node.leaves()))


def grow(
    root: Node, leaves: Sequence[Node], alignment: Alignment, after: Sequence[RevisedBlock | Grid], ordered: Ordered
) -> tuple[New, tuple[Objection, ...]]:
    """Build the tree of the new text from `after`, a document with every change accepted.

    `ordered` returns whether the list of a Look is numbered. Returns the tree and the objections.
    """
    grower = _Grower(root, leaves, alignment)
    return grower.grow(after, ordered), tuple(grower.objections)
