"""Closed or full standard streams, or a reader that ends: the exit code is correct and there is no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.conftest import everything_in, privacy_book, with_substitute_for_mkdocs
from cli.test_reference import TREE
from inforce.signing import generate_key, write_private_key

FULL = "inforce: standard output cannot be used: No space left on device; free space on the disk\n"
# The arguments of every command, and its exit code with working streams.
WORDS: dict[str, tuple[str, int]] = {
    "init": ("init ../new", 0),
    "new": ("new privacy --effective 2028-01-01 --change notice", 0),
    "check": ("check", 0),
    "freeze": ("freeze --at 2026-06-01", 0),
    "status": ("status", 0),
    "diff": ("diff privacy 2026-01-15 2027-03-01", 0),
    "pdf": ("pdf privacy nothing", 2),
    "notice": ("notice privacy 2027-03-01", 0),
    "review": ("review --base HEAD", 0),
    "build": ("build --at 2026-06-01", 0),
    "serve": ("serve --at tomorrow", 2),
    "manifest": ("manifest", 0),
    "docx export": ("docx export privacy 2027-03-01 --out x.docx", 0),
    "docx import": ("docx import notes.txt", 2),
    "import git": ("import git nothing.md --policy old", 2),
    "import text": ("import text notes.txt --policy terms --kind terms --act none --effective 2028-01-01", 0),
    "keygen": ("keygen --out ../other.json", 0),
    "sign": ("sign nothing", 2),
    "verify": ("verify nothing", 2),
    "ledger backup": ("ledger backup out --database nothing.db", 4),
    "ledger checkpoint": ("ledger checkpoint --database nothing.db", 4),
    "ledger evidence": ("ledger evidence x --database nothing.db --site site", 2),
    "ledger export": ("ledger export --database nothing.db", 4),
    "ledger forget": ("ledger forget --database nothing.db", 4),
    "ledger import": ("ledger import csv users.csv --database nothing.db --site https://policies.example.org", 2),
    "ledger key add": ("ledger key add shop --scope read --database nothing.db", 4),
    "ledger key list": ("ledger key list --database nothing.db", 4),
    "ledger key revoke": ("ledger key revoke shop --database nothing.db", 4),
    "ledger publish": ("ledger publish out --database nothing.db", 4),
    "ledger report": ("ledger report --database nothing.db --site https://policies.example.org", 4),
    "ledger restore": ("ledger restore nothing --database new.db", 4),
    "ledger rewrap": ("ledger rewrap --database nothing.db", 4),
    "ledger serve": ("ledger serve --database other:// --site https://policies.example.org", 4),
    "ledger stamp": ("ledger stamp --tsa http://127.0.0.1:1/ --database nothing.db", 4),
    "ledger verify": ("ledger verify --database nothing.db", 4),
}
STREAMS = [
    pytest.param("<&- >&- 2>&-", id="all closed"),
    pytest.param(">/dev/full 2>/dev/full", id="both full"),
]
# Reads a line for each command, runs it in a copy of this process, and prints its exit code. The copy has the streams
# that Python gives a new process, and ends like one. So the package is imported once and not for each command.
COPIES = """
import gc, json, os, pkgutil, sys
from importlib import import_module
import inforce.cli
for module in pkgutil.iter_modules(inforce.cli.__path__, "inforce.cli."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
gc.freeze()
for line in iter(sys.stdin.readline, ""):
    words, folder, environ, closed = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    raise SystemExit
os.chdir(folder)
os.environ.clear()
os.environ.update(environ)
for number, name in enumerate(("stdin", "stdout", "stderr")):
    os.close(number)
    if not closed:
        os.open("/dev/full" if number else "/dev/null", os.O_RDWR)
    stream = None if closed else open(number, "w" if number else "r", closefd=False)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)
sys.argv = ["inforce", *words.split()]
inforce.cli.main()
"""


def run(root: Path, words: str, streams: str) -> subprocess.CompletedProcess[str]:
    """Run `inforce` with `words` in a shell that redirects `streams`."""
    command = f'exec "$0" -m inforce.cli {words} {streams}'
    return subprocess.run(["sh", "-c", command, sys.executable], cwd=root, capture_output=True, text=True, check=False)


Code = Callable[[Path, str, str], int]


@pytest.fixture(scope="module")
def in_a_copy() -> Iterator[Code]:
    """Return a function like `run` that returns only the exit code."""
    command = [sys.executable, "-P", "-c", COPIES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def code(root: Path, words: str, streams: str) -> int:
            print(json.dumps([words, str(root), dict(os.environ), "full" not in streams]), file=asked, flush=True)
            return int(answers.readline())

        yield code
        asked.close()


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a committed repository and a key; each test changes a copy."""
    folder = tmp_path_factory.mktemp("committed")
    book = with_substitute_for_mkdocs(privacy_book(folder / "repository"))
    book.write("notes.txt", "# Privacy\n\nOther words.\n")
    book.commit("the book")
    write_private_key(folder / "key.json", generate_key())
    return folder


@pytest.fixture
def repository(committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(committed, tmp_path / "copy")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "copy/key.json"))
    monkeypatch.setenv("INFORCE_CACHE", str(tmp_path / "copy/cache"))
    monkeypatch.setenv("INFORCE_AT", "2027-06-01")
    return tmp_path / "copy/repository"


def test_every_command_is_in_the_table() -> None:
    assert list(WORDS) == list(TREE)


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("name", WORDS)
def test_command_without_usable_streams_ends_with_its_exit_code(
    repository: Path, in_a_copy: Code, name: str, streams: str
) -> None:
    words, code = WORDS[name]
    assert in_a_copy(repository, words, streams) == (4 if "full" in streams and code == 0 else code)


@pytest.mark.parametrize("streams", STREAMS)
def test_new_process_without_usable_streams_ends_with_its_exit_code(repository: Path, streams: str) -> None:
    """As in the test above, but with the streams that Python opens in a new process."""
    for name in ("check", "verify"):
        words, code = WORDS[name]
        ended = run(repository, words, streams)
        assert (ended.stdout, ended.stderr) == ("", "")
        assert ended.returncode == (4 if "full" in streams and code == 0 else code)


def test_output_to_a_full_disk_prints_one_message(repository: Path) -> None:
    for words in ("check", "--help", "--version", "manifest --help"):
        ended = run(repository, words, ">/dev/full")
        assert (ended.returncode, ended.stderr) == (4, FULL)


def test_lock_is_not_written_if_its_output_fails(repository: Path) -> None:
    before = everything_in(repository)
    assert run(repository, "freeze", ">/dev/full").returncode == 4
    assert everything_in(repository) == before


def test_unwritable_stderr_does_not_change_the_exit_code(repository: Path) -> None:
    ended = run(repository, "freeze nonsense", "2>/dev/full")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert run(repository, "check", "2>/dev/full").stdout == run(repository, "check", "").stdout


def test_file_descriptor_of_closed_stdout_is_not_reused_for_a_file(repository: Path) -> None:
    """Without standard output, the first opened file would get number 1 and receive the output."""
    words = (
        "import os; os.close(1); os.close(2)\n"
        "from inforce.cli.streams import open_streams; open_streams()\n"
        "handle = os.open('notes.txt', os.O_RDWR)\n"
        "os.write(1, b'lost'); os.write(2, b'lost')\n"
        "raise SystemExit(handle)"
    )
    ended = subprocess.run([sys.executable, "-c", words], cwd=repository, check=False)
    assert ended.returncode > 2
    assert (repository / "notes.txt").read_text("utf-8") == "# Privacy\n\nOther words.\n"


def test_command_ends_quietly_if_the_reader_of_both_streams_ends(repository: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-m", "inforce.cli", "check"]
    with subprocess.Popen(words, cwd=repository, stdout=write, stderr=write) as process:
        os.close(write)
    assert process.returncode == 141
