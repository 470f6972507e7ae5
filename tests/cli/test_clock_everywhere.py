"""An invalid instant is the same error at every entry point: commands, server, plugin and workflow scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import click
import pytest

import copies
from book_builder import BookBuilder
from built import scaffold
from cli.conftest import Type, everything_in, privacy_book
from cli.test_reference import TREE
from inforce.signing import generate_key, write_private_key

ACTION = Path(__file__).parents[2] / "tooling/action"
INSTANT = "expected a date such as “2027-03-01” or an instant such as “2027-03-01T00:00:00Z”, got “tomorrow”"
RANGE = "expected an instant from 1970-01-01T00:00:00Z to 9998-12-31T23:59:59Z, got “1969-01-01”"
SECONDS = "expected seconds since 1970 as digits, at most 253370764799, got “{}”"
BAD = [
    pytest.param("INFORCE_AT", "tomorrow", f"INFORCE_AT: {INSTANT}", id="invalid INFORCE_AT"),
    pytest.param("INFORCE_AT", "1969-01-01", f"INFORCE_AT: {RANGE}", id="INFORCE_AT before 1970"),
    pytest.param(
        "SOURCE_DATE_EPOCH", "abc", f"SOURCE_DATE_EPOCH: {SECONDS.format('abc')}", id="epoch that is not a number"
    ),
    pytest.param(
        "SOURCE_DATE_EPOCH", "١٢٣", f"SOURCE_DATE_EPOCH: {SECONDS.format('١٢٣')}", id="epoch in Arabic digits"
    ),
    pytest.param(
        "SOURCE_DATE_EPOCH", "9" * 99, f"SOURCE_DATE_EPOCH: {SECONDS.format('9' * 60 + '…')}", id="huge epoch"
    ),
]
BAD_OPTIONS = [
    pytest.param("--at", "tomorrow", f"--at: {INSTANT}", id="invalid --at"),
    pytest.param("--at", "1969-01-01", f"--at: {RANGE}", id="--at before 1970"),
    pytest.param("--at", "", f"--at: {INSTANT.replace('tomorrow', '')}", id="empty --at"),
]
# The arguments of every command with `--at`, in addition to --repo.
WORDS: dict[str, list[str]] = {
    "new": ["privacy", "--effective", "2028-01-01", "--change", "notice"],
    "check": [],
    "freeze": [],
    "status": [],
    "pdf": ["privacy", "2026-01-15", "--output", "x.pdf"],
    "notice": ["privacy", "2026-01-15"],
    "review": ["--base", "HEAD"],
    "build": [],
    "serve": [],
    "manifest": [],
    "import text": ["notes.txt", "--policy", "privacy", "--effective", "2028-01-01"],
    "sign": ["site"],
    "verify": ["site"],
}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> BookBuilder:
    """The book, committed, with a site that can be signed and a text to import.

    Tests share it, because each command must leave it unchanged.
    """
    book = scaffold(privacy_book(tmp_path_factory.mktemp("clock") / "repository"))
    book.write("notes.txt", "# Privacy\n\nOther words.\n")
    book.write("site/policies.json", "{}")
    book.commit("the book")
    write_private_key(book.root.parent / "key.json", generate_key())
    return book


@pytest.fixture
def repository(committed: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> BookBuilder:
    """The committed book, as the current folder."""
    book = committed
    monkeypatch.chdir(book.root)
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(book.root.parent / "key.json"))
    monkeypatch.setenv("INFORCE_CACHE", str(book.root.parent / "cache"))
    return book


def test_every_command_with_an_instant_is_in_the_table() -> None:
    def takes_instant(command: click.Command) -> bool:
        return any("--at" in parameter.opts for parameter in command.params)

    assert set(WORDS) == {name for name, command in TREE.items() if takes_instant(command)}


@pytest.mark.parametrize(("source", "value", "message"), [*BAD_OPTIONS, *BAD])
@pytest.mark.parametrize("command", WORDS)
def test_command_with_an_invalid_instant_exits_with_2_and_one_message(
    inforce: Type,
    repository: BookBuilder,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    source: str,
    value: str,
    message: str,
) -> None:
    words = [*command.split(), *WORDS[command]]
    if source == "--at":
        words += [source, value]
    else:
        monkeypatch.setenv(source, value)
    before = everything_in(repository.root)
    ended = inforce(*words)
    assert (ended.code, ended.out, ended.err) == (2, "", f"inforce: {message}\n")
    assert everything_in(repository.root) == before


# Entry points that run as separate processes: arguments of Python and exit code.
PROGRAMS = [
    pytest.param(["-m", "mkdocs", "build", "-q"], 1, id="mkdocs build"),
    pytest.param(["-m", "mkdocs", "build", "-q", "--strict"], 1, id="mkdocs build --strict"),
    pytest.param([str(ACTION / "review.py")], 2, id="review.py"),
    pytest.param([str(ACTION / "preview.py")], 2, id="preview.py"),
    pytest.param([str(ACTION / "watch.py")], 2, id="watch.py"),
    pytest.param([str(ACTION / "propose.py"), "new"], 2, id="propose.py new"),
    pytest.param([str(ACTION / "propose.py"), "freeze"], 2, id="propose.py freeze"),
]
JOB = {
    "BASE": "HEAD",
    "REVIEW": "../review",
    "SITE": "",
    "ACTOR": "ada",
    "TARGET": "main",
    "POLICY": "privacy",
    "EFFECTIVE": "2028-01-01",
    "CHANGE": "notice",
    "GITHUB_SERVER_URL": "https://github.example",
}


@pytest.mark.parametrize(("source", "value", "message"), [BAD[0], BAD[2]])
@pytest.mark.parametrize(("words", "code"), PROGRAMS)
def test_program_with_an_invalid_instant_exits_with_the_same_message(
    repository: BookBuilder, words: list[str], code: int, source: str, value: str, message: str
) -> None:
    path = f"{Path(copies.inforce()).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, **JOB, "PATH": path, source: value}
    ended = subprocess.run([copies.python(), *words], env=env, capture_output=True, text=True, check=False)
    output = ended.stdout + ended.stderr
    assert ended.returncode == code, output
    assert output.count(message) == 1, output
    assert "Traceback" not in output
    assert not (repository.root / "other").exists()
