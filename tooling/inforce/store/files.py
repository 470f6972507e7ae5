"""Writing: a file is there whole or not at all, and a folder takes another's place in one step."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from inforce.catalog import Lock
from inforce.errors import EnvironmentProblemError
from inforce.store.names import BOOK

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` through a temporary file beside it, so that a crash leaves the old one."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_lock(root: Path, lock: Lock) -> None:
    """Write `lock` to the lock file of the book in `root`."""
    text = json.dumps(lock.to_json(), ensure_ascii=False, indent=1)
    write_file(root / BOOK / "lock.json", text + "\n")


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target`; when the block ends well it takes target's place, otherwise it goes.

    A reader of `target` sees the old folder or the new one, never half of one.
    """
    target = target.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.new-"))
    except OSError as cause:
        message = f"{target.parent} cannot be written to: {cause.strerror}"
        raise EnvironmentProblemError(message) from cause
    try:
        fresh.chmod(0o755)
        yield fresh
        _take_place(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _take_place(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old-"))
        target.rename(old / target.name)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, two: Path) -> bool:
    """Swap two folders in one step where the system can (Linux: renameat2)."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(two), _RENAME_EXCHANGE)
    return bool(done == 0)
