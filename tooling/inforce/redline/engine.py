"""From two texts to a plan: what stays, what became what, what went, came and moved."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from inforce.redline.drafts import Draft, Moved, Plan, Same
from inforce.redline.flow import Flow, Group
from inforce.redline.inside import compared
from inforce.redline.matching import match
from inforce.redline.prepared import Prepared, prepare
from inforce.redline.result import Redline
from inforce.redline.tables import Columns
from inforce.redline.units import ROW, Unit
from inforce.redline.values import Op
from inforce.redline.weave import whole


def redline(old: str | Prepared, new: str | Prepared) -> Redline:
    """Return what differs between the Markdown texts `old` and `new`, each a text or one that `prepare` read."""
    old = old if isinstance(old, Prepared) else prepare(old)
    new = new if isinstance(new, Prepared) else prepare(new)
    return Redline(old, new, _Planner(old, new).plan())


class _Planner:
    """The units of both texts, how they were matched, and the plan so far."""

    def __init__(self, old: Prepared, new: Prepared) -> None:
        self.old, self.new = old.units, new.units
        matching, likeness = match(self.old, self.new)
        matched = chain(matching.pairs, *matching.moves)
        self.columns = Columns((self.old[i], self.new[j]) for i, j in matched)
        self.entries: Plan = []
        self.leaving: dict[int, Plan] = {}
        self.coming: dict[int, Plan] = {}
        for number, run in enumerate(sorted(matching.moves, key=lambda run: run[0][1]), 1):
            for i, j in run:
                self._move(self.old[i], self.new[j], number)
        kept = {i for i, _ in matching.pairs}, {j for _, j in matching.pairs}
        left = (
            set(range(len(self.old))) - kept[0] - self.leaving.keys(),
            set(range(len(self.new))) - kept[1] - self.coming.keys(),
        )
        self.groups = Flow((self.old, self.new), left, likeness).groups(matching.pairs)

    def plan(self) -> Plan:
        """Return how the old units became the new ones."""
        last = Group(0, 0, 0, 0)
        for group in [*self.groups, Group(len(self.old), len(self.old), len(self.new), len(self.new))]:
            for place in range(last.old_stop, group.old_start):
                self.entries += self.leaving.get(place) or self._whole(self.old[place], Op.DELETE)
            for place in range(last.new_stop, group.new_start):
                self.entries += self.coming.get(place) or self._whole(self.new[place], Op.INSERT)
            self._keep(group)
            last = group
        return self.entries

    def _move(self, old: Unit, new: Unit, number: int) -> None:
        leaving = self.leaving[old.index] = []
        coming = self.coming[new.index] = []
        for draft in self._row(old, new) if old.kind == ROW else compared(old.leaves, new.leaves):
            if draft.old and draft.new:
                leaving.append(Moved(draft, Op.MOVE_FROM, number))
                coming.append(Moved(draft, Op.MOVE_TO, number))
            else:
                (leaving if draft.old else coming).append(draft)

    def _whole(self, unit: Unit, op: Op) -> Iterator[Draft]:
        for leaf in unit.leaves:
            draft = whole(leaf, op)
            if unit.kind == ROW:
                draft.column = self.columns.place(unit, leaf, int(op is Op.INSERT))
            yield draft

    def _keep(self, group: Group) -> None:
        olds, news = self.old[group.old_start : group.old_stop], self.new[group.new_start : group.new_stop]
        if len(olds) != 1 or len(news) != 1:
            leaves = [[leaf for unit in units for leaf in unit.leaves] for units in (olds, news)]
            self.entries += compared(*leaves) if olds else ()
        elif _is_same(olds[0], news[0]) and self.columns.are_same(olds[0], news[0]):
            self._same(olds[0], news[0])
        elif olds[0].kind == ROW:
            self.entries += self._row(olds[0], news[0])
        else:
            self.entries += compared(olds[0].leaves, news[0].leaves)

    def _same(self, old: Unit, new: Unit) -> None:
        last = self.entries[-1] if self.entries else None
        if isinstance(last, Same):
            self.entries[-1] = Same(last.old, last.new, last.count + len(old.leaves))
        else:
            self.entries.append(Same(old.leaves[0].index, new.leaves[0].index, len(old.leaves)))

    def _row(self, old: Unit, new: Unit) -> Iterator[Draft]:
        for place, was, now in self.columns.cells(old, new):
            if was and now:
                (draft,) = compared([was], [now])
            elif was:
                draft = whole(was, Op.DELETE)
            elif now:
                draft = whole(now, Op.INSERT)
            draft.column = place
            yield draft


def _is_same(old: Unit, new: Unit) -> bool:
    """Tell whether two units look the same to a reader."""
    return [leaf.print for leaf in old.leaves] == [leaf.print for leaf in new.leaves]
