"""The site on this machine, which follows its book while somebody writes: `python -m inforce.site.serve`.

Keeps true: what is shown is what a build would make, but for one line that loads the script which reloads a page. A
text that is saved costs the pages it touches and no other. Listens on this machine alone.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from inforce.book.files import cache_folder, real_folder
from inforce.disk import system_refusal
from inforce.errors import InforceError
from inforce.site.build.incremental import SiteBuilder, collect_rarely
from inforce.site.mkdocs.prebuild import Configuration, ScaffoldError

HOST = "127.0.0.1"
# An editor that saves writes more than once; a reader does not notice so short a wait.
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
    """How often the site has changed, for those who wait for the next time."""

    def __init__(self) -> None:
        self._count = 1
        self._changed = threading.Condition()

    def tell(self) -> None:
        """Say that the site has changed."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def after(self, seen: int, seconds: float) -> int:
        """Wait until the count is another than `seen`, at most so many `seconds`; give the count."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, seconds)
            return self._count


class Handler(SimpleHTTPRequestHandler):
    """Answers with files of a folder; pages get the script that reloads them."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".md": "text/markdown; charset=utf-8"}  # noqa: RUF012
    protocol_version = "HTTP/1.1"

    def __init__(self, *words: Any, changes: ChangedPaths, directory: str) -> None:
        self._changes = changes
        super().__init__(*words, directory=directory)

    def do_GET(self) -> None:
        """Answer with a file, or with what pages ask about themselves."""
        if self.path == _SCRIPT:
            self._answer(_RELOAD.encode(), "text/javascript; charset=utf-8")
        elif self.path.startswith(_CHANGES):
            seen = self.path.removeprefix(_CHANGES)
            count = self._changes.after(int(seen) if seen.isdecimal() and len(seen) <= 9 else 0, _LONGEST_POLL)
            self._answer(str(count).encode(), "text/plain")
        else:
            super().do_GET()

    def send_head(self) -> Any:
        """Send the head of an answer, and give what follows; pages are read whole, to put the script in."""
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        if page.suffix != ".html" or not page.is_file():
            return super().send_head()
        content = page.read_bytes().replace(b"</body>", _TAG)
        self._head(len(content), "text/html; charset=utf-8")
        return BytesIO(content)

    def end_headers(self) -> None:
        """Let nothing be kept: the next look may be at another site."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - the base's signature
        """Say nothing of every file that is asked for."""

    def _answer(self, content: bytes, kind: str) -> None:
        self._head(len(content), kind)
        self.wfile.write(content)

    def _head(self, length: int, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()


class Waiter(FileSystemEventHandler):
    """Notices that something was saved."""

    def __init__(self) -> None:
        self.noticed = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Notice `event`, unless it tells of reading only."""
        if event.event_type in _TELLING and not (event.is_directory and event.event_type == "modified"):
            self.noticed.set()

    def wait(self) -> None:
        """Wait until something was saved and the disk has been quiet for a moment."""
        self.noticed.wait()
        while self.noticed.is_set():
            self.noticed.clear()
            time.sleep(_QUIET)


def main(words: list[str]) -> int:
    """Serve the site as `words` say, until interrupted; 1 where it cannot be made in the first place."""
    parser = argparse.ArgumentParser(prog="inforce.site.serve")
    parser.add_argument("module", help="the generator: mkdocs or properdocs")
    parser.add_argument("--config-file", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args(words)
    configuration = Configuration.read(asked.config_file)
    if not configuration.simple:
        # MkDocs 1.6 with click 8.3 or newer watches nothing unless told to.
        rest = ["--config-file", str(asked.config_file), "--dev-addr", f"{HOST}:{asked.port}", "--livereload"]
        os.execv(sys.executable, [sys.executable, "-P", "-m", asked.module, "serve", *rest])  # noqa: S606 - the same process
    collect_rarely()
    root = asked.config_file.resolve().parent
    folder = real_folder(cache_folder(root) / f"served-{asked.port}")
    maker = SiteBuilder(asked.config_file, asked.module, folder)
    if not _made(maker):
        return 1
    gc.freeze()  # nearly all of the book stays as it is, and need not be looked through again
    changes = ChangedPaths()
    # The server first: from its first request on there are threads, beside which no process may be forked.
    with ThreadingHTTPServer((HOST, asked.port), partial(Handler, changes=changes, directory=str(folder))) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"INFO    -  The site is at http://{HOST}:{asked.port}/; Ctrl-C ends it.", file=sys.stderr, flush=True)
        _follow(root, maker, changes)
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
    """Bring the site up to date; where that cannot be done, say why, and leave what is shown as it is."""
    began = time.perf_counter()
    try:
        made = maker.make()
    except ScaffoldError:
        return False
    except (InforceError, OSError) as problem:
        message = system_refusal(problem) if isinstance(problem, OSError) else problem
        print(f"ERROR   -  {message}", file=sys.stderr, flush=True)
        return False
    spent = time.perf_counter() - began
    print(f"INFO    -  {made:,} files changed in {spent:.2f} s.", file=sys.stderr, flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
