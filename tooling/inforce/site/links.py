"""Relative links between pages, so that a site works in any folder of any host and as local files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Returns relative links from the page at `page`; with `offline` they include the file in each folder."""

    page: str
    offline: bool = False

    def to(self, target: str) -> str:
        """Return the link to the path `target`, which is relative to the site's root and can have a fragment."""
        path, mark, fragment = target.partition("#")
        # Paths are normalised: relative to the root, without empty or `..` segments.
        *here, _ = self.page.split("/")
        *there, name = path.split("/")
        shared = _shared(here, there)
        below = _quoted("/".join((*there[shared:], name)))
        relative = "../" * (len(here) - shared) + below or "./"
        if not name and self.offline:
            relative += "index.html"
        return relative + mark + fragment


def _shared(here: Sequence[str], there: Sequence[str]) -> int:
    """Return the number of leading folders that both paths share."""
    for place, (segment, other) in enumerate(zip(here, there, strict=False)):
        if segment != other:
            return place
    return min(len(here), len(there))


@lru_cache(1024)
def _quoted(path: str) -> str:
    return quote(path, safe="/.")
