"""Pages as values: their path, their content as plain data, and the texts they show.

Invariants: a page depends only on its value, so pages with equal fingerprints are equal; a permanent page refers to its
neighbours and to the stable path of the text in force, never to a growing list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Edition


class PageKind(StrEnum):
    """The kind of a page."""

    HOME = "home"
    POLICY = "policy"
    VERSION = "version"
    REDLINE = "redline"
    SINCE = "since"
    HISTORY = "history"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the site in one language.

    `context` is its content as plain data: strings, numbers, instants, lists and mappings. `text` is the edition shown
    in full, `pairs` are the editions compared, older first. `links` are the links for the head of the page, with their
    attributes.
    """

    kind: PageKind
    address: str
    language: Language
    context: Mapping[str, Any]
    links: tuple[Mapping[str, str], ...] = ()
    text: Edition | None = None
    pairs: tuple[tuple[Edition, Edition], ...] = ()

    def fingerprint(self) -> str:
        """Return a digest of all inputs of this page, as 64 hex digits."""
        shown = [str(self.text.digest)] if self.text else []
        compared = [[str(old.digest), str(new.digest)] for old, new in self.pairs]
        parts = [self.kind, self.address, str(self.language), self.context, self.links, shown, compared]
        return hashlib.sha256(json.dumps(parts, default=_plain, ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Mapping):
        return dict(value)
    message = f"a page says {value!r}, which is not plain data"
    raise TypeError(message)
