"""The runs of a redline over the text as read, with nothing between neighbours that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from inforce.redline.drafts import Draft, Moved, Plan, Same
from inforce.redline.prepared import Prepared
from inforce.redline.values import Op, Run
from inforce.redline.words import MARK


def flat_runs(new: Prepared, plan: Plan) -> tuple[Run, ...]:
    """Return the runs of `plan` towards the text `new`; the runs of either text joined are that text as read."""
    return tuple(
        Run(op, "".join([run.text for run in runs]), was, now, change=change)
        for (op, was, now, change), runs in groupby(
            _runs(new, plan), lambda run: (run.op, run.was, run.now, run.change)
        )
    )


def _runs(new: Prepared, plan: Plan) -> Iterator[Run]:
    for entry in plan:
        if isinstance(entry, Same):
            yield Run(Op.EQUAL, new.text[new.offsets[entry.new] : new.offsets[entry.new + entry.count]])
        elif isinstance(entry, Moved):
            yield from entry.own_runs
            yield Run(entry.op, MARK, change=entry.draft.change)
        elif entry.was or entry.now:
            yield from _reshaped(entry)
        else:
            yield from entry.runs
            yield Run(entry.strip.mark, MARK, change=entry.mark_change)


def _reshaped(draft: Draft) -> Iterator[Run]:
    """Go through the runs of a block that is set otherwise as a whole."""
    for run in (*draft.runs, Run(Op.EQUAL, MARK)):
        if run.op is Op.DELETE or run.op is Op.INSERT:
            yield run
        else:
            change = run.change or draft.change
            yield Run(Op.REFORMAT, run.text, draft.was + run.was, draft.now + run.now, change=change)
