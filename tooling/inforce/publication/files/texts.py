"""Cache of prepared texts, shared by all redlines of a version."""

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
    """A least recently used cache of parsed texts, by digest."""

    _prepared: dict[Digest, Prepared] = field(default_factory=dict)

    def document(self, edition: Edition) -> Document:
        """Return the parsed text of `edition`, from the cache if possible."""
        return self.prepared(edition).document

    def prepared(self, edition: Edition) -> Prepared:
        """Return the text of `edition` prepared for redlines, from the cache if possible."""
        return _kept(self._prepared, edition, prepare)

    def changes(self, old: Edition, new: Edition) -> EditionChanges:
        """Return the redline between two editions."""
        return EditionChanges.between(old, new, (self.prepared(old), self.prepared(new)))


def _kept(shelf: dict[Digest, T], edition: Edition, read: Callable[[str], T]) -> T:
    document = shelf.pop(edition.digest, None)
    if document is None:
        document = read(edition.text)
    shelf[edition.digest] = document  # moved to the end: the first entry is the least recently used one
    if len(shelf) > _ROOM:
        del shelf[next(iter(shelf))]
    return document
