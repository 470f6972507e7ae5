"""Changed numbers and addresses in the blocks that both texts contain.

Numbers in blocks added, removed or moved as a whole are not listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from inforce.redline.became import Became
from inforce.redline.clauses import ClauseMap
from inforce.redline.drafts import BlockDraft, Moved, Plan
from inforce.redline.values import NumberChange, Op


def number_changes(plan: Plan, clauses: ClauseMap) -> tuple[tuple[int, NumberChange], ...]:
    """Return the changed numbers and addresses in `plan`'s changed blocks, in reading order.

    Each has the number of the change that contains it.
    """
    changes = []
    for entry in plan:
        moved = isinstance(entry, Moved) and entry.op is Op.MOVE_TO
        draft = entry.draft if isinstance(entry, Moved) and moved else entry
        if not isinstance(draft, BlockDraft) or draft.strip.whole or not draft.strip.became:
            continue
        clause = clauses.of(draft.old, draft.new)
        for became in _once_per_format_change(draft) if moved else draft.strip.became:
            change = NumberChange(
                kind=became.kind, was=became.was, now=became.now, clause=clause.id, heading=clause.heading
            )
            changes.append((draft.runs[became.place].change, change))
    return tuple(changes)


def _once_per_format_change(draft: BlockDraft) -> Iterator[Became]:
    """Yield the replacements in a moved block; of adjacent runs with a changed format, only those of the first."""
    for became in draft.strip.became:
        runs = draft.runs[max(0, became.place - 1) : became.place + 1]
        if [run.op for run in runs] != [Op.REFORMAT, Op.REFORMAT]:
            yield became
