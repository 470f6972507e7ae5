"""A local app and its policy site, which respond as configured and record the requests.

The app's page has the strictest possible content security policy. Texts, digests and redlines are valid, with invented
content.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cached_property
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import urlsplit

import inforce.site
from inforce.manifest.model import utc_instant

BROWSER = Path(inforce.site.__file__).parent / "browser"
STRICTEST = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Shop</title><link rel="stylesheet" href="/app.css"><script src="/app.js" type="module"></script>
<main><h1>Shop</h1><p><button id="buy">Buy</button></p></main></html>"""

Answer = tuple[int, Mapping[str, str], bytes]


def digest(text: str) -> str:
    """Return the digest of `text` as in a manifest."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def version(seq: int, text: str | Mapping[str, str], effective: str, **more: Any) -> dict[str, Any]:
    """Return the material version `seq` of `text`, which is English or by language, in force from `effective`."""
    texts = {"en": text} if isinstance(text, str) else text
    return {
        "seq": seq,
        "version": f"2026-0{seq}",
        "change": "material",
        "published_at": effective,
        "effective_at": effective,
        "digests": {language: digest(item) for language, item in texts.items()},
        "texts": texts,
        **more,
    }


def policy(name: str, act: str, *versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a policy of `versions` with the act `act`."""
    languages = list(dict.fromkeys(tag for item in versions for tag in item["digests"]))
    return {
        "id": name,
        "act": act,
        "page": f"{name}/",
        "languages": languages,
        "binding_language": languages[0],
        "versions": list(versions),
        **more,
    }


def _bare(version: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in version.items() if name not in ("texts", "unlisted")}


class _PatientServer(ThreadingHTTPServer):
    """A server with a long queue, so that connections are not rejected on a busy machine."""

    request_queue_size = 128


@dataclass(kw_only=True)
class AppHost:
    """A server of the app at `url` and of its policies under `site`; `received` contains the receipts.

    A version with `unlisted` is only in the file of digests, not in the manifest. `pinned` contains fixed files of
    digests by policy id. `answers` contains the statuses of the next receipts; afterwards, receipts are accepted (201).
    `instead` contains responses that replace files, by path. Unless `tells_time`, responses have no `Date`.
    """

    policies: list[dict[str, Any]] = field(default_factory=list)
    issued_at: str = "2026-11-20T06:00:00Z"
    expires_at: str = "2099-01-01T00:00:00Z"
    tells_time: bool = True
    answers: list[int] = field(default_factory=list)
    instead: dict[str, Callable[[], Answer] | Answer] = field(default_factory=dict)
    pinned: dict[str, bytes] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(("GET", self.path))
                self._send(*host._answer(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = host.answers.pop(0) if host.answers else 201
                host.asked.append(("POST", f"{self.path} {status}"))
                if status == 201:
                    host.received.append(json.loads(body) | {"key": self.headers["idempotency-key"]})
                self._send(status, {}, b"")

            def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                (self.send_response if host.tells_time else self.send_response_only)(status)
                for name, value in {"cache-control": "no-store", "content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return formatdate(
                    utc_instant(host.issued_at).timestamp() if timestamp is None else timestamp, usegmt=True
                )

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - name required by the standard library
                """Suppress the log."""

        self._server = _PatientServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @cached_property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    @property
    def site(self) -> str:
        return self.url + "legal/"

    @property
    def serial(self) -> int:
        """Return the serial of `issued_at`."""
        return int(utc_instant(self.issued_at).timestamp())

    def manifest(self, **members: Any) -> bytes:
        """Return the manifest, with `members` replaced."""
        place = {"site": self.site, "path": "policies.json"}
        head = {"type": "policy-manifest", "spec": "1.0", **place, "serial": self.serial}
        dates = {"issued_at": self.issued_at, "expires_at": self.expires_at, "poll_seconds": 86400}
        return json.dumps({**head, **dates, "policies": self._named(), **members}, ensure_ascii=False).encode()

    def bare(self) -> list[dict[str, Any]]:
        """Return the policies as in a manifest, without texts."""
        return [
            item
            | {
                "versions": [_bare(each) for each in item["versions"] if not each.get("unlisted")],
            }
            for item in self.policies
        ]

    def _named(self) -> list[dict[str, Any]]:
        pairs = zip(self.policies, self.bare(), strict=True)
        return [bare | {"versions_digest": digest(self.digests(item).decode())} for item, bare in pairs]

    def digests(self, question: dict[str, Any]) -> bytes:
        """Return the digests of all files served for a policy."""
        rows = []
        for new in question["versions"]:
            redlines = {
                old["version"]: self._digests_in(question, f"changes/{old['version']}...{new['version']}")
                for old in question["versions"]
            }
            since = self._digests_in(question, f"{new['version']}/since")
            rows.append(
                _bare(new)
                | {
                    "redlines": {old: replacement for old, replacement in redlines.items() if replacement},
                    "since": since,
                }
            )
        head = {"type": "policy-version-digests", "spec": "1.0", "site": self.site, "policy": question["id"]}
        return self.pinned.get(question["id"]) or json.dumps(head | {"versions": rows}, ensure_ascii=False).encode()

    def pin(self) -> None:
        """Fix the current digests, independent of later changes."""
        self.pinned = {item["id"]: self.digests(item) for item in self.policies}

    def _digests_in(self, question: dict[str, Any], folder: str) -> dict[str, str]:
        start = f"/legal/{question['id']}/{folder}/"
        served = {
            path: replacement for path, replacement in self.instead.copy().items() if isinstance(replacement, tuple)
        }
        return {
            path.removeprefix(start).removesuffix(".json"): digest(replacement[2].decode())
            for path, replacement in served.items()
            if path.startswith(start)
        }

    def serve(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        """Respond to requests of `path` with `body`, as JSON by default."""
        data = body.encode() if isinstance(body, str) else body
        self.instead[path] = (status, {"content-type": "application/json"} | headers, data)

    def slow(self, path: str, seconds: float) -> None:
        """Respond to requests of `path` after `seconds`."""

        def late() -> Answer:
            time.sleep(seconds)
            return self._file(path)

        self.instead[path] = late

    def got(self, count: int) -> list[dict[str, Any]]:
        """Wait for `count` receipts, and a moment longer to detect additional ones."""
        deadline = time.monotonic() + 20
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
        return self.received

    def _answer(self, path: str) -> Answer:
        response = self.instead.get(path) or self._file(path)
        return response() if callable(response) else response

    def _file(self, path: str) -> Answer:
        if path == "/":
            return (
                200,
                {"content-type": "text/html; charset=utf-8", "content-security-policy": STRICTEST},
                PAGE.encode(),
            )
        if path == "/favicon.ico":
            return 204, {}, b""
        if path == "/app.js":
            return 200, {"content-type": "text/javascript"}, b'import "/browser/prompt.js";'
        if path == "/app.css":
            return 200, {"content-type": "text/css"}, b"html { color-scheme: light dark; font-family: sans-serif; }"
        if path.startswith("/browser/"):
            file = BROWSER / path.removeprefix("/browser/")
            return (200, {"content-type": "text/javascript"}, file.read_bytes()) if file.is_file() else (404, {}, b"")
        if path == "/legal/policies.json":
            return 200, {"content-type": "application/json"}, self.manifest()
        return self._published(path.removeprefix("/legal/"))

    def _published(self, path: str) -> Answer:
        for item in self.policies:
            digests = self.digests(item)
            if path == f"{item['id']}/versions.{digest(digests.decode()).removeprefix('sha256:')}.json":
                return 200, {"content-type": "application/json"}, digests
            for each in item["versions"]:
                for language, text in each["texts"].items():
                    if path == f"{item['id']}/{each['version']}/{language}.md":
                        return 200, {"content-type": "text/markdown; charset=utf-8"}, text.encode()
        return 404, {}, b""


def step(host: AppHost, name: str, old: dict[str, Any], new: dict[str, Any], language: str = "en", **more: Any) -> None:
    """Publish on `host` a redline of the policy `name` that deletes the text `old` and adds the text `new`."""
    sides = {
        side: {"seq": item["seq"], "version": item["version"], "digest": item["digests"][language]}
        for side, item in (("old", old), ("new", new))
    }
    runs = [{"op": "delete", "text": old["texts"][language]}, {"op": "insert", "text": new["texts"][language]}]
    document = {
        "type": "policy-changes",
        "spec": "1.0",
        "site": host.site,
        "policy": name,
        "language": language,
        **sides,
        "summary": [],
        "runs": runs,
        "clauses": [],
        **more,
    }
    host.serve(f"/legal/{name}/changes/{old['version']}...{new['version']}/{language}.json", json.dumps(document))
