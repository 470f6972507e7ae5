"""Serve a folder over HTTP like a static host.

It applies the `_headers` file of the folder and can serve the site under a path. It neither compresses nor redirects,
except to the trailing slash of a folder.
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
    """A server of `folder` at `http://127.0.0.1:<port><below>`; `asked` contains the requested paths in order."""

    folder: Path
    below: str = "/"
    asked: list[str] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)

    @property
    def url(self) -> str:
        """The URL of the site's root, with a trailing slash."""
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
        """Return the headers for `path`, relative to the site's root, from `_headers`."""
        file = self.folder / "_headers"
        rules = parse_headers(file.read_text("utf-8")) if file.is_file() else ()
        return tuple(header for pattern, fields in rules if _matches(pattern, path) for header in fields)


def parse_headers(text: str) -> tuple[tuple[str, Headers], ...]:
    """Parse a `_headers` file: path patterns, each followed by indented `Name: value` lines."""
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
    """Return whether `path` matches `pattern`, in which `*` matches anything and `:name` one segment."""
    wild = re.sub(r"\\\*|:\w+", lambda match: ".*" if match[0] == r"\*" else "[^/]+", re.escape(pattern))
    return re.fullmatch(wild, path) is not None


class _Handler(SimpleHTTPRequestHandler):
    """The request handler of a `StaticSite`, without a log."""

    extensions_map = {  # noqa: RUF012 - name of the standard library, read only
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
        """Omit default headers that `_headers` sets, to avoid duplicates."""
        if keyword.lower() not in {name.lower() for name, _ in self._headers()}:
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        for name, value in self._headers():
            super().send_header(name, value)
        super().end_headers()

    def _headers(self) -> list[tuple[str, str]]:
        return list(self._site.headers_for("/" + urlsplit(self.path).path.removeprefix(self._site.below)))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - name required by the standard library
        """Suppress the log."""
