"""Links between pages: relative, so that a site works from any folder of any host, and from a disk."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Spells addresses as seen from the page at `page`; `offline` names the file inside each folder."""

    page: str
    offline: bool = False

    def to(self, target: str) -> str:
        """Spell the address `target` (relative to the site's root, with a fragment or not) from here."""
        path, mark, fragment = target.partition("#")
        base = self.page if self.page.endswith("/") or not self.page else posixpath.dirname(self.page) + "/"
        relative = posixpath.relpath("/" + path, "/" + base)
        if path.endswith("/") or not path:
            relative = "./" if relative == "." else relative + "/"
            if self.offline:
                relative += "index.html"
        return quote(relative, safe="/.") + mark + fragment
