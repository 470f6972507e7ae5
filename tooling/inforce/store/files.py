"""Writing: a file is there whole or not at all, and a folder takes another's place in one step.

Keeps true: whatever kills a writer, a reader finds what was there before or what is there now. What a killed build left
behind goes with the next one; what another build is still making is never touched. A folder that holds more than what
was made is not replaced: the working folder, a repository, a book.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from inforce.catalog import Lock
from inforce.disk import how_to_fix, replace_file
from inforce.errors import EnvironmentProblemError, printable
from inforce.store.names import BOOK

if sys.platform != "win32":
    import fcntl

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` through a temporary file beside it, so that a crash leaves the old one.

    The file is readable by everybody (mode 0644). EnvironmentProblemError where the folder or disk does not take it.
    """
    data = content.encode() if isinstance(content, str) else content
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data, mode=0o644)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError of the block, which writes to `path`, into an EnvironmentProblemError that says how to fix it."""
    try:
        yield
    except OSError as cause:
        raise _unwritable(path, cause) from cause


def cache_folder(root: Path) -> Path:
    """Tell where finished files of the book in `root` are kept from build to build."""
    return Path(os.environ.get("INFORCE_CACHE") or root / ".cache" / "inforce")


def write_lock(root: Path, lock: Lock) -> None:
    """Write `lock` to the lock file of the book in `root`."""
    text = json.dumps(lock.to_json(), ensure_ascii=False, indent=1)
    write_file(root / BOOK / "lock.json", text + "\n")


@contextlib.contextmanager
def new_folder(target: Path, *, known_by: str = "", spare: Path | None = None) -> Iterator[Path]:
    """Give an empty folder beside `target`; when the block ends well it takes target's place, otherwise it goes.

    Where `spare` is named and the folder above it is there, what was replaced, or what became of a block that failed,
    is kept as `spare`, and the folder given is the one kept the last time, with everything in it: for writers who bring
    a folder up to date whatever it holds.

    A reader of `target` sees the old folder or the new one, never half of one (where the system can exchange folders;
    elsewhere there is a moment without any). EnvironmentProblemError where `target` cannot or must not be replaced:
    what is there has to hold a file `known_by`, if one is named, unless it is empty.
    """
    target = target.resolve()
    _refuse_to_replace(target, known_by)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clean_up_beside(target)
        fresh, hold = _held_folder(target, "new")
        _unpack(spare, fresh)
    except OSError as cause:
        raise _unwritable(target, cause) from cause
    try:
        fresh.chmod(0o755)
        yield fresh
        try:
            _take_place(fresh, target)
        except OSError as cause:
            raise _unwritable(target, cause) from cause
    finally:
        _put_away(fresh, spare)
        _remove(fresh)
        _let_go(hold)


def _unpack(spare: Path | None, fresh: Path) -> None:
    """Put what is in `spare` into the empty folder `fresh`, as far as that can be done without copying."""
    if spare is None:
        return
    with contextlib.suppress(OSError):  # there is none, or on another disk, or another build was quicker
        taken = fresh / spare.name
        spare.rename(taken)
        for path in taken.iterdir():
            path.rename(fresh / path.name)
        taken.rmdir()


def _put_away(replaced: Path, spare: Path | None) -> None:
    """Keep the folder `replaced`, if there still is one, as `spare`, unless another build was quicker."""
    with contextlib.suppress(OSError):
        if spare is not None and spare.parent.is_dir():
            replaced.rename(spare)


def _refuse_to_replace(target: Path, known_by: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        problem = "is a file"
    elif _is_working_in(target):
        problem = "holds the folder you are working in"
    elif (target / ".git").exists() or (target / BOOK).exists():
        problem = "holds a repository or a book, which would be lost"
    elif known_by and any(target.iterdir()) and not (target / known_by).exists():
        problem = f"holds files, and no “{known_by}” that would tell they were made here"
    else:
        return
    raise EnvironmentProblemError(f"{printable(str(target))} {problem}: name a new folder")


def _is_working_in(target: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(target)
    except OSError:  # the working folder is gone
        return False


def _take_place(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)  # where there is none yet, or an empty one
    except OSError as cause:
        if cause.errno not in _TAKEN:
            raise
        if not _exchange(fresh, target):
            _step_aside(fresh, target)


def _exchange(one: Path, two: Path) -> bool:
    """Swap two folders in one step where the system can (Linux: renameat2)."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(two), _RENAME_EXCHANGE)
    return bool(done == 0)


def _step_aside(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target` in two steps; when the second one fails, the first is undone."""
    aside, hold = _held_folder(target, "old")
    old = aside / target.name
    try:
        target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            old.rename(target)
            raise
    finally:
        _remove(aside)
        _let_go(hold)


def _held_folder(target: Path, purpose: str) -> tuple[Path, int | None]:
    """Make a folder beside `target` and hold it: as long as this process lives, nobody cleans it up."""
    while True:
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.{purpose}-"))
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            try:
                hold = _hold(fresh)
                if fresh.exists():
                    return fresh, hold
            except OSError:
                _remove(fresh)
                raise
            _let_go(hold)
        # Another build found the folder in the moment between the two steps, and cleaned it up.


def _clean_up_beside(target: Path) -> None:
    """Remove what killed builds of `target` left: folders nobody holds. Two builds at once leave each other alone."""
    left = re.compile(re.escape(f".{target.name}.") + r"(?:new|old)-[a-z0-9_]{8}")
    for folder in [path for path in target.parent.iterdir() if left.fullmatch(path.name)]:
        with contextlib.suppress(OSError):  # held, gone, or not ours
            hold = _hold(folder)
            if hold is None:
                continue
            aside = folder / target.name
            if f".{target.name}.old-" in folder.name and aside.exists() and not target.exists():
                aside.rename(target)
            _remove(folder)
            _let_go(hold)


def _hold(folder: Path) -> int | None:
    """Lock `folder` until let go or until this process ends, however it ends; BlockingIOError where another holds it.

    None where a system or disk knows no such locks: then leftovers stay, and nothing is lost.
    """
    if sys.platform == "win32":
        return None
    hold = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(hold)
        if isinstance(cause, BlockingIOError):
            raise
        return None
    return hold


def _remove(folder: Path) -> None:
    """Remove `folder` as far as that is possible."""
    with contextlib.suppress(OSError):  # rmtree raises what fstat raises, also where it is told to ignore errors
        shutil.rmtree(folder, ignore_errors=True)


def _let_go(hold: int | None) -> None:
    if hold is not None:
        os.close(hold)


def _unwritable(path: Path, cause: OSError) -> EnvironmentProblemError:
    fix = how_to_fix(cause)
    return EnvironmentProblemError(f"{printable(str(path))} cannot be written: {cause.strerror or cause}; {fix}")
