"""The merged container paths of two texts: corresponding blocks of both texts share a key."""

from __future__ import annotations

from inforce.markdown import Container
from inforce.redline.drafts import BlockDraft, Plan, Same
from inforce.redline.tokens import Leaf, Prepared


class Paths:
    """The mapping from containers of the old text to those of the new, computed in one pass over the pairs."""

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
        """Return the path of `leaf` in the merged text: the new path, or the old path mapped to new containers."""
        path = leaf.block.path
        if is_new or not path:
            return path
        shared: list[Container] = []
        for container in path:
            if container.key not in self.known:
                break
            shared.append(self.known[container.key])
        gone = path[len(shared) :]
        return (
            *shared,
            *(
                Container(kind=removed.kind, key=self.first_free + removed.key, number=removed.number)
                for removed in gone
            ),
        )
