"""The number of words unchanged, reformatted, inserted, deleted and moved."""

from __future__ import annotations

from collections import Counter

from inforce.redline.drafts import Moved, Plan, Same
from inforce.redline.tokens import Prepared
from inforce.redline.values import Op, Statistics


def count_words(old: Prepared, new: Prepared, plan: Plan, changes: int) -> Statistics:
    """Count the words of the texts `old` and `new` by their operation in `plan`; `changes` is copied to the result."""
    words: Counter[Op] = Counter()
    moves = set()
    for entry in plan:
        if isinstance(entry, Same):
            words[Op.EQUAL] += new.sizes[entry.new + entry.count] - new.sizes[entry.new]
            continue
        if isinstance(entry, Moved):
            moves.add(entry.move)
        for op, count in entry.counts if isinstance(entry, Moved) else entry.strip.counts:
            words[op] += count
    return Statistics(
        old=old.sizes[-1],
        new=new.sizes[-1],
        equal=words[Op.EQUAL],
        reformatted=words[Op.REFORMAT],
        inserted=words[Op.INSERT],
        deleted=words[Op.DELETE],
        moved=words[Op.MOVE_TO],
        moves=len(moves),
        changes=changes,
    )
