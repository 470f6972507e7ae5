"""Short descriptions of the changes of a text, for messages."""

from __future__ import annotations

from dataclasses import dataclass

from inforce.errors import counted
from inforce.redline import Action, Change, ChangeClass, Redline

LONGEST_QUOTE = 60
MOST_DESCRIBED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A redline in words: `clause` ends a sentence; the other fields are the first changed words and their line."""

    clause: str
    evidence: str = ""
    line: int | None = None


def describe(redline: Redline) -> Description:
    """Return a description of the first changes of `redline` and the number of further changes."""
    changes = redline.changes
    if not changes:
        return Description(clause="only invisible markup differs")
    descriptions = [f"{describe_change(change)}{_where(change)}" for change in changes[:MOST_DESCRIBED]]
    more = len(changes) - len(descriptions)
    rest = f", and {counted(more, 'more change')}" if more else ""
    first = changes[0]
    return Description(
        clause="; ".join(descriptions) + rest, evidence=shortened(first.now or first.was), line=line_of(redline, first)
    )


def describe_change(change: Change) -> str:
    """Return a description of `change` in a few words."""
    was, now = shortened(change.was), shortened(change.now)
    if change.action is Action.MOVED:
        return f"“{now or was}” was moved"
    if change.action is Action.REFORMATTED:
        return f"“{now}” {'has a different link' if change.kind is ChangeClass.LINK else 'is formatted differently'}"
    if was and now:
        return f"“{was}” became “{now}”"
    if not was and not now:
        return "a paragraph was split or joined"
    return f"“{now}” was added" if now else f"“{was}” was deleted"


def line_of(redline: Redline, change: Change) -> int:
    """Return the line of `change` in the new text; for deleted words, the line that follows them."""
    for block in redline.blocks[change.block :]:
        if block.new is not None:
            return redline.new.document.blocks[block.new].line
    return redline.new.document.blocks[-1].line


def shortened(words: str) -> str:
    """Return `words` on one line, cut to `LONGEST_QUOTE` characters."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1].rstrip()}…"


def _where(change: Change) -> str:
    return f" in “{shortened(change.heading)}”" if change.heading else ""
