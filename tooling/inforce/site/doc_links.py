"""Check the links on the pages of docs/: each internal link must lead to an existing page or file and section.

Not responsible for: links in the texts of policies (rules LINK-… of `check`) and links to other sites.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from inforce.errors import BookError, Place, quoted
from inforce.site.build.cache import Cache, key_of

_LISTED = 20
_ADDRESSES = {"href", "src", "action", "poster"}
# The theme writes the parts of a page around its article, and links only to pages that exist.
_ARTICLE = ("<article", "</article>")
_ALWAYS = {"", "top"}
_FIX = "correct the link or remove it"


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of a page, and the ids that links can lead to."""

    targets: tuple[str, ...]
    ids: frozenset[str]


Read = Callable[[str], PageLinks]


@dataclass
class _Parser(HTMLParser):
    targets: dict[str, None] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            elif name in _ADDRESSES:
                self.targets[value] = None


def links_of(page: bytes) -> PageLinks:
    """Return the links and ids in the article of the HTML `page`, or of the whole page if it has no article."""
    text = page.decode("utf-8", "replace")
    start, end = text.find(_ARTICLE[0]), text.rfind(_ARTICLE[1])
    parser = _Parser()
    parser.feed(text[start:end] if 0 <= start < end else text)
    parser.close()
    return PageLinks(targets=tuple(parser.targets), ids=frozenset(parser.ids))


def links_in_cache(cached: Cache, key: str) -> PageLinks:
    """Return the links and ids of the page under `key`; cached, since pages rarely change."""
    name = key_of("links of a page", key)
    if raw := cached.read(name):
        targets, ids = json.loads(raw)
        return PageLinks(targets=tuple(targets), ids=frozenset(ids))
    links = links_of(cached.read(key) or b"")
    cached.put(name, json.dumps([links.targets, sorted(links.ids)]).encode())
    return links


def refuse_dead_links(docs: Path, base: str, pages: Iterable[str], files: Container[str], read: Read) -> None:
    """Raise BookError with a list of the links on `pages` to files or sections that do not exist.

    `pages` and `files` are paths in the site, `base` is the path of the site's address, such as `/` or `/policies/`.
    """
    read = cache(read)
    dead_links = [dead for page in sorted(pages) for dead in _dead_links(docs, base, page, files, read)]
    if dead_links:
        (path, problem), *others = dead_links
        more = "".join(f"\n{path}: {problem}" for path, problem in others[: _LISTED - 1])
        rest = f"\n… and {len(dead_links) - _LISTED} more" if len(dead_links) > _LISTED else ""
        raise BookError(Place(path=path), problem, f"{_FIX}{more}{rest}", rule="LINK-internal")


def _dead_links(docs: Path, base: str, page: str, files: Container[str], read: Read) -> Iterator[tuple[str, str]]:
    for target in read(page).targets:
        if problem := _problem(base, page, target, files, read):
            yield _source(docs, page), f"the link {quoted(target, 200)} {problem}"


def _problem(base: str, page: str, target: str, files: Container[str], read: Read) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:
        return "is not a valid address"
    if parts.scheme or parts.netloc or (parts.path.startswith("/") and not parts.path.startswith(base)):
        return ""
    file = _file(base, page, unquote(parts.path), files)
    if file is None:
        return "leads to no page or file of the site"
    fragment = unquote(parts.fragment)
    if fragment in _ALWAYS or not file.endswith(".html") or fragment in read(file).ids:
        return ""
    return f"leads to no section of the page: it has no id {quoted(fragment)}"


def _file(base: str, page: str, path: str, files: Container[str]) -> str | None:
    """Return the file to which the link `path` on `page` leads; None if it is not in `files`."""
    if not path:
        return page
    start = "/" if path.startswith("/") else f"/{posixpath.dirname(page)}"
    whole = posixpath.normpath(posixpath.join(start, path.removeprefix(base) if path.startswith("/") else path))
    file = whole.lstrip("/")
    candidates = (f"{file}/index.html".lstrip("/"),) if path.endswith("/") else (file, f"{file}/index.html".lstrip("/"))
    return next((candidate for candidate in candidates if candidate in files), None)


def _source(docs: Path, page: str) -> str:
    """Return the path of the Markdown file of the HTML file `page`, or `page` if there is none in `docs`."""
    stem = page.removesuffix(".html")
    names = (stem, stem.removesuffix("/index"), f"{stem.removesuffix('index')}README")
    files = (f"{name}.md" for name in names if (docs / f"{name}.md").is_file())
    return f"{docs.name}/{next(files, page)}"
