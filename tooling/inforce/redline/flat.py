"""The runs of a redline over the text as read, with nothing between neighbours that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inforce.redline.drafts import MARK, Draft, Moved, Plan, Same
from inforce.redline.prepared import Prepared
from inforce.redline.values import Op, Run


def flat_runs(new: Prepared, plan: Plan) -> tuple[Run, ...]:
    """Return the runs of `plan` towards the text `new`; the runs of either text joined are that text as read."""
    joined: list[Run] = []
    texts: list[str] = []
    for run in _runs(new, plan):
        if not run.text:
            continue
        last = joined[-1] if joined else None
        if last and (run.op, run.was, run.now, run.change) == (last.op, last.was, last.now, last.change):
            texts.append(run.text)
            continue
        if last:
            joined[-1] = replace(last, text="".join(texts))
        joined.append(run)
        texts = [run.text]
    if joined:
        joined[-1] = replace(joined[-1], text="".join(texts))
    return tuple(joined)


def _runs(new: Prepared, plan: Plan) -> Iterator[Run]:
    for entry in plan:
        if isinstance(entry, Same):
            yield Run(Op.EQUAL, new.text[new.offsets[entry.new] : new.offsets[entry.new + entry.count]])
        elif isinstance(entry, Moved):
            yield from map(_plain, entry.own_runs())
            yield Run(entry.op, MARK, change=entry.draft.change)
        else:
            yield from _draft_runs(entry)


def _draft_runs(draft: Draft) -> Iterator[Run]:
    reshaped = bool(draft.was or draft.now)
    for run in draft.runs:
        yield _reshaped(run, draft) if reshaped and run.op in {Op.EQUAL, Op.REFORMAT} else _plain(run)
    mark = Run(draft.mark, MARK, change=draft.mark_change)
    yield _reshaped(mark, draft) if reshaped else mark


def _plain(run: Run) -> Run:
    return Run(run.op, run.text, run.was, run.now, change=run.change)


def _reshaped(run: Run, draft: Draft) -> Run:
    """Return `run` as a part of a block that is set otherwise as a whole."""
    return Run(Op.REFORMAT, run.text, draft.was + run.was, draft.now + run.now, change=run.change or draft.change)
