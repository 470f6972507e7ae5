"""Comparison of two texts: computes a plan of unchanged, changed, deleted, inserted and moved blocks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from inforce.redline.align import match
from inforce.redline.drafts import BlockDraft, Moved, Plan, Same
from inforce.redline.inside import compared, whole
from inforce.redline.result import Redline
from inforce.redline.split_merge import Flow, Group
from inforce.redline.tables import Columns
from inforce.redline.tokens import ROW, Prepared, Unit, prepare
from inforce.redline.values import Op


def redline(old: str | Prepared, new: str | Prepared) -> Redline:
    """Return the redline of the Markdown texts `old` and `new`.

    Any two strings have a redline: no text raises an error. The time is linear in the length of the texts.

        >>> result = redline("We keep it for 12 months.", "We keep it for 24 months.")
        >>> [(str(run.op), run.text) for run in result.runs]
        [('equal', 'We keep it for '), ('delete', '12'), ('insert', '24'), ('equal', ' months.\\n')]

    :param old: the old text: Markdown without front matter, or a result of `prepare`, which is not parsed again
    :param new: the new text, in the same form
    """
    old = old if isinstance(old, Prepared) else prepare(old)
    new = new if isinstance(new, Prepared) else prepare(new)
    return Redline(old, new, _Planner(old, new).plan())


class _Planner:
    """The units of both texts, their match, and the plan so far."""

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
        paired = {i for i, _ in matching.pairs}, {j for _, j in matching.pairs}
        left = (
            set(range(len(self.old))) - paired[0] - self.leaving.keys(),
            set(range(len(self.new))) - paired[1] - self.coming.keys(),
        )
        self.groups = Flow((self.old, self.new), left, likeness).groups(matching.pairs)

    def plan(self) -> Plan:
        """Return the plan."""
        old = new = 0
        for group in [*self.groups, Group(len(self.old), len(self.old), len(self.new), len(self.new))]:
            if old < group.old_start or new < group.new_start:
                self._fill(range(old, group.old_start), range(new, group.new_start))
            self._keep(group)
            old, new = group.old_stop, group.new_stop
        return self.entries

    def _fill(self, olds: range, news: range) -> None:
        """Add deletions and then insertions between two groups."""
        for place in olds:
            self.entries += self.leaving.get(place) or self._whole(self.old[place], Op.DELETE)
        for place in news:
            self.entries += self.coming.get(place) or self._whole(self.new[place], Op.INSERT)

    def _move(self, old: Unit, new: Unit, number: int) -> None:
        leaving = self.leaving[old.index] = []
        coming = self.coming[new.index] = []
        for draft in self._row(old, new) if old.kind == ROW else compared(old.leaves, new.leaves):
            if draft.old and draft.new:
                leaving.append(Moved(draft, Op.MOVE_FROM, number))
                coming.append(Moved(draft, Op.MOVE_TO, number))
            else:
                (leaving if draft.old else coming).append(draft)

    def _whole(self, unit: Unit, op: Op) -> Iterator[BlockDraft]:
        for leaf in unit.leaves:
            draft = whole(leaf, op)
            if unit.kind == ROW:
                draft.column = self.columns.place(unit, leaf, int(op is Op.INSERT))
            yield draft

    def _keep(self, group: Group) -> None:
        if group.old_stop - group.old_start == 1 == group.new_stop - group.new_start:
            self._pair(self.old[group.old_start], self.new[group.new_start])
        elif group.old_start < group.old_stop:
            leaves = (
                [leaf for unit in self.old[group.old_start : group.old_stop] for leaf in unit.leaves],
                [leaf for unit in self.new[group.new_start : group.new_stop] for leaf in unit.leaves],
            )
            self.entries += compared(*leaves)

    def _pair(self, old: Unit, new: Unit) -> None:
        if old.print == new.print and (old.kind != ROW or self.columns.are_same(old, new)):
            last = self.entries[-1] if self.entries else None
            if isinstance(last, Same):
                last.count += len(old.leaves)
            else:
                self.entries.append(Same(old.leaves[0].index, new.leaves[0].index, len(old.leaves)))
        else:
            self.entries += self._row(old, new) if old.kind == ROW else compared(old.leaves, new.leaves)

    def _row(self, old: Unit, new: Unit) -> Iterator[BlockDraft]:
        for place, was, now in self.columns.cells(old, new):
            if was and now:
                (draft,) = compared([was], [now])
            elif was:
                draft = whole(was, Op.DELETE)
            elif now:
                draft = whole(now, Op.INSERT)
            draft.column = place
            yield draft
