"""Tracked changes: who made them, when, and the number each one has in its document.

Keeps true: no two revisions of a document have one number, and the numbers follow reading order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inforce.instant import format_instant
from inforce.redline import Op
from inforce.word.export.markup import element

# ISO/IEC 29500-1, 17.13.5: what stands around runs, and alone as the mark of a paragraph, row or cell.
TAGS = {Op.INSERT: "w:ins", Op.DELETE: "w:del", Op.MOVE_FROM: "w:moveFrom", Op.MOVE_TO: "w:moveTo"}


@dataclass(slots=True, kw_only=True)
class Revisions:
    """The changes that `author` made at `date`, as far as they are written."""

    author: str
    date: datetime
    count: int = 0

    def mark(self, tag: str, /, *inner: str, **more: str) -> str:
        """Write the revision `tag` around `inner`; `more` are further attributes of the namespace `w`."""
        attributes = {"w:id": self.number(), "w:author": self.author, "w:date": format_instant(self.date)}
        return element(tag, *inner, attributes=attributes | {f"w:{key}": value for key, value in more.items()})

    def of(self, op: Op, *inner: str) -> str:
        """Write the revision that tells `op` around `inner`; `inner` alone where nothing happened."""
        return self.mark(TAGS[op], *inner) if op in TAGS else "".join(inner)

    def number(self) -> str:
        """Count one more thing that needs a number of its own."""
        self.count += 1
        return str(self.count)
