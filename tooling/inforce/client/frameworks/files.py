"""The files of the browser client in this package, which the packages for frameworks serve to the pages of an app.

Invariants: only files of this package are served, under fixed names; a file is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable


class BrowserFile:
    """A script of the browser client."""

    def __init__(self, source: Traversable) -> None:
        self._source = source

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self._source.read_bytes()

    @cached_property
    def etag(self) -> str:
        """The entity tag of the content."""
        return f'"{sha256(self.content).hexdigest()[:32]}"'

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response; browsers ask whether the file has changed, because its name never does."""
        return {
            "Content-Type": "text/javascript; charset=utf-8",
            "Cache-Control": "no-cache",
            "ETag": self.etag,
            "X-Content-Type-Options": "nosniff",
        }


def _scripts(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, BrowserFile]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _scripts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".js"):
            yield prefix + entry.name, BrowserFile(entry)


BROWSER_FILES: Mapping[str, BrowserFile] = {
    **dict(_scripts(files("inforce") / "site" / "browser")),
    "page.js": BrowserFile(files("inforce") / "client" / "frameworks" / "page.js"),
}
