"""Changed numbers and addresses within one block that both texts contain, each with its old and new form.

The result does not depend on the position of the block, so it can be cached for all redlines with the block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from inforce.markdown import SpanKind
from inforce.redline.figures import Expression, expressions
from inforce.redline.values import Format, NumberKind, Op, Run
from inforce.redline.words import fold


class Became(NamedTuple):
    """A change from `was` to `now`; `place` is the index of the run, in its block, at which the change starts."""

    place: int
    kind: NumberKind
    was: str
    now: str


def became(runs: Sequence[Run]) -> Iterator[Became]:
    """Yield the changed numbers and addresses in `runs`: first the numbers, then the addresses, in reading order."""
    old_text = "".join([run.text for run in runs if run.op is not Op.INSERT])
    new_text = "".join([run.text for run in runs if run.op is not Op.DELETE])
    old_found, new_found = expressions(old_text), expressions(new_text)
    for place, was, now in _touched(runs):
        yield from _became(place, _within(old_found, *was), _within(new_found, *now))
    yield from _addresses(runs)


def _touched(runs: Sequence[Run]) -> Iterator[tuple[int, tuple[int, int], tuple[int, int]]]:
    """Yield each word change in `runs`: its place, and its ranges in the old and the new text."""
    place = old = new = 0
    for changed, group in groupby(runs, lambda run: run.op is Op.DELETE or run.op is Op.INSERT):
        members = list(group)
        start = (old, new)
        old += sum([len(run.text) for run in members if run.op is not Op.INSERT])
        new += sum([len(run.text) for run in members if run.op is not Op.DELETE])
        if changed:
            yield place, (start[0], old), (start[1], new)
        place += len(members)


def _within(candidates: Sequence[Expression], start: int, stop: int) -> list[Expression]:
    return [expression for expression in candidates if expression.start < stop and start < expression.stop]


def _became(place: int, was: Sequence[Expression], now: Sequence[Expression]) -> Iterator[Became]:
    for old, new in zip_longest(was, now):
        if old is None or new is None or fold(old.text) != fold(new.text):
            kind = (new or old).kind
            yield Became(place, kind, old.text if old else "", new.text if new else "")


def _addresses(runs: Sequence[Run]) -> Iterator[Became]:
    for place, run in enumerate(runs):
        before = runs[place - 1] if place else run
        if run.op is Op.REFORMAT and (before is run or not _goes_on(before, run)):
            was, now = _address(run.was), _address(run.now)
            if was or now:
                yield Became(place, NumberKind.LINK, was, now)


def _goes_on(before: Run, run: Run) -> bool:
    return before.op is Op.REFORMAT and before.was == run.was and before.now == run.now


def _address(formats: Sequence[Format]) -> str:
    return next((span.value for span in formats if span.kind in {SpanKind.LINK, SpanKind.IMAGE}), "")
