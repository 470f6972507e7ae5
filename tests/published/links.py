"""A link checker: the links of every page of a built site, and the broken ones."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESSES = {"href", "src", "data-src", "action"}


@dataclass
class Anchors(HTMLParser):
    """The ids and the link targets of one page."""

    ids: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name in ADDRESSES and value is not None:
                self.targets.append(value)


def read_page(path: Path) -> Anchors:
    """Return the parsed page at `path`."""
    anchors = Anchors()
    anchors.feed(path.read_text("utf-8"))
    return anchors


def broken_links(site: Path, home: str) -> list[str]:
    """Return every broken internal link of `site`; `home` is the absolute address of its root."""
    pages = {path: read_page(path) for path in sorted(site.rglob("*.html")) if _is_page(path)}
    return [
        f"{page.relative_to(site)} → {target}"
        for page, anchors in pages.items()
        for target in anchors.targets
        if not _resolves(site, home, page, target, pages)
    ]


def _is_page(path: Path) -> bool:
    return path.name == "index.html"


def _resolves(site: Path, home: str, page: Path, target: str, pages: dict[Path, Anchors]) -> bool:
    if target.startswith(home):
        target = "/" + target.removeprefix(home)
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    folder = "/" + page.parent.relative_to(site).as_posix()
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else folder
    file = site / path.lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return False
    known = pages.get(file)
    return not parts.fragment or known is None or unquote(parts.fragment) in known.ids
