"""Tracked changes: author, date, and the number of each change in its document.

Invariants: no two revisions of a document have the same number, and the numbers follow reading order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inforce.instant import format_instant
from inforce.redline import Op
from inforce.word.export.markup import element

# ISO/IEC 29500-1, 17.13.5: elements around runs, and empty as marks of a paragraph, row or cell.
TAGS = {Op.INSERT: "w:ins", Op.DELETE: "w:del", Op.MOVE_FROM: "w:moveFrom", Op.MOVE_TO: "w:moveTo"}


@dataclass(slots=True, kw_only=True)
class Revisions:
    """The revisions written so far by `author` at `date`."""

    author: str
    date: datetime
    count: int = 0

    def mark(self, tag: str, /, *inner: str, **more: str) -> str:
        """Return the revision `tag` around `inner`; `more` are further attributes of the namespace `w`."""
        attributes = {"w:id": self.number(), "w:author": self.author, "w:date": format_instant(self.date)}
        return element(tag, *inner, attributes=attributes | {f"w:{key}": value for key, value in more.items()})

    def of(self, op: Op, *inner: str) -> str:
        """Return the revision for `op` around `inner`; only `inner` if nothing changed."""
        return self.mark(TAGS[op], *inner) if op in TAGS else "".join(inner)

    def number(self) -> str:
        """Return the next unique number."""
        self.count += 1
        return str(self.count)
