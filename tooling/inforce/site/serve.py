"""Serve the site on this machine and update it while the book is edited.

Invariants: pages are equal to those of a build for the address of the server, except for one line that loads the reload
script; saving a text renders only the affected pages again; the server listens on the loopback interface only.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from inforce.book.files import real_folder
from inforce.disk import system_refusal
from inforce.errors import GeneratorError, InforceError
from inforce.site.build.incremental import SiteBuilder, collect_rarely
from inforce.site.build.options import BuildOptions, Listener
from inforce.site.mkdocs.generator import serve_with_generator
from inforce.site.mkdocs.prebuild import Configuration, request_of

HOST = "127.0.0.1"
# Text editors write several times per save; this delay groups the writes and is too short to be noticed.
_QUIET = 0.05
_LONGEST_POLL = 25.0
_OURS = "/__inforce/"
_SCRIPT = f"{_OURS}reload.js"
_CHANGES = f"{_OURS}changes/"
_TAG = f'<script src="{_SCRIPT}"></script></body>'.encode()
_RELOAD = f"""\
const script = document.currentScript;
async function wait(seen) {{
  for (;;) {{
    try {{
      const answer = await fetch("{_CHANGES}" + seen, {{ cache: "no-store" }});
      const now = Number(await answer.text());
      if (seen && now !== seen) return location.reload();
      seen = now;
    }} catch {{
      await new Promise((done) => setTimeout(done, 500));
    }}
  }}
}}
if (script) wait(0);
"""
_TELLING = {"created", "modified", "moved", "deleted"}


class ChangedPaths:
    """Counter of changes of the site; requests can wait for the next change."""

    def __init__(self) -> None:
        self._count = 1
        self._changed = threading.Condition()

    def tell(self) -> None:
        """Record a change of the site."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def after(self, version: int, seconds: float) -> int:
        """Wait at most `seconds` until the count differs from `version`; return the count."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != version, seconds)
            return self._count


class Handler(SimpleHTTPRequestHandler):
    """Serves the files of a folder; adds the reload script to pages."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".md": "text/markdown; charset=utf-8"}  # noqa: RUF012
    protocol_version = "HTTP/1.1"

    def __init__(self, *words: Any, changes: ChangedPaths, directory: str) -> None:
        self._changes = changes
        super().__init__(*words, directory=directory)

    def handle(self) -> None:
        """Answer the requests of a connection, which the browser can end at any time."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Answer with a file, or with the change counter for the reload script."""
        if self.path == _SCRIPT:
            self._answer(_RELOAD.encode(), "text/javascript; charset=utf-8")
        elif self.path.startswith(_CHANGES):
            version = self.path.removeprefix(_CHANGES)
            count = self._changes.after(int(version) if version.isdecimal() and len(version) <= 9 else 0, _LONGEST_POLL)
            self._answer(str(count).encode(), "text/plain")
        else:
            super().do_GET()

    def send_head(self) -> Any:
        """Send the headers and return the body; pages are read completely to insert the script."""
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        if page.suffix != ".html" or not page.is_file():
            return super().send_head()
        content = page.read_bytes().replace(b"</body>", _TAG)
        self._head(len(content), "text/html; charset=utf-8")
        return BytesIO(content)

    def end_headers(self) -> None:
        """Disable caching, since the site can change between requests; allow pages of other origins to read it."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Date, Retry-After")
        super().end_headers()

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - the base's signature
        """Do not log requests."""

    def _answer(self, content: bytes, kind: str) -> None:
        self._head(len(content), kind)
        self.wfile.write(content)

    def _head(self, length: int, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()


class Waiter(FileSystemEventHandler):
    """Watches for changes of files."""

    def __init__(self) -> None:
        self.noticed = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Record `event` unless it is read-only."""
        if event.event_type in _TELLING and not (event.is_directory and event.event_type == "modified"):
            self.noticed.set()

    def wait(self) -> None:
        """Wait until a file was saved and no further change follows for a moment."""
        self.noticed.wait()
        while self.noticed.is_set():
            self.noticed.clear()
            time.sleep(_QUIET)


def serve_site(options: BuildOptions, port: int) -> int:
    """Serve a preview at `port` until interrupted; return 1 if the first build fails, or the exit code of MkDocs."""
    if not Configuration.of(options).simple:
        return serve_with_generator({**request_of(options, str(options.site)), "port": port})
    collect_rarely()
    folder = real_folder(options.site)
    # A preview is never published, so it can be unsigned.
    # Its manifest is about its own address, so that apps on this machine can use it.
    options = replace(options, unsigned=True, address=f"http://{HOST}:{port}/")
    maker = SiteBuilder(options, Listener(tell=_tell))
    if not _made(maker):
        return 1
    gc.freeze()  # most of the book stays in memory; freezing excludes it from garbage collection
    changes = ChangedPaths()
    # The first build precedes the first request, because requests start threads, after which forking is unsafe.
    with ThreadingHTTPServer((HOST, port), partial(Handler, changes=changes, directory=str(folder))) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _tell("INFO", f"The site is at http://{HOST}:{port}/; Ctrl-C ends it.")
        _follow(options.root, maker, changes)
    return 0


def _follow(root: Path, maker: SiteBuilder, changes: ChangedPaths) -> None:
    waiter, observer = Waiter(), Observer()
    for folder in (root / "policy_versions", root / "docs"):
        if folder.is_dir():
            observer.schedule(waiter, str(folder), recursive=True)
    observer.start()
    while True:
        waiter.wait()
        if _made(maker):
            changes.tell()


def _made(maker: SiteBuilder) -> bool:
    """Update the site; if that fails, print the reason and keep the previous site."""
    began = time.perf_counter()
    try:
        result = maker.make()
    except GeneratorError:
        return False
    except (InforceError, OSError) as problem:
        _tell("ERROR", system_refusal(problem) if isinstance(problem, OSError) else str(problem))
        return False
    spent = time.perf_counter() - began
    _tell("INFO", f"{result:,} files changed in {spent:.2f} s.")
    return True


def _tell(level: str, text: str) -> None:
    print(f"{level:<8}-  {text}" if level else text, file=sys.stderr, flush=True)
