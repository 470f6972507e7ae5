"""The end of a command: one message, the correct exit code, no traceback, and UTF-8 in every locale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from book_builder import BookBuilder
from cli.conftest import OLD, Type
from inforce.cli import runner
from inforce.errors import HistoryError, LockError, Place, PublishedHistoryError

PROGRAM = [sys.executable, "-m", "inforce.cli"]
WRONG_WORDS = [
    pytest.param(["stauts"], "there is no command “stauts” – did you mean “status”?", id="a misspelt command"),
    pytest.param(
        ["status", "--at", "2027-02-30"], "expected an existing date, got “2027-02-30”", id="a date that does not exist"
    ),
    pytest.param(["status", "--at", "tomorrow"], "expected a date such as “2027-03-01”", id="no instant"),
    pytest.param(
        ["status", "--at", "2027-03-01T00:00:00"], "got “2027-03-01T00:00:00”", id="an instant without a zone"
    ),
    pytest.param(["status", "--fromat", "json"], "--fromat", id="a misspelt option"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG_WORDS)
def test_wrong_arguments_exit_with_2_and_an_explanation(
    inforce: Type, book: BookBuilder, words: list[str], sentence: str
) -> None:
    ended = inforce("--repo", book.root, *words)
    assert ended.code == 2
    assert sentence in ended.err
    assert ended.out == ""


def test_missing_book_is_reported_and_exits_with_2(inforce: Type, tmp_path: Path) -> None:
    ended = inforce("status", "--repo", tmp_path)
    assert ended.code == 2
    assert f"{tmp_path / 'policy_versions'}" in ended.err
    assert "this folder has no book" in ended.err
    assert "inforce init" in ended.err


def test_repository_option_is_accepted_before_and_after_the_command(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inforce("--repo", book.root, "status", "--at", "2027-01-20")
    after = inforce("status", "--repo", book.root, "--at", "2027-01-20")
    monkeypatch.chdir(book.root)
    here = inforce("status", "--at", "2027-01-20")
    assert "privacy" in before.out
    assert before == after == here


def test_environment_variable_sets_the_instant(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFORCE_AT", "2027-01-20")
    assert "as of 2027-01-20 00:00 Europe/Berlin" in inforce("status", "--repo", book.root).out


def test_source_date_epoch_sets_the_clock(inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert "as of 2027-01-15 09:00 Europe/Berlin" in inforce("status", "--repo", book.root).out


FAILURES = [
    pytest.param(LockError(Place(path="lock.json"), "is odd"), 2, "inforce: lock.json: is odd\n", id="a book error"),
    pytest.param(PublishedHistoryError(Place(path="a"), "changed"), 3, "inforce: a: changed\n", id="changed history"),
    pytest.param(HistoryError("git is missing"), 4, "inforce: git is missing\n", id="the environment"),
    pytest.param(
        OSError(28, "No space left", "site"),
        4,
        "inforce: site cannot be used: No space left; free space on the disk\n",
        id="a full disk",
    ),
    pytest.param(KeyboardInterrupt(), 130, "", id="Ctrl-C"),
    pytest.param(click.Abort(), 130, "", id="an unanswered prompt"),
    pytest.param(BrokenPipeError(), 141, "", id="a closed pipe"),
    pytest.param(
        ModuleNotFoundError(name="docx"),
        4,
        "docx, which is not installed; python -m pip install 'python-docx>=1.2,<2'\n",
        id="no docx",
    ),
    pytest.param(
        ModuleNotFoundError(name="yaml"),
        4,
        "yaml, which is not installed; install the wheel of inforce with its extra “site”\n",
        id="no yaml",
    ),
    pytest.param(
        LockError(Place(path="a"), "\x1b[2J"), 2, "inforce: a: <U+001B>[2J\n", id="terminal control characters"
    ),
]


@pytest.mark.parametrize(("failure", "code", "sentence"), FAILURES)
def test_every_error_prints_one_message_and_sets_its_exit_code(
    inforce: Type, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int, sentence: str
) -> None:
    def fail(_context: click.Context) -> None:
        raise failure

    monkeypatch.setattr(runner.inforce, "invoke", fail)
    ended = inforce("status")
    assert ended.code == code
    assert ended.err.endswith(sentence)
    assert ended.err.count("\n") <= 1


def test_programming_errors_keep_their_traceback(inforce: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_context: click.Context) -> None:
        raise ModuleNotFoundError(name="inforce.nowhere")

    monkeypatch.setattr(runner.inforce, "invoke", fail)
    with pytest.raises(ModuleNotFoundError):
        inforce("status")


def test_missing_site_extra_prints_the_package_to_install() -> None:
    words = "import sys; sys.modules['click'] = None; from inforce.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert ended.returncode == 4
    fix = "install the wheel of inforce with its extra “site”"
    assert ended.stderr == f"inforce: the commands need click, which is not installed; {fix}\n"


def test_help_imports_only_click() -> None:
    words = "import sys; from inforce.cli.runner import run; run(['--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split()
    assert "click" in loaded
    assert {"rich", "yaml", "babel", "inforce.policy.catalog", "inforce.book"}.isdisjoint(loaded)


def test_output_is_utf8_in_every_locale(book: BookBuilder) -> None:
    poor = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    words = [*PROGRAM, "status", "--repo", str(book.root), "--at", "2027-01-20"]
    ended = subprocess.run(words, capture_output=True, env={**os.environ, **poor}, check=True)
    assert "Example Shop · https://policies.shop.example/" in ended.stdout.decode("utf-8")


def test_closed_pipe_prints_no_error_message(book: BookBuilder) -> None:
    words = [*PROGRAM, "status", "--repo", str(book.root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        complaint = process.stderr.read()
    assert complaint == b""
    assert process.returncode == 141


def test_version_is_printed(inforce: Type) -> None:
    from inforce import __version__

    assert inforce("--version").out == f"inforce {__version__}\n"


def test_terminal_output_is_wrapped_between_words_with_indentation(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    book.write("policy_versions/privacy/2027-03-01/en.md", OLD)
    shown = inforce("check", "--repo", book.root, "--at", "2027-04-01").out
    plain = re.sub("\x1b\\[[0-9;]*m", "", shown)
    lines = [line.rstrip() for line in plain.splitlines() if line.startswith("    ")]
    assert len(lines) > 2
    assert max(map(len, lines)) <= 60
    assert "“2027-03-01” has no summary of the changes since the previous version." in " ".join(" ".join(lines).split())
