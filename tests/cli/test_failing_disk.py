"""Each disk access fails: the state is the old or the new one, no temporary file remains, and the message is readable.

The method is that of SQLite (https://sqlite.org/testing.html#i_o_error_testing): one run for each call. If a place in
the code makes many calls, only the first, the second and the last one fail, so that loops over files do not multiply
the runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder
from cli.conftest import NEW, OLD, Ending, Type, everything_in
from cli.test_reference import TREE
from failing_disk import ERRORS, FailingDisk, failing
from inforce.signing import generate_key, write_private_key
from test_docx_commands import edit

# Every command that writes, except those in READS_ONLY and those with their own tests below.
WORDS = {
    "init": "init ../new",
    "new": "new privacy --effective 2029-01-01 --change notice",
    "freeze": "freeze",
    "diff": "diff privacy 2026-01-15 2027-03-01 --format markdown --output out",
    "review": "review --base HEAD --output out",
    "manifest": "manifest --output out",
    "docx export": "docx export privacy 2028-03-01 --out out",
    "docx import": "docx import text.docx",
    "import git": "import git . --file old.md --policy old --kind terms --act none",
    "import text": "import text notes.txt --policy terms --kind terms --act none --effective 2028-01-01",
    "keygen": "keygen --out out",
    "sign": "sign site",
}
READS_ONLY = {"check": "check --base HEAD", "notice": "notice privacy 2027-03-01", "status": "status"}
OWN_TESTS = {"build", "serve", "pdf", "verify", *(name for name in TREE if name.startswith("ledger "))}
RANDOM = {"keygen"}  # their output differs in each run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this project, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture
def work(inforce: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which contains a repository with input for every command."""
    book = BookBuilder(tmp_path / "work/repository", timezone="Europe/Berlin")
    policy = book.policy("privacy", kind="privacy", act="acknowledge")
    policy.version("2026-01-15", en=OLD)
    policy.version("2027-03-01", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=NEW)
    dates = {"draft": "true", "published": "2028-01-20", "effective": "2028-03-01"}
    policy.version("2028-03-01", meta=dates, en=NEW)
    book.write("notes.txt", "# Privacy\n\nOther words.\n")
    book.write("old.md", "# Old\n\nWords.\n")
    book.commit("one")
    book.write("old.md", "# Old\n\nOther words.\n")
    book.commit("two", when="2026-02-01T00:00:00Z")
    write_private_key(tmp_path / "key.json", generate_key())
    monkeypatch.chdir(book.root)
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key.json"))
    monkeypatch.setenv("INFORCE_CACHE", str(tmp_path / "cache"))
    for instant, words in [
        ("2026-05-01", "manifest --output site/policies.json"),
        ("2026-05-02", "sign site"),
        ("2027-06-01", "docx export privacy 2028-03-01 --out text.docx"),
    ]:
        monkeypatch.setenv("INFORCE_AT", instant)
        assert inforce(*words.split()).code == 0
    edit(Path("text.docx"))
    return tmp_path / "work"


def message_is_ours(ended: Ending) -> bool:
    """Return whether the command failed with place, problem and fix, and with the exit code for the environment."""
    return (
        ended.code == 4 and ended.err.rpartition("inforce: ")[1] and "; " in ended.err and "Traceback" not in ended.err
    )


def chosen(sites: list[tuple[str, str]]) -> list[int]:
    """Return the numbers of the calls to fail: of each place in the code, the first, the second and the last one."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, site in enumerate(sites, 1):
        numbers.setdefault(site, []).append(number)
    return sorted({number for calls in numbers.values() for number in (*calls[:2], calls[-1])})


def fail_each_call(
    inforce: Type, work: Path, words: str, check: Callable[[FailingDisk, Ending, dict[str, bytes]], None]
) -> tuple[Ending, dict[str, bytes]]:
    """Run the command `words` once for each of the `chosen` calls, which fails.

    Returns the result of a run without a failure, and the files after it.
    """
    here = Path.cwd()
    pristine = work.with_name("pristine")
    shutil.copytree(work, pristine, symlinks=True)
    before = everything_in(work)

    def attempt(disk: FailingDisk) -> tuple[Ending, dict[str, bytes]]:
        with failing(disk):
            ended = inforce(*words.split())
        now = everything_in(work)
        if now != before:
            os.chdir(work.parent)
            shutil.rmtree(work)
            shutil.copytree(pristine, work, symlinks=True)
            os.chdir(here)
        return ended, now

    attempt(FailingDisk())  # read only once per process
    counted = FailingDisk()
    whole = attempt(counted)
    assert len(counted.sites) >= 10
    for number in chosen(counted.sites):
        disk = FailingDisk(number, ERRORS[number % len(ERRORS)])
        ended, now = attempt(disk)
        assert disk.failed, (counted.sites[number - 1], ended)
        check(disk, ended, now)
    return whole


def test_every_command_is_tested() -> None:
    assert {*WORDS, *READS_ONLY, *OWN_TESTS} == set(TREE)


@pytest.mark.parametrize("name", WORDS)
def test_command_writes_everything_or_nothing(
    inforce: Type, work: Path, wheel: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run

    def run(command: list[Any], **named: Any) -> subprocess.CompletedProcess[Any]:
        """Run `command`, but copy the wheel in place of building it: another program's disk is not the subject."""
        return real(["cp", wheel, command[-1]] if "hatchling" in command else command, **named)

    monkeypatch.setattr("inforce.book.vendoring.subprocess.run", run)
    before = everything_in(work)
    successes = []

    def check(disk: FailingDisk, ended: Ending, now: dict[str, bytes]) -> None:
        case = (disk.sites[disk.fail_at - 1], disk.number, ended)
        if ended.code == 0:  # an error without effect, such as on removing a copy
            successes.append((case, now))
        else:
            assert message_is_ours(ended), case
            assert now == before, case

    ended, after = fail_each_call(inforce, work, WORDS[name], check)
    assert (ended.code, set(after) >= set(before), after != before) == (0, True, True)
    for case, now in successes:
        assert set(now) == set(after), case
        assert now == after or name in RANDOM, case


@pytest.mark.parametrize("name", READS_ONLY)
def test_command_that_only_reads_succeeds_or_reports_the_error(inforce: Type, work: Path, name: str) -> None:
    before = everything_in(work)

    def check(disk: FailingDisk, ended: Ending, now: dict[str, bytes]) -> None:
        assert ended.code in (0, 1) or message_is_ours(ended), (disk.sites[disk.fail_at - 1], ended)
        assert now == before

    fail_each_call(inforce, work, READS_ONLY[name], check)
