"""What a PDF shows, as a value."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from inforce.instant import format_instant
from inforce.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact named at the top: `name`, what it is, and where it links to, if anywhere."""

    name: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A text to be drawn.

    `title` names the file in a viewer, `heading` stands above the facts where the `body` has no heading of its own.
    `body` is flow content of our own renderers. `running` stands above and `digests` below on every page, beside
    `page_of`, whose `{page}` and `{pages}` are filled in. `made` is when what is shown was made, which is not now.
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
        """Name the file by what it shows, as 16 bytes (ISO 32000-1, 14.4)."""
        rows = [[row.name, row.text, row.link] for row in self.rows]
        parts = [self.title, self.author, str(self.language), format_instant(self.made), rows, list(self.running)]
        parts += [list(self.digests), self.body, self.heading, self.page_of]
        return hashlib.sha256(json.dumps(parts).encode()).digest()[:16]
