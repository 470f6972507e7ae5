"""Which number or address became which other, within blocks that both texts have.

Numbers of blocks added, removed or moved as a whole are not listed: nothing became of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from inforce.markdown import SpanKind
from inforce.redline.clauses import ClauseMap
from inforce.redline.drafts import Draft, Moved, Plan
from inforce.redline.figures import Expression, expressions
from inforce.redline.values import Format, NumberChange, NumberKind, Op, Run
from inforce.redline.words import fold

Became = tuple[NumberKind, str, str]


def number_changes(plan: Plan, clauses: ClauseMap) -> tuple[tuple[int, NumberChange], ...]:
    """Return the numbers and addresses of `plan`'s changed blocks that became others, in reading order.

    Each with the number of the change it is a part of.
    """
    found = []
    for entry in plan:
        draft = entry.draft if isinstance(entry, Moved) and entry.op is Op.MOVE_TO else entry
        if not isinstance(draft, Draft) or _is_whole(draft):
            continue
        clause = clauses.of(draft.old, draft.new)
        for change, (kind, was, now) in _of_runs(draft.runs):
            told = NumberChange(kind=kind, was=was, now=now, clause=clause.id, heading=clause.heading)
            found.append((change, told))
    return tuple(found)


def _is_whole(draft: Draft) -> bool:
    return draft.mark is not Op.EQUAL and all(run.op is draft.mark for run in draft.runs)


def _of_runs(runs: Sequence[Run]) -> Iterator[tuple[int, Became]]:
    old_text = "".join(run.text for run in runs if run.op is not Op.INSERT)
    new_text = "".join(run.text for run in runs if run.op is not Op.DELETE)
    old_found, new_found = expressions(old_text), expressions(new_text)
    for change, was, now in _touched(runs):
        for became in _became(_within(old_found, *was), _within(new_found, *now)):
            yield change, became
    yield from _addresses(runs)


def _touched(runs: Sequence[Run]) -> Iterator[tuple[int, tuple[int, int], tuple[int, int]]]:
    """Go through the changes of words in `runs`: number, and the range of the old and of the new text."""
    old = new = 0
    for changed, group in groupby(runs, lambda run: run.op in {Op.DELETE, Op.INSERT}):
        members = list(group)
        start = (old, new)
        old += sum(len(run.text) for run in members if run.op is not Op.INSERT)
        new += sum(len(run.text) for run in members if run.op is not Op.DELETE)
        if changed:
            yield members[0].change, (start[0], old), (start[1], new)


def _within(found: Sequence[Expression], start: int, stop: int) -> list[Expression]:
    return [one for one in found if one.start < stop and start < one.stop]


def _became(was: Sequence[Expression], now: Sequence[Expression]) -> Iterator[Became]:
    for old, new in zip_longest(was, now):
        if old is None or new is None or fold(old.text) != fold(new.text):
            kind = (new or old).kind
            yield kind, old.text if old else "", new.text if new else ""


def _addresses(runs: Sequence[Run]) -> Iterator[tuple[int, Became]]:
    for (op, change), group in groupby(runs, lambda run: (run.op, run.change)):
        run = next(group)
        became = (NumberKind.LINK, _address(run.was), _address(run.now))
        if op is Op.REFORMAT and (became[1] or became[2]):
            yield change, became


def _address(formats: Sequence[Format]) -> str:
    return next((one.value for one in formats if one.kind in {SpanKind.LINK, SpanKind.IMAGE}), "")
