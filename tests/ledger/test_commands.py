"""The commands of the ledger: a real process that serves, is stopped, and is started again without its site."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from book_builder import BookBuilder
from client.published_site import Published
from inforce.ledger.keys import is_signed
from inforce.ledger.log.checkpoint import Checkpoint, Note, VerifierKey
from ledger.receipts import receipt

SITE = "https://policies.shop.example/"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def local_copy(folder: Path) -> Iterator[str]:
    """Serve `folder` and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def command(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of the ledger."""
    code = [sys.executable, "-m", "inforce.cli", "ledger", *map(str, words)]
    return subprocess.run(code, input=stdin, capture_output=True, text=True, check=False)


@contextmanager
def serving(database: Path, site: str) -> Iterator[tuple[str, str]]:
    """Serve the ledger, yield the printed key and the address, and end the process with SIGTERM."""
    words = ["serve", "--database", str(database), "--site", site, "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "inforce.cli", "ledger", *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        key, line = "", process.stdout.readline()
        if line.startswith("key: "):
            key, line = line.removeprefix("key: ").strip(), process.stdout.readline()
        assert line.startswith(f"The ledger of {SITE} answers at http://127.0.0.1:")
        yield key, line.rpartition(" ")[2].strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def post(address: str, key: str, path: str, document: object) -> Any:
    answer = httpx2.post(f"{address}v1/{path}", json=document, headers={"Authorization": f"Bearer {key}"}, timeout=20)
    return answer.status_code, answer.json()


@pytest.fixture
def site(tmp_path: Path) -> Published:
    """A site whose policy requires acceptance."""
    book = BookBuilder(tmp_path / "book")
    book.policy("terms", kind="terms", act="accept").version("2026-01-15", en="# Terms\n\nWe keep our word.\n")
    published = Published(tmp_path / "site", book.read().require())
    published.publish(datetime.now(UTC))
    return published


def test_ledger_is_created_served_and_continued_without_its_site(site: Published, tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"
    digest = json.loads((site.folder / "policies.json").read_bytes())["policies"][0]["versions"][0]["digests"]["en"]
    sent = receipt(1, seq=1, version="2026-01-15", digest=digest)
    with local_copy(site.folder) as address, serving(database, address) as (key, ledger):
        status, kept = post(ledger, key, "receipts", sent)
        assert (status, kept["verdict"]) == (201, "verified")
        status, problem = post(ledger, key, "receipts", receipt(2, seq=1, version="2026-01-15", serial=1))
        assert (status, problem["type"]) == (422, "digest-contradicts")
        assert post(ledger, key, "decisions", {"subject": "u_mia"})[1]["decision"]["outcome"] == "ok"
        assert command("export", "--database", database).returncode == 4
        assert command("verify", "--database", database).stdout.startswith("2 entries, ")
        added = command("key", "add", "blog", "--scope", "read", "--database", database)
        assert post(ledger, added.stdout.removeprefix("key: ").strip(), "decisions", {"subject": "u_mia"})[0] == 200
        assert command("key", "revoke", "blog", "--database", database).stdout == "Revoked 1 key of blog.\n"
    for name in ("ledger.db", "ledger-subjects.db", "ledger.keys.json"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    with serving(database, address) as (printed, ledger):  # the local copy has ended
        assert printed == ""
        assert post(ledger, key, "receipts", sent)[0] == 200
        assert post(ledger, key, "receipts", {**sent, "id": receipt(3)["id"], "subject": "u_ben"})[0] == 201

    exported = command("export", "--database", database)
    assert [json.loads(line)["n"] for line in exported.stdout.splitlines()] == [0, 1, 2]
    note = command("checkpoint", "--database", database)
    verifier = VerifierKey.parse(note.stderr.removeprefix("verifier key: ").strip())
    assert Note.parse(note.stdout.encode()).verified([verifier], is_signed)
    assert Checkpoint.parse(Note.parse(note.stdout.encode()).text).size == 3
    published = command("publish", tmp_path / "log", "--database", database)
    assert published.stdout == f"Published a log of 3 entries in {tmp_path / 'log'}.\n"
    assert (tmp_path / "log" / "checkpoint").read_text("utf-8") == note.stdout
    assert len((tmp_path / "log" / "tile" / "0" / "000.p" / "3").read_bytes()) == 96
    erased = command("forget", "--database", database, stdin="u_mia\n")
    assert (erased.returncode, json.loads(erased.stdout)["proven"], json.loads(erased.stdout)["count"]) == (0, True, 2)
    left = [json.loads(line) for line in command("export", "--database", database).stdout.splitlines()]
    assert [entry.get("subject") for entry in left] == [None, None, "u_ben", None]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["export", "--database", "none.db"], "“inforce ledger serve” creates one"),
        (["key", "add", "shop", "--scope", "read", "--database", "none.db"], "“inforce ledger serve” creates one"),
        (["serve", "--database", "mysql://x/y", "--site", SITE], "expected a file, sqlite:///… or postgresql://…"),
        (["serve", "--database", "new.db", "--site", "http://127.0.0.1:1/"], "does not answer"),
        (["serve", "--database", "postgresql://u@/x", "--site", SITE], "--keys FILE"),
        (["export", "--database", "postgresql://u@/x?host=/nowhere", "--keys", "k"], "the database cannot be opened"),
        (["serve", "--database", "new.db", "--site", "ftp://policies.example"], "expected an https address"),
        (["serve", "--database", "new.db", "--site", "http://policies.example"], "expected an https address"),
        (["serve", "--database", "new.db", "--site", SITE, "--manifest-key", "bad.json"], "expected a public key"),
        (["serve", "--database", "new.db", "--site", SITE, "--manifest-key", "list.json"], "expected a public key"),
    ],
)
def test_wrong_use_is_answered_with_one_message(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    ended = command(*words)
    assert ended.returncode in (2, 4)
    assert message in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
