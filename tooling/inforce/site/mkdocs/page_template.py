"""Shells: pages of MkDocs and Material with gaps, rendered once per language and folder depth and filled many times.

Invariants: a filled shell equals the page that MkDocs would render; filling takes a hundredth of the time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from inforce.language import Language
from inforce.site.build.cache import Cache

_GAP = re.compile(r"inforce-gap-(title|head|content|contents)-end")
FOLDER = "inforce-shell"
# Folder depths of permanent pages: from /privacy/1/ to /privacy/changes/1...2/de/.
SHELL_DEPTHS = (2, 3, 4)
_ROOM = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The content of a page: its title as text; head, content and table of contents as HTML.

    `files` are the paths and bytes of the page's additional files.
    """

    title: str
    head: str
    content: str
    contents: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def gap(name: str) -> str:
    """Return the placeholder for `name` in a shell."""
    return f"inforce-gap-{name}-end"


def gaps(*, contents: bool = True) -> Rendered:
    """Return a page of placeholders only; without `contents` it has none for a table of contents."""
    return Rendered(
        title=gap("title"), head=gap("head"), content=gap("content"), contents=gap("contents") if contents else ""
    )


@dataclass(frozen=True, slots=True)
class Shell:
    """A rendered page split at its gaps: text and gap names alternate."""

    pieces: tuple[str, ...]

    @classmethod
    def cut(cls, html: str) -> Shell:
        """Split `html` at its gaps.

        Raise ValueError unless it has exactly one gap for the content and one for the head.
        """
        pieces = tuple(_GAP.split(html))
        for name in ("content", "head"):
            if pieces[1::2].count(name) != 1:
                message = f"the theme shows a page's {name} {pieces[1::2].count(name)} times instead of once"
                raise ValueError(message)
        return cls(pieces)

    @property
    def fingerprint(self) -> str:
        """Return the digest of the shell, as 64 hex digits."""
        return hashlib.sha256("\0".join(self.pieces).encode()).hexdigest()

    def fill(self, rendered: Rendered) -> str:
        """Return the page with `rendered` in the gaps."""
        texts = {
            "title": escape(rendered.title),
            "head": rendered.head,
            "content": rendered.content,
            "contents": rendered.contents,
        }
        return "".join(texts[piece] if index % 2 else piece for index, piece in enumerate(self.pieces))


class Shells:
    """The shells of a build in `cache`, by the file that MkDocs built; `built` maps each of its files to a key."""

    def __init__(self, cache: Cache, built: Mapping[str, str]) -> None:
        self._cache = cache
        self._built = built
        self._cut: dict[str, Shell] = {}

    def key(self, file: str) -> str:
        """Return the digest of the shell `file`."""
        return self._built[file]

    def keys_in(self, language: Language) -> tuple[str, ...]:
        """Return the digests of the shells for permanent pages in `language`."""
        paths = (shell_path(str(language), depth).replace(".md", ".html") for depth in SHELL_DEPTHS)
        return tuple(self._built[path] for path in paths)

    def shell(self, file: str) -> Shell:
        """Return the shell `file`, cached; raise ValueError as `Shell.cut` does."""
        if file not in self._cut:
            if len(self._cut) >= _ROOM:
                self._cut.clear()
            self._cut[file] = Shell.cut(self._cache.require(self._built[file]).decode())
        return self._cut[file]


def shell_path(language: str, depth: int) -> str:
    """Return the Markdown file of the shell in `language` for pages that are `depth` folders deep."""
    return "/".join([FOLDER, language, *["x"] * (depth - 2), "index.md"])
