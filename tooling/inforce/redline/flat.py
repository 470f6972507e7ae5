"""The runs of a redline over the plain text, with equal neighbours merged."""

from __future__ import annotations

from inforce.redline.drafts import BlockDraft, Moved, Plan, Same
from inforce.redline.prepared import Prepared
from inforce.redline.values import Format, Op, Run
from inforce.redline.words import MARK


def flat_runs(new: Prepared, plan: Plan) -> tuple[Run, ...]:
    """Return the runs of `plan`; the runs of one side joined are its plain text. `new` is the new text."""
    flat = _Flat()
    for entry in plan:
        if isinstance(entry, Same):
            flat.write(Op.EQUAL, new.text[new.offsets[entry.new] : new.offsets[entry.new + entry.count]])
        elif isinstance(entry, Moved):
            flat.write_all(entry.own_runs)
            flat.write(entry.op, MARK, change=entry.draft.change)
        elif entry.was or entry.now:
            _reshaped(entry, flat)
        else:
            flat.write_all(entry.runs)
            flat.write(entry.strip.mark, MARK, change=entry.mark_change)
    return flat.told()


def _reshaped(draft: BlockDraft, flat: _Flat) -> None:
    """Add the runs of a block whose format changed as a whole."""
    for run in (*draft.runs, Run(Op.EQUAL, MARK)):
        if run.op is Op.DELETE or run.op is Op.INSERT:
            flat.write(run.op, run.text, run.was, run.now, run.change)
        else:
            change = run.change or draft.change
            flat.write(Op.REFORMAT, run.text, draft.was + run.was, draft.now + run.now, change)


class _Flat:
    """The runs so far; similar runs are merged with the last one."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.texts: list[str] = []
        self.like: tuple[Op, int, tuple[Format, ...], tuple[Format, ...]] | None = None

    def write_all(self, runs: tuple[Run, ...]) -> None:
        for run in runs:
            self.write(run.op, run.text, run.was, run.now, run.change)

    def write(
        self, op: Op, text: str, was: tuple[Format, ...] = (), now: tuple[Format, ...] = (), change: int = 0
    ) -> None:
        like = (op, change, was, now)
        if like != self.like:
            self._end()
            self.like = like
        self.texts.append(text)

    def told(self) -> tuple[Run, ...]:
        self._end()
        return tuple(self.runs)

    def _end(self) -> None:
        if self.like is not None:
            op, change, was, now = self.like
            self.runs.append(Run(op, "".join(self.texts), was, now, change=change))
            self.texts.clear()
