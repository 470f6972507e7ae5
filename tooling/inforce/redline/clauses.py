"""Matching of the clauses of two texts, and the changes in each.

Two clauses correspond if their headings or explicit ids correspond, or otherwise most of their text. Clauses are
identified by their index, because two clauses of a draft can have the same id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from inforce.markdown import BlockKind, Clause
from inforce.redline.drafts import Moved, Plan, Same
from inforce.redline.tokens import DECISIVE, Leaf, Prepared
from inforce.redline.values import Change, ChangeClass, ClauseChange, ClauseState, Op, Run


class ClausePlace(NamedTuple):
    """The clause at index `at` of the new text, or of the old text for a removed clause."""

    new: bool
    at: int


class ClauseMap:
    """The mapping from clauses of the text `old` to those of `new`, based on the pairs of `plan`."""

    def __init__(self, old: Prepared, new: Prepared, plan: Plan) -> None:
        self.old = old
        self.new = new
        self.heirs: dict[int, int] = {}
        votes = self._votes(plan)
        taken: set[int] = set()
        for (at_old, at_new), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
            if at_old not in self.heirs and at_new not in taken:
                self.heirs[at_old] = at_new
                taken.add(at_new)
        self.inherited = taken

    def place(self, old: Leaf | None = None, new: Leaf | None = None) -> ClausePlace:
        """Return the clause in which a block with the leaves `old` and `new` is shown."""
        if new:
            return ClausePlace(True, self.new.clauses[new.index])
        at = self.old.clauses[old.index] if old else 0
        return ClausePlace(True, self.heirs[at]) if at in self.heirs else ClausePlace(False, at)

    def at(self, place: ClausePlace) -> Clause:
        """Return the clause at `place`."""
        return (self.new if place.new else self.old).document.clauses[place.at]

    def of(self, old: Leaf | None = None, new: Leaf | None = None) -> Clause:
        """Return the clause in which a block with the leaves `old` and `new` is shown."""
        return self.at(self.place(old, new))

    def _votes(self, plan: Plan) -> Counter[tuple[int, int]]:
        votes: Counter[tuple[int, int]] = Counter()
        for entry in plan:
            if isinstance(entry, Same):
                for clauses, start, stop in self._stretches(entry):
                    votes[clauses] += self.new.weights[stop] - self.new.weights[start]
                continue
            draft = entry.draft if isinstance(entry, Moved) else entry
            if draft.old and draft.new:
                decisive = DECISIVE if draft.old.block.kind is BlockKind.HEADING is draft.new.block.kind else 0
                clauses = (self.old.clauses[draft.old.index], self.new.clauses[draft.new.index])
                votes[clauses] += decisive + len(draft.new.block.text)
        named = {clause.id: at for at, clause in enumerate(self.new.document.clauses) if clause.explicit_id}
        for at, clause in enumerate(self.old.document.clauses):
            if clause.explicit_id and clause.id in named:
                votes[at, named[clause.id]] += DECISIVE + 1
        return votes

    def _stretches(self, same: Same) -> Iterator[tuple[tuple[int, int], int, int]]:
        """Yield the parts of `same` by clause: the old and the new clause, and start and end in the new text."""
        place, shift = same.new, same.new - same.old
        while place < same.new + same.count:
            clauses = (self.old.clauses[place - shift], self.new.clauses[place])
            stops = (self.old.document.clauses[clauses[0]].stop + shift, self.new.document.clauses[clauses[1]].stop)
            stop = min(*stops, same.new + same.count)
            yield clauses, place, stop
            place = stop


@dataclass(slots=True)
class _Tally:
    """The changes in one clause: word counts by operation, and the numbers of the changes."""

    words: Counter[Op] = field(default_factory=Counter)
    changes: set[int] = field(default_factory=set)

    def count(self, words: Iterable[tuple[Op, int]], runs: Iterable[Run], change: int) -> None:
        for op, count in words:
            self.words[op] += count
        self.changes.add(change)
        self.changes.update([run.change for run in runs])


def clause_changes(plan: Plan, clauses: ClauseMap, changes: Sequence[Change]) -> tuple[ClauseChange, ...]:
    """Return the changes of each changed clause, in reading order."""
    tallies: dict[ClausePlace, _Tally] = {}
    for entry in plan:
        if isinstance(entry, Same):
            continue
        if isinstance(entry, Moved):
            came = entry.op is Op.MOVE_TO
            place = clauses.place(new=entry.leaf) if came else clauses.place(old=entry.leaf)
            tallies.setdefault(place, _Tally()).count(entry.counts, entry.own_runs, entry.draft.change)
        else:
            tally = tallies.setdefault(clauses.place(entry.old, entry.new), _Tally())
            tally.count(entry.strip.counts, entry.runs, entry.change or entry.mark_change)
    kinds = {change.number: change.kind for change in changes}
    return tuple(_told(place, tally, clauses, kinds) for place, tally in tallies.items() if tally.changes - {0})


def _told(place: ClausePlace, tally: _Tally, clauses: ClauseMap, kinds: Mapping[int, ChangeClass]) -> ClauseChange:
    clause = clauses.at(place)
    text = clauses.new if place.new else clauses.old
    words = text.sizes[clause.stop] - text.sizes[clause.start]
    inserted, deleted = tally.words[Op.INSERT], tally.words[Op.DELETE]
    left, moved = tally.words[Op.MOVE_FROM], tally.words[Op.MOVE_FROM] + tally.words[Op.MOVE_TO]
    both = words + (deleted + left if place.new else 0)
    kinds_changed = {kinds[number] for number in tally.changes if number}
    return ClauseChange(
        id=clause.id,
        heading=clause.heading,
        state=_state(place, clauses, moved == both > 0),
        words=words,
        inserted=inserted,
        deleted=deleted,
        moved=moved,
        share=round((inserted + deleted + moved) / both, 4) if both else 0.0,
        classes=tuple(kind for kind in ChangeClass if kind in kinds_changed),
    )


def _state(place: ClausePlace, clauses: ClauseMap, moved: bool) -> ClauseState:
    if not place.new:
        return ClauseState.REMOVED
    if place.at not in clauses.inherited:
        return ClauseState.ADDED
    return ClauseState.MOVED if moved else ClauseState.CHANGED
