"""`inforce serve`: a local server that rebuilds the site on changes and ends on a signal."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from book_builder import BookBuilder, instant
from cli.conftest import Type, listening
from inforce.book.user_cache import cache_folder
from inforce.client import Policies

PATIENCE = 60
SITE_YML = "site_name: Policies\ntheme: {name: material}\nplugins: [inforce]\n"


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(shell: BookBuilder, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run `inforce serve` as a process."""
    words = [
        sys.executable,
        "-m",
        "inforce.cli",
        "serve",
        "--repo",
        str(shell.root),
        "--port",
        str(port),
        "--at",
        "2026-06-01",
    ]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=listening
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def page_with(words: str, port: int) -> str:
    """Wait until the page of the policy contains `words`, and return it."""
    until = time.monotonic() + PATIENCE
    page = ""
    while words not in page and time.monotonic() < until:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/privacy/")
            page = connection.getresponse().read().decode()
            connection.close()
        time.sleep(0.05)
    return page


def test_server_rebuilds_on_changes_and_ends_on_ctrl_c(shell: BookBuilder) -> None:
    shell.write("mkdocs.yml", SITE_YML)
    (shell.root / "docs/index.md").unlink()
    port = free_port()
    with served(shell, port) as process:
        assert "for 12 months" in page_with("for 12 months", port)
        can_be_used_by_an_app(port)
        reset_a_connection(port)
        shell.write("policy_versions/privacy/2026-01-15/en.md", "# Privacy\n\nWe keep your data for 6 months.\n")
        assert "for 6 months" in page_with("for 6 months", port)
        process.send_signal(signal.SIGINT)
        _, output = process.communicate(timeout=PATIENCE)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    assert process.returncode == 0
    assert "Traceback" not in output


def reset_a_connection(port: int) -> None:
    """Connect and end the connection with a reset, as a browser does that is killed."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET /privacy/ HTTP/1.1\r\n")


def can_be_used_by_an_app(port: int) -> None:
    """Read the manifest and a text with the client, and check that pages of other origins may do so."""
    policies = Policies(f"http://127.0.0.1:{port}/", clock=lambda: instant("2026-06-01T00:00:10Z"))
    assert policies.check([], "u_mia")["outcome"] == "prompt"
    assert "for 12 months" in policies.text("privacy", 1, "en").markdown
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/policies.json")
    assert connection.getresponse().headers["access-control-allow-origin"] == "*"
    connection.close()


def answer(path: str, port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_saving_a_text_rebuilds_only_affected_pages_and_reloads_open_ones(shell: BookBuilder) -> None:
    """The terms do not depend on the privacy policy: none of their files is rebuilt."""
    shell.write("mkdocs.yml", SITE_YML)
    (shell.root / "docs/index.md").unlink()
    terms = shell.policy("terms").version("2026-01-15").version("2026-03-01")
    port = free_port()
    with served(shell, port):
        assert b"reload.js" in page_with("for 12 months", port).encode()
        version = answer("/__inforce/changes/0", port)
        folder = cache_folder(shell.root, os.environ) / f"served-{port}"
        before = {path: path.stat() for path in (folder / terms.id).rglob("*.html")}
        page = (folder / "privacy/index.html").stat()
        shell.write("policy_versions/privacy/2026-01-15/en.md", "# Privacy\n\nWe keep your data for 6 months.\n")
        assert answer(f"/__inforce/changes/{int(version)}", port) != version
        assert "for 6 months" in page_with("for 6 months", port)
        assert {path: path.stat() for path in (folder / terms.id).rglob("*.html")} == before
        assert (folder / "privacy/index.html").stat() != page
    assert len(before) > 3


def test_unreadable_text_is_reported_and_the_site_is_unchanged(shell: BookBuilder) -> None:
    shell.write("mkdocs.yml", SITE_YML)
    (shell.root / "docs/index.md").unlink()
    port = free_port()
    with served(shell, port) as process:
        assert "for 12 months" in page_with("for 12 months", port)
        shell.write("policy_versions/privacy/2026-01-15/en.md", b"# Privacy\n\n\xff\n")
        assert process.stderr
        line = ""
        while "ERROR" not in line:
            line = process.stderr.readline()
        assert "policy_versions/privacy/2026-01-15/en.md:3: is not UTF-8 at byte 11 (0xff)" in line
        assert "for 12 months" in page_with("for 12 months", port)
        shell.write("policy_versions/privacy/2026-01-15/en.md", "# Privacy\n\nWe keep your data for 6 months.\n")
        assert "for 6 months" in page_with("for 6 months", port)


def test_port_in_use_is_reported(inforce: Type, shell: BookBuilder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = inforce("serve", "--repo", shell.root, "--port", port)
    assert ended.code == 4
    assert f"port {port} cannot be used" in ended.err
    assert "--port" in ended.err


def test_unreadable_book_is_not_served(inforce: Type, shell: BookBuilder) -> None:
    shell.write("policy_versions/privacy/2026-01-15/en.md", b"# Privacy\n\n\xff\n")
    ended = inforce("serve", "--repo", shell.root, "--port", free_port())
    assert ended.code == 2
    assert "policy_versions/privacy/2026-01-15/en.md:3: is not UTF-8 at byte 11 (0xff)" in ended.err
