"""Pages as values: where each stands, what it says as plain data, and which texts it shows.

Keeps true: a page shows nothing but what is in its value, so two pages of one fingerprint are the same page. A page
that stays names its neighbours and the stable address of the text in force, never a list that grows.
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
    """What a page is for."""

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

    `says` is plain data: texts, numbers, instants, lists and mappings. `text` is the edition shown in full, `pairs`
    are the editions compared, older first. `relations` are links to other addresses, with their attributes, for the
    page's head.
    """

    kind: PageKind
    address: str
    language: Language
    says: Mapping[str, Any]
    relations: tuple[Mapping[str, str], ...] = ()
    text: Edition | None = None
    pairs: tuple[tuple[Edition, Edition], ...] = ()

    def fingerprint(self) -> str:
        """Name everything that shapes this page, as 64 hex digits."""
        shown = [str(self.text.digest)] if self.text else []
        compared = [[str(old.digest), str(new.digest)] for old, new in self.pairs]
        parts = [self.kind, self.address, str(self.language), self.says, self.relations, shown, compared]
        return hashlib.sha256(json.dumps(parts, default=_plain, ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Mapping):
        return dict(value)
    message = f"a page says {value!r}, which is no plain data"
    raise TypeError(message)
