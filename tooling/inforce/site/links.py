"""Links between pages: relative, so that a site works from any folder of any host, and from a disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Spells addresses as seen from the page at `page`; `offline` names the file inside each folder."""

    page: str
    offline: bool = False

    def to(self, target: str) -> str:
        """Spell the address `target` (relative to the site's root, with a fragment or not) from here."""
        path, mark, fragment = target.partition("#")
        # Addresses are plain: they begin at the root, and no step in them is empty or leads back.
        *here, _ = self.page.split("/")
        *there, name = path.split("/")
        shared = _shared(here, there)
        below = _quoted("/".join((*there[shared:], name)))
        relative = "../" * (len(here) - shared) + below or "./"
        if not name and self.offline:
            relative += "index.html"
        return relative + mark + fragment


def _shared(here: Sequence[str], there: Sequence[str]) -> int:
    """Count the folders that both paths begin with."""
    for place, (one, other) in enumerate(zip(here, there, strict=False)):
        if one != other:
            return place
    return min(len(here), len(there))


@lru_cache(1024)
def _quoted(path: str) -> str:
    return quote(path, safe="/.")
