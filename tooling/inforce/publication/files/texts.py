"""Texts prepared once: every redline of a version shares what was read of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from inforce.changes import EditionChanges
from inforce.markdown import Document
from inforce.policy import Edition
from inforce.redline import Prepared, prepare
from inforce.text import Digest

_ROOM = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Texts:
    """What has been read of the texts asked for last, by digest; those before are read again when they are wanted."""

    _prepared: dict[Digest, Prepared] = field(default_factory=dict)

    def document(self, edition: Edition) -> Document:
        """Read `edition`'s text, once."""
        return self.prepared(edition).document

    def prepared(self, edition: Edition) -> Prepared:
        """Prepare `edition`'s text for redlines, once."""
        return _kept(self._prepared, edition, prepare)

    def changes(self, old: Edition, new: Edition) -> EditionChanges:
        """Compare two editions."""
        return EditionChanges.between(old, new, (self.prepared(old), self.prepared(new)))


def _kept(shelf: dict[Digest, T], edition: Edition, read: Callable[[str], T]) -> T:
    found = shelf.pop(edition.digest, None)
    if found is None:
        found = read(edition.text)
    shelf[edition.digest] = found  # at the end: the first one is the one not asked for longest
    if len(shelf) > _ROOM:
        del shelf[next(iter(shelf))]
    return found
