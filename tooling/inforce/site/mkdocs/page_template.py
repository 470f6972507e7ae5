"""Shells: a page of MkDocs and Material with gaps, rendered once per language and depth and filled many times.

Keeps true: a filled shell is what MkDocs would have made of the page, at a hundredth of the price.
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
# How many folders deep pages that stay may stand: /privacy/1/ to /privacy/changes/1...2/de/.
SHELL_DEPTHS = (2, 3, 4)
_ROOM = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What fills a page: its title as text; head, content and table of contents as HTML.

    `files` are the addresses and bytes of files that go with the page.
    """

    title: str
    head: str
    content: str
    contents: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def gap(name: str) -> str:
    """Spell the mark that stands for `name` in a shell."""
    return f"inforce-gap-{name}-end"


def gaps(*, contents: bool = True) -> Rendered:
    """Give a page that is nothing but gaps; without `contents` it has no place for a table of contents."""
    return Rendered(
        title=gap("title"), head=gap("head"), content=gap("content"), contents=gap("contents") if contents else ""
    )


@dataclass(frozen=True, slots=True)
class Shell:
    """A rendered page with gaps, cut at them: text and names of gaps in turn."""

    pieces: tuple[str, ...]

    @classmethod
    def cut(cls, html: str) -> Shell:
        """Cut `html` at its gaps; ValueError where one of content and head is missing or stands there twice."""
        pieces = tuple(_GAP.split(html))
        for name in ("content", "head"):
            if pieces[1::2].count(name) != 1:
                message = f"the theme shows a page's {name} {pieces[1::2].count(name)} times instead of once"
                raise ValueError(message)
        return cls(pieces)

    @property
    def fingerprint(self) -> str:
        """Name what the shell is made of, as 64 hex digits."""
        return hashlib.sha256("\0".join(self.pieces).encode()).hexdigest()

    def fill(self, rendered: Rendered) -> str:
        """Put `rendered` into the gaps."""
        texts = {
            "title": escape(rendered.title),
            "head": rendered.head,
            "content": rendered.content,
            "contents": rendered.contents,
        }
        return "".join(texts[piece] if index % 2 else piece for index, piece in enumerate(self.pieces))


class Shells:
    """The shells of a build in `cache`, by the file that MkDocs built; `built` names the entry of each of its files."""

    def __init__(self, cache: Cache, built: Mapping[str, str]) -> None:
        self._cache = cache
        self._built = built
        self._cut: dict[str, Shell] = {}

    def key(self, file: str) -> str:
        """Name what the shell `file` is made of."""
        return self._built[file]

    def keys_in(self, language: Language) -> tuple[str, ...]:
        """Name the shells of pages that stay in `language`."""
        paths = (shell_path(str(language), depth).replace(".md", ".html") for depth in SHELL_DEPTHS)
        return tuple(self._built[path] for path in paths)

    def shell(self, file: str) -> Shell:
        """Read the shell `file`, once; ValueError as `Shell.cut`."""
        if file not in self._cut:
            if len(self._cut) >= _ROOM:
                self._cut.clear()
            self._cut[file] = Shell.cut(self._cache.require(self._built[file]).decode())
        return self._cut[file]


def shell_path(language: str, depth: int) -> str:
    """Name the Markdown file whose page stands `depth` folders deep, for the shell in `language`."""
    return "/".join([FOLDER, language, *["x"] * (depth - 2), "index.md"])
