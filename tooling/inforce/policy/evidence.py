"""Evidence: what git says of a version. It proves nothing the files do not say; it says who can confirm them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The commit that first held a version's text: its full id, when it was committed (UTC), its subject."""

    commit: str
    committed: datetime
    subject: str = ""
