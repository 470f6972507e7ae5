"""Texts prepared once: every redline of a version shares what was read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from inforce.changes import Changes
from inforce.markdown import Document, parse
from inforce.policy import Edition
from inforce.redline import Prepared, prepare
from inforce.text import Digest


@dataclass(frozen=True, slots=True)
class Texts:
    """What has been read of each text so far, by its digest."""

    _prepared: dict[Digest, Prepared] = field(default_factory=dict)
    _documents: dict[Digest, Document] = field(default_factory=dict)

    def document(self, edition: Edition) -> Document:
        """Read `edition`'s text, once."""
        if edition.digest not in self._documents:
            self._documents[edition.digest] = parse(edition.text)
        return self._documents[edition.digest]

    def prepared(self, edition: Edition) -> Prepared:
        """Prepare `edition`'s text for redlines, once."""
        if edition.digest not in self._prepared:
            self._prepared[edition.digest] = prepare(edition.text)
        return self._prepared[edition.digest]

    def changes(self, old: Edition, new: Edition) -> Changes:
        """Compare two editions."""
        return Changes.between(old, new, (self.prepared(old), self.prepared(new)))
