"""Atomic writes: a failure leaves either the old or the new content, and only folders with a site are replaced."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from inforce.book import files
from inforce.book.files import new_folder, write_file
from inforce.errors import SetupError


def names(folder: Path) -> list[str]:
    """Return all names in `folder`, including hidden ones."""
    return sorted(path.name for path in folder.iterdir())


def build(target: Path, words: str) -> None:
    """Create a site with one page that contains `words` at `target`."""
    with new_folder(target) as fresh:
        (fresh / "index.html").write_text(words)


def build_half(target: Path) -> NoReturn:
    """Start writing a site and raise an exception."""
    with new_folder(target) as fresh:
        (fresh / "index.html").write_text("half")
        raise KeyError


def words_of(target: Path) -> str:
    return (target / "index.html").read_text()


class TestFiles:
    def test_write_file_creates_missing_folders(self, tmp_path: Path) -> None:
        write_file(tmp_path / "a/b/c.txt", "Straße\n")
        assert (tmp_path / "a/b/c.txt").read_bytes() == "Straße\n".encode()
        assert names(tmp_path / "a/b") == ["c.txt"]

    def test_write_file_replaces_the_old_file(self, tmp_path: Path) -> None:
        file = tmp_path / "c.txt"
        write_file(file, "a longer text\r\n")
        write_file(file, b"\r\n\0")
        assert file.read_bytes() == b"\r\n\0"

    @pytest.mark.parametrize("mask", [0o077, 0o000], ids=["a strict umask", "an open umask"])
    def test_written_file_is_readable_by_all_and_writable_by_its_owner(self, tmp_path: Path, mask: int) -> None:
        before = os.umask(mask)
        try:
            write_file(tmp_path / "c.txt", "x")
        finally:
            os.umask(before)
        assert (tmp_path / "c.txt").stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_full_disk_leaves_only_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        file = tmp_path / "c.txt"
        file.write_text("old")
        monkeypatch.setattr(Path if step == "replace" else os, step, refuse(errno.ENOSPC))
        with pytest.raises(SetupError, match=r"c\.txt cannot be written: No space left on device; free space"):
            write_file(file, "new")
        assert (file.read_text(), names(tmp_path)) == ("old", ["c.txt"])

    def test_interruption_leaves_only_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "c.txt"
        file.write_text("old")

        def interrupted(_: int) -> NoReturn:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_file(file, "new")
        assert (file.read_text(), names(tmp_path)) == ("old", ["c.txt"])

    def test_unwritable_path_raises_setup_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        (tmp_path / "folder").mkdir()
        for place in (tmp_path / "file/c.txt", tmp_path / "folder"):
            with pytest.raises(SetupError, match=r"cannot be written: .*; use another path") as refused:
                write_file(place, "x")
            assert refused.value.exit_code == 4
        assert names(tmp_path) == ["file", "folder"]

    def test_missing_permission_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "open", refuse(errno.EACCES))
        message = "cannot be written: Permission denied; change the permissions, or use another path"
        with pytest.raises(SetupError, match=message):
            write_file(tmp_path / "c.txt", "x")
        with pytest.raises(SetupError, match=message):
            build(tmp_path / "site", "x")

    def test_link_is_replaced_and_its_target_is_unchanged(self, tmp_path: Path) -> None:
        (tmp_path / "kept").write_text("kept")
        (tmp_path / "c.txt").symlink_to("kept")
        write_file(tmp_path / "c.txt", "new")
        assert [(tmp_path / name).read_text() for name in ("kept", "c.txt")] == ["kept", "new"]

    def test_file_name_of_maximum_length_is_written(self, tmp_path: Path) -> None:
        name = "𝒳" * 62
        write_file(tmp_path / name, "x")
        assert names(tmp_path) == [name]


def refuse(number: int) -> Callable[..., NoReturn]:
    """Return a function that fails with the error `number`."""

    def step(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return step


def in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a system that cannot exchange two folders."""
    monkeypatch.setattr(files, "_exchange", lambda *_: False)


@pytest.fixture(params=["in one step", "in two steps"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test both with and without the atomic exchange of folders."""
    if request.param == "in two steps":
        in_two_steps(monkeypatch)


class TestFolders:
    @pytest.mark.usefixtures("either_way")
    def test_new_folder_replaces_the_old_one(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        build(target, "one")
        (target / "gone.html").write_text("x")
        build(target, "two")
        assert (names(target), words_of(target), names(tmp_path)) == (["index.html"], "two", ["site"])
        assert target.stat().st_mode & 0o777 == 0o755

    @pytest.mark.usefixtures("either_way")
    def test_exception_leaves_only_the_old_folder(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        build(target, "one")
        with pytest.raises(KeyError):
            build_half(target)
        assert (words_of(target), names(tmp_path)) == ("one", ["site"])

    def test_old_folder_is_visible_until_the_block_ends(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        build(target, "one")
        with new_folder(target) as fresh:
            (fresh / "index.html").write_text("two")
            assert words_of(target) == "one"
        assert words_of(target) == "two"

    def test_parent_folders_are_created(self, tmp_path: Path) -> None:
        build(tmp_path / "a/b/site", "one")
        assert words_of(tmp_path / "a/b/site") == "one"

    def test_link_to_a_folder_still_points_to_the_same_path(self, tmp_path: Path) -> None:
        (tmp_path / "www").mkdir()
        (tmp_path / "site").symlink_to("www")
        build(tmp_path / "site", "one")
        build(tmp_path / "site", "two")
        assert (tmp_path / "site").is_symlink()
        assert words_of(tmp_path / "www") == "two"

    def test_folder_that_cannot_be_moved_raises_setup_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "site"
        build(target, "one")
        monkeypatch.setattr(Path, "rename", refuse(errno.EBUSY))
        with pytest.raises(SetupError, match="site cannot be written: Device or resource busy; if a disk is"):
            build(target, "two")
        assert (words_of(target), names(tmp_path)) == ("one", ["site"])

    def test_first_rename_is_undone_if_the_second_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = tmp_path / "site"
        build(target, "one")
        in_two_steps(monkeypatch)
        rename = Path.rename

        def rename_but_not_into_place(self: Path, to: Path) -> Path:
            if ".new-" in self.name and not target.exists():
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return rename(self, to)

        monkeypatch.setattr(Path, "rename", rename_but_not_into_place)
        with pytest.raises(SetupError, match="Input/output error"):
            build(target, "two")
        assert (words_of(target), names(tmp_path)) == ("one", ["site"])

    def test_unwritable_parent_folder_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(SetupError, match="file/site cannot be written: "):
            build(tmp_path / "file/site", "one")


def a_file(target: Path) -> None:
    target.write_text("x")


def a_repository(target: Path) -> None:
    (target / ".git").mkdir(parents=True)


def a_book(target: Path) -> None:
    (target / "policy_versions").mkdir(parents=True)


def somebodys_letters(target: Path) -> None:
    target.mkdir()
    (target / "letter.txt").write_text("Dear …")


class TestWhatIsNotReplaced:
    @pytest.mark.parametrize(
        ("what", "problem"),
        [
            pytest.param(a_file, "is a file: choose a new folder", id="a file"),
            pytest.param(a_repository, "contains a repository or a book, which would be lost", id="a repository"),
            pytest.param(a_book, "contains a repository or a book, which would be lost", id="a book"),
            pytest.param(
                somebodys_letters,
                "contains files but no “policies.json”, so this program did not write it",
                id="letters",
            ),
        ],
    )
    def test_folder_with_other_content_is_not_replaced(
        self, tmp_path: Path, what: Callable[[Path], None], problem: str
    ) -> None:
        target = tmp_path / "site"
        what(target)
        with pytest.raises(SetupError) as refused, new_folder(target, marker="policies.json"):
            pass
        assert str(refused.value).startswith(f"{target} {problem}")
        assert names(tmp_path) == ["site"]

    @pytest.mark.parametrize("above", [".", ".."])
    def test_current_working_directory_is_not_replaced(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str
    ) -> None:
        (tmp_path / "project").mkdir()
        monkeypatch.chdir(tmp_path / "project")
        with (
            pytest.raises(SetupError, match="contains the working directory"),
            new_folder(Path(above)),
        ):
            pass
        assert names(tmp_path) == ["project"]

    def test_empty_folder_and_previous_site_are_replaced(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        target.mkdir()
        for _ in range(2):
            with new_folder(target, marker="policies.json") as fresh:
                (fresh / "policies.json").write_text("{}")
        assert names(target) == ["policies.json"]


BUILD_AND_WAIT = """
import sys
from pathlib import Path
from inforce.book.files import new_folder
with new_folder(Path(sys.argv[1])) as fresh:
    (fresh / "index.html").write_text("half")
    print(fresh.name, flush=True)
    sys.stdin.read()
"""


BUILD_OFTEN = """
import sys
from pathlib import Path
from inforce.book.files import new_folder
for _ in range(60):
    with new_folder(Path(sys.argv[1])) as fresh:
        (fresh / "index.html").write_text("whole")
"""


@contextmanager
def another_build(target: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a build of `target` in a subprocess until it waits half-way; return the name of its unfinished folder."""
    command = [sys.executable, "-c", BUILD_AND_WAIT, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


class TestKilledAndConcurrentBuilds:
    def test_killed_build_leaves_the_old_folder_and_the_next_one_cleans_up(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        build(target, "one")
        with another_build(target) as (process, unfinished):
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert words_of(target) == "one"
        assert names(tmp_path) == [unfinished, f"{unfinished}.lock", "site"]

        build(target, "two")

        assert (words_of(target), names(tmp_path)) == ("two", ["site"])

    def test_running_build_is_not_disturbed(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        with another_build(target) as (process, unfinished):
            build(target, "ours")
            assert names(tmp_path) == [unfinished, f"{unfinished}.lock", "site"]
            assert words_of(target) == "ours"
            process.communicate("")
            assert process.returncode == 0
        assert (words_of(target), names(tmp_path)) == ("half", ["site"])

    def test_concurrent_builds_always_leave_one_complete_folder(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        build(target, "first")
        command = [sys.executable, "-c", BUILD_OFTEN, str(target)]
        with subprocess.Popen(command) as first, subprocess.Popen(command) as two:
            while first.poll() is None or two.poll() is None:
                assert target.is_dir() or sys.platform != "linux"  # without exchange there are two steps
        assert (first.returncode, two.returncode) == (0, 0)
        assert (words_of(target), names(tmp_path)) == ("whole", ["site"])

    def test_only_leftovers_of_the_same_target_are_removed(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        unrelated = [".site.new-", ".site.new-notes", ".blog.new-abcd1234", "site.new-abcd1234", ".site.new-ABCD1234"]
        for name in unrelated:
            (tmp_path / name).mkdir()
            (tmp_path / f"{name}.lock").touch()
        (tmp_path / ".site.new-link1234.lock").symlink_to(".blog.new-abcd1234.lock")
        (tmp_path / ".site.new-link1234").mkdir()
        (tmp_path / ".site.new-abcd1234/deep").mkdir(parents=True)
        (tmp_path / ".site.new-abcd1234.lock").touch()
        (tmp_path / ".site.new-only1234.lock").touch()

        build(target, "one")

        kept = [".site.new-link1234", *unrelated]
        assert names(tmp_path) == sorted([*kept, *(f"{name}.lock" for name in kept), "site"])

    def test_link_in_place_of_a_leftover_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere/site").mkdir(parents=True)
        for name in (".site.new-link1234", ".site.old-link1234"):
            (tmp_path / name).symlink_to("elsewhere")
            (tmp_path / f"{name}.lock").touch()

        build(tmp_path / "site", "one")

        assert names(tmp_path) == [".site.new-link1234", ".site.old-link1234", "elsewhere", "site"]
        assert names(tmp_path / "elsewhere") == ["site"]

    def test_folder_moved_aside_by_a_killed_build_is_restored(self, tmp_path: Path) -> None:
        target = tmp_path / "site"
        aside = tmp_path / ".site.old-abcd1234/site"
        aside.mkdir(parents=True)
        (aside / "index.html").write_text("one")
        (tmp_path / ".site.old-abcd1234.lock").touch()
        with pytest.raises(KeyError):
            build_half(target)
        assert (words_of(target), names(tmp_path)) == ("one", ["site"])

    def test_temporary_folder_is_locked_before_it_is_created(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mkdir = Path.mkdir
        created: list[Path] = []

        def mkdir_during_another_build(self: Path, *words: Any, **named: Any) -> None:
            mkdir(self, *words, **named)
            if ".new-" in self.name:
                created.append(self)
                if len(created) == 1:
                    build(tmp_path / "site", "another")
                    assert self.is_dir()

        monkeypatch.setattr(Path, "mkdir", mkdir_during_another_build)
        build(tmp_path / "site", "one")
        assert (len(created), words_of(tmp_path / "site"), names(tmp_path)) == (2, "one", ["site"])

    def test_without_file_locks_builds_work_but_keep_leftovers(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))
        (tmp_path / ".site.new-abcd1234").mkdir()
        (tmp_path / ".site.new-abcd1234.lock").touch()
        build(tmp_path / "site", "one")
        assert names(tmp_path) == [".site.new-abcd1234", ".site.new-abcd1234.lock", "site"]
