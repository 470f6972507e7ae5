"""Cache of prepared texts, shared by all redlines of a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from inforce.changes import EditionChanges
from inforce.markdown import Document
from inforce.policy import Edition
from inforce.redline import Prepared, prepare

_ROOM = 64


@dataclass(frozen=True, slots=True)
class Texts:
    """A least recently used cache of prepared texts."""

    _prepare: Callable[[str], Prepared] = field(default_factory=lambda: lru_cache(_ROOM)(prepare))

    def document(self, edition: Edition) -> Document:
        """Return the parsed text of `edition`, from the cache if possible."""
        return self.prepared(edition).document

    def prepared(self, edition: Edition) -> Prepared:
        """Return the text of `edition` prepared for redlines, from the cache if possible."""
        return self._prepare(edition.text)

    def changes(self, old: Edition, new: Edition) -> EditionChanges:
        """Return the redline between two editions."""
        return EditionChanges.between(old, new, (self.prepared(old), self.prepared(new)))
