"""Changes of a text told in half a sentence: which words became which, and where."""

from __future__ import annotations

from dataclasses import dataclass

from inforce.redline import Action, Change, ChangeClass, Redline

LONGEST = 60
TOLD_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A redline in words: `clause` to end a sentence with, the first changed words, and the line they stand on."""

    clause: str
    evidence: str = ""
    line: int | None = None


def tell(redline: Redline) -> Told:
    """Tell the first changes of `redline`, and how many more there are."""
    changes = redline.changes
    if not changes:
        return Told(clause="only marks that nobody sees differ")
    told = [f"{tell_change(change)}{_where(change)}" for change in changes[:TOLD_AT_MOST]]
    more = len(changes) - len(told)
    rest = f", and {more} more {'change' if more == 1 else 'changes'}" if more else ""
    first = changes[0]
    return Told(clause="; ".join(told) + rest, evidence=shortened(first.now or first.was), line=line_of(redline, first))


def tell_change(change: Change) -> str:
    """Say in a few words what `change` did."""
    was, now = shortened(change.was), shortened(change.now)
    if change.action is Action.MOVED:
        return f"“{now or was}” has moved"
    if change.action is Action.REFORMATTED:
        return f"“{now}” {'leads elsewhere' if change.kind is ChangeClass.LINK else 'is set otherwise'}"
    if was and now:
        return f"“{was}” became “{now}”"
    if not was and not now:
        return "a paragraph was split or joined"
    return f"“{now}” was added" if now else f"“{was}” was deleted"


def line_of(redline: Redline, change: Change) -> int:
    """Find the line of the new text on which `change` happened; for deleted words the one they stood before."""
    for block in redline.blocks[change.block :]:
        if block.new is not None:
            return redline.new.document.blocks[block.new].line
    return redline.new.document.blocks[-1].line


def shortened(words: str) -> str:
    """Cut `words` to one line of bearable length."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def _where(change: Change) -> str:
    return f" in “{shortened(change.heading)}”" if change.heading else ""
