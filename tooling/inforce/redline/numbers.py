"""Which number or address became which other, within blocks that both texts have.

Numbers of blocks added, removed or moved as a whole are not listed: nothing became of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from inforce.markdown import SpanKind
from inforce.redline.clauses import ClauseMap
from inforce.redline.drafts import Draft, Moved, Plan
from inforce.redline.figures import Expression, expressions
from inforce.redline.values import Format, NumberChange, NumberKind, Op, Run
from inforce.redline.words import fold

Became = tuple[NumberKind, str, str]


def number_changes(plan: Plan, clauses: ClauseMap) -> tuple[NumberChange, ...]:
    """Return the numbers and addresses of `plan`'s changed blocks that became others, in reading order."""
    found = []
    for entry in plan:
        draft = entry.draft if isinstance(entry, Moved) and entry.op is Op.MOVE_TO else entry
        if not isinstance(draft, Draft) or _is_whole(draft):
            continue
        clause = clauses.of(draft.old, draft.new)
        for kind, was, now in _of_runs(draft.runs):
            found.append(NumberChange(kind=kind, was=was, now=now, clause=clause.id, heading=clause.heading))
    return tuple(found)


def _is_whole(draft: Draft) -> bool:
    return draft.mark is not Op.EQUAL and all(run.op is draft.mark for run in draft.runs)


def _of_runs(runs: Sequence[Run]) -> Iterator[Became]:
    old_text = "".join(run.text for run in runs if run.op is not Op.INSERT)
    new_text = "".join(run.text for run in runs if run.op is not Op.DELETE)
    old_found, new_found = expressions(old_text), expressions(new_text)
    for was, now in _touched(runs):
        yield from _became(_within(old_found, *was), _within(new_found, *now))
    yield from _addresses(runs)


def _touched(runs: Sequence[Run]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Go through the ranges of the old and of the new text between which nothing is equal."""
    old = new = 0
    start = (0, 0)
    for run in (*runs, Run(Op.EQUAL, "")):
        if run.op in {Op.EQUAL, Op.REFORMAT}:
            if start != (old, new):
                yield (start[0], old), (start[1], new)
            old, new = old + len(run.text), new + len(run.text)
            start = (old, new)
        elif run.op is Op.DELETE:
            old += len(run.text)
        else:
            new += len(run.text)


def _within(found: Sequence[Expression], start: int, stop: int) -> list[Expression]:
    return [one for one in found if one.start < stop and start < one.stop]


def _became(was: Sequence[Expression], now: Sequence[Expression]) -> Iterator[Became]:
    for old, new in zip_longest(was, now):
        if old is None or new is None or fold(old.text) != fold(new.text):
            kind = (new or old).kind
            yield kind, old.text if old else "", new.text if new else ""


def _addresses(runs: Sequence[Run]) -> Iterator[Became]:
    last = None
    for run in runs:
        if run.op is not Op.REFORMAT:
            last = None
            continue
        became = (NumberKind.LINK, _address(run.was), _address(run.now))
        if became not in {last, (NumberKind.LINK, "", "")}:
            yield became
        last = became


def _address(formats: Sequence[Format]) -> str:
    return next((one.value for one in formats if one.kind in {SpanKind.LINK, SpanKind.IMAGE}), "")
