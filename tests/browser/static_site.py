"""A folder served over HTTP on this machine, the way a static host serves a published site.

It honours the `_headers` file of the folder and may hang the site below a path. It is a stand-in for a host in tests:
no compression, no redirects beyond the slash of a folder, nothing that the files do not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class StaticSite:
    """`folder` at `http://127.0.0.1:<port><below>`; `asked` lists the paths that were requested, in order."""

    folder: Path
    below: str = "/"
    asked: list[str] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)

    @property
    def url(self) -> str:
        """The address of the site's root; it ends in a slash."""
        return f"http://127.0.0.1:{self._server.server_port}{self.below}"

    def __enter__(self) -> Self:
        if not (self.below.startswith("/") and self.below.endswith("/")):
            raise ValueError(f"expected a path such as /legal/, got “{self.below}”")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, site=self))
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def headers_for(self, path: str) -> Headers:
        """Return the fields that `_headers` gives to `path`, a path below the site's root."""
        file = self.folder / "_headers"
        rules = parse_headers(file.read_text("utf-8")) if file.is_file() else ()
        return tuple(one for pattern, fields in rules if _matches(pattern, path) for one in fields)


def parse_headers(text: str) -> tuple[tuple[str, Headers], ...]:
    """Read a `_headers` file: a line per path pattern, and below it, indented, `Name: value` lines."""
    return tuple(_rules(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")))


def _rules(lines: Iterator[str]) -> Iterator[tuple[str, Headers]]:
    pattern, fields = "", []
    for line in lines:
        if line[0].isspace():
            name, _, value = line.partition(":")
            fields.append((name.strip(), value.strip()))
        else:
            if pattern:
                yield pattern, tuple(fields)
            pattern, fields = line.strip(), []
    if pattern:
        yield pattern, tuple(fields)


def _matches(pattern: str, path: str) -> bool:
    """Return whether `path` fits `pattern`, where `*` stands for anything and `:name` for one step."""
    wild = re.sub(r"\\\*|:\w+", lambda found: ".*" if found[0] == r"\*" else "[^/]+", re.escape(pattern))
    return re.fullmatch(wild, path) is not None


class _Handler(SimpleHTTPRequestHandler):
    """Answers for one `StaticSite`, in silence."""

    extensions_map = {  # noqa: RUF012 - the standard library's own name, and it is only read
        **SimpleHTTPRequestHandler.extensions_map,
        ".ics": "text/calendar",
        ".js": "text/javascript",
        ".json": "application/json",
        ".link": "application/link-format",
        ".md": "text/markdown; charset=utf-8",
        ".xml": "application/xml",
    }

    def __init__(self, *arguments: object, site: StaticSite) -> None:
        self._site = site
        super().__init__(*arguments, directory=str(site.folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._site.asked.append(urlsplit(self.path).path)
        super().do_GET()

    def translate_path(self, path: str) -> str:
        if not urlsplit(path).path.startswith(self._site.below):
            return str(self._site.folder / "nothing-outside-the-site")
        return super().translate_path("/" + path[len(self._site.below) :])

    def send_header(self, keyword: str, value: str) -> None:
        """Leave out what `_headers` says otherwise: a host sends one type of content."""
        if keyword.lower() not in {name.lower() for name, _ in self._headers()}:
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        for name, value in self._headers():
            super().send_header(name, value)
        super().end_headers()

    def _headers(self) -> list[tuple[str, str]]:
        return list(self._site.headers_for("/" + urlsplit(self.path).path.removeprefix(self._site.below)))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the standard library's own name
        """Keep silent: pytest shows what matters."""
