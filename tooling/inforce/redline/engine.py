"""From two texts to a plan: what stays, what became what, what went and came."""

from __future__ import annotations

from inforce.redline.compare import Edit, compare
from inforce.redline.drafts import Draft, Plan, Same
from inforce.redline.prepared import Leaf, Prepared, prepare
from inforce.redline.result import Redline
from inforce.redline.values import Op
from inforce.redline.weave import weave, whole


def redline(old: str | Prepared, new: str | Prepared) -> Redline:
    """Return what differs between the Markdown texts `old` and `new`, each a text or one that `prepare` read."""
    old = old if isinstance(old, Prepared) else prepare(old)
    new = new if isinstance(new, Prepared) else prepare(new)
    return Redline(old, new, plan(old, new))


def plan(old: Prepared, new: Prepared) -> Plan:
    """Return how the leaves of `old` became those of `new`."""
    entries: Plan = []
    gone: list[Leaf] = []
    came: list[Leaf] = []
    at_old = at_new = 0
    for edit in compare([leaf.key for leaf in old.leaves], [leaf.key for leaf in new.leaves]):
        if edit.op is Op.EQUAL:
            _fill(entries, gone, came)
            for step in range(edit.old):
                _keep(entries, old.leaves[at_old + step], new.leaves[at_new + step])
        gone += old.leaves[at_old : at_old + edit.old] if edit.op is Op.DELETE else []
        came += new.leaves[at_new : at_new + edit.new] if edit.op is Op.INSERT else []
        at_old, at_new = at_old + edit.old, at_new + edit.new
    _fill(entries, gone, came)
    return entries


def _fill(entries: Plan, gone: list[Leaf], came: list[Leaf]) -> None:
    """Tell the blocks `gone` and `came` between two equal ones, pair by pair, and forget them."""
    for old, new in zip(gone, came, strict=False):
        entries += _woven(old, new)
    shared = min(len(gone), len(came))
    entries += [whole(leaf, Op.DELETE) for leaf in gone[shared:]]
    entries += [whole(leaf, Op.INSERT) for leaf in came[shared:]]
    gone.clear()
    came.clear()


def _keep(entries: Plan, old: Leaf, new: Leaf) -> None:
    """Tell a block that says the same in both texts."""
    if old.print != new.print:
        entries += _woven(old, new)
        return
    last = entries[-1] if entries else None
    if isinstance(last, Same):
        entries[-1] = Same(last.old, last.new, last.count + 1)
    else:
        entries.append(Same(old.index, new.index, 1))


def _woven(old: Leaf, new: Leaf) -> list[Draft]:
    edits = compare(old.keys, new.keys)
    return weave([old], [new], [*edits, Edit(Op.EQUAL, 1, 1)])
