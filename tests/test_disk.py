"""Single files: only regular files are opened, opening never blocks, and writes are atomic."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

import inforce
from inforce.disk import create_file, how_to_fix, open_regular, read_regular, replace_file
from special_files import SPECIAL_FILES, Make, without_waiting


@pytest.mark.parametrize(("make", "kind"), SPECIAL_FILES)
def test_special_file_is_rejected_without_blocking(tmp_path: Path, make: Make, kind: str) -> None:
    place = tmp_path / "file"
    make(place)
    before = place.lstat()
    actions: list[Callable[[], object]] = [
        lambda: read_regular(place),
        lambda: open_regular(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
        lambda: replace_file(place, b"x"),
    ]
    for action in actions:
        with without_waiting(), pytest.raises(OSError, match=f"expected a file, got {kind}|Is a directory"):
            action()
    assert place.lstat().st_ino == before.st_ino
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_special_file_with_the_temporary_name_is_removed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".new")
    with without_waiting():
        replace_file(tmp_path / "file", b"x", temporary=tmp_path / ".new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"x")]


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert (read_regular(tmp_path / "file", 3), read_regular(tmp_path / "file")) == (b"123", b"12345")


def test_existing_file_is_never_replaced_by_create_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "file").write_bytes(b"old")
    for name in ("link", "file"):
        with pytest.raises(FileExistsError):
            create_file(tmp_path / name, b"new")
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize("mask", [0o077, 0o000], ids=["strict umask", "open umask"])
def test_mode_is_as_requested_or_determined_by_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        create_file(tmp_path / "chosen", b"", mode=0o640)
        create_file(tmp_path / "default", b"")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("chosen", "default")]
    assert modes == [0o640, 0o666 & ~mask]


@pytest.mark.parametrize("step", ["fsync", "open"])
def test_failed_write_leaves_only_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    for write, name in ((replace_file, "file"), (create_file, "other")):
        with pytest.raises(OSError, match="No space left") as problem:
            write(tmp_path / name, b"new")
        assert problem.value.filename == str(tmp_path / name)
    monkeypatch.undo()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


@pytest.mark.parametrize(("durable", "synced"), [(True, 1), (False, 0)], ids=["durable", "not durable"])
def test_only_durable_writes_call_fsync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, synced: int
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)

    replace_file(tmp_path / "file", b"new", modified=5, durable=durable)

    assert (len(calls), (tmp_path / "file").read_bytes(), (tmp_path / "file").stat().st_mtime) == (synced, b"new", 5)


def test_no_other_module_writes_temporary_files_or_replaces_files() -> None:
    package = Path(inforce.__file__).parent
    writing = re.compile(r"\bfsync\(|\bos\.(?:replace|rename|O_EXCL)|\bmkstemp|\bNamedTemp|emporary\.replace\(")

    found = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if writing.search(path.read_text())}

    assert found == {"disk.py"}


def test_fix_depends_on_the_error_number() -> None:
    assert how_to_fix(OSError(errno.ENOSPC, "full")) == "free space on the disk"
    assert how_to_fix(OSError("odd"), "begin again") == "begin again"
