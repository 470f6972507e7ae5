"""The content of a PDF as a value."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from inforce.instant import format_instant
from inforce.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One row of the facts at the top: its name, its text, and a link or an empty string."""

    name: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The content of one PDF.

    `title` is the document title in a viewer; `heading` is shown above the facts if the `body` has no heading of its
    own. `body` is flow content from our own renderers. Every page shows `running` at the top, and at the bottom
    `digests` and `page_of`, whose `{page}` and `{pages}` are filled in. `made` is the instant at which the content was
    made, not the current time.
    """

    title: str
    author: str
    language: Language
    made: datetime
    rows: tuple[FactRow, ...]
    running: tuple[str, ...]
    digests: tuple[str, ...]
    body: str
    heading: str = ""
    page_of: str = "Page {page} of {pages}"

    def identifier(self) -> bytes:
        """Return the file identifier, 16 bytes computed from the content (ISO 32000-1, 14.4)."""
        rows = [[row.name, row.text, row.link] for row in self.rows]
        parts = [self.title, self.author, str(self.language), format_instant(self.made), rows, list(self.running)]
        parts += [list(self.digests), self.body, self.heading, self.page_of]
        return hashlib.sha256(json.dumps(parts).encode()).digest()[:16]
