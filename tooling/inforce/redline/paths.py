"""The containers of two texts told as those of one: blocks of either text that stand together share a key."""

from __future__ import annotations

from inforce.markdown import Container
from inforce.redline.drafts import BlockDraft, Plan, Same
from inforce.redline.leaf import Leaf
from inforce.redline.prepared import Prepared


class Paths:
    """Which containers of the old text live on as which of the new; both are found by walking the pairs once."""

    def __init__(self, old: Prepared, new: Prepared, plan: Plan) -> None:
        self.known: dict[int, Container] = {}
        for entry in plan:
            if isinstance(entry, Same):
                stretches = old.leaves[entry.old : entry.old + entry.count], new.leaves[entry.new :]
                for was, now in zip(*stretches, strict=False):
                    if now.block.path:
                        self._pair(was, now)
            elif isinstance(entry, BlockDraft) and entry.old and entry.new:
                self._pair(entry.old, entry.new)
        self.first_free = new.containers

    def _pair(self, old: Leaf, new: Leaf) -> None:
        for was, now in zip(old.block.path, new.block.path, strict=False):
            if was.kind is not now.kind or self.known.setdefault(was.key, now).key != now.key:
                return

    def of(self, leaf: Leaf, *, is_new: bool) -> tuple[Container, ...]:
        """Return the path of `leaf` in the woven text: the new one's own, the old one's as far as it lives on."""
        path = leaf.block.path
        if is_new or not path:
            return path
        kept: list[Container] = []
        for container in path:
            if container.key not in self.known:
                break
            kept.append(self.known[container.key])
        gone = path[len(kept) :]
        return (
            *kept,
            *(Container(kind=one.kind, key=self.first_free + one.key, number=one.number) for one in gone),
        )
