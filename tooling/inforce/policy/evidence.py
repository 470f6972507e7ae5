"""Evidence: the commit that published a version. It adds no facts to the files, but lets others confirm them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The first commit that contains a version's text: its full id, its commit time (UTC) and its subject."""

    commit: str
    committed: datetime
    subject: str = ""
