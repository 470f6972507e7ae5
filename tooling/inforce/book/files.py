"""Writing: a file is there whole or not at all, and a folder takes another's place in one step.

Keeps true: whatever kills a writer, a reader finds what was there before or what is there now. What a killed build left
behind goes with the next one; what another build is still making is never touched. A folder that holds more than what
was made is not replaced: the working folder, a repository, a book.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from inforce.book.paths import BOOK
from inforce.disk import create_file, how_to_fix, read_regular, replace_file
from inforce.errors import SetupError, printable
from inforce.policy.lock import Lock

if sys.platform != "win32":
    import fcntl

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_SECRET_BYTES = 32
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` through a temporary file beside it, so that a crash leaves the old one.

    The file is readable by everybody (mode 0644). SetupError where the folder or disk does not take it.
    """
    data = content.encode() if isinstance(content, str) else content
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data, mode=0o644)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError of the block, which writes to `path`, into an SetupError that says how to fix it."""
    try:
        yield
    except OSError as cause:
        raise _unwritable(path, cause) from cause


def cache_folder(root: Path) -> Path:
    """Return the folder that keeps finished files of the book in `root` from build to build.

    It lies outside the repository, so that no commit can put anything into it; INFORCE_CACHE names another folder.
    """
    if named := os.environ.get("INFORCE_CACHE"):
        return Path(named)
    return user_folder() / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]


def user_folder() -> Path:
    """Return the folder of inforce in this user's cache folder.

    The cache folder is that of the XDG Base Directory Specification, and of the system on macOS and Windows. Where the
    user has no home folder, SetupError.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named) / "inforce"
    try:
        home = Path.home()
    except RuntimeError as cause:
        message = "there is no home folder to keep a cache in: set INFORCE_CACHE to a folder outside the repository"
        raise SetupError(message) from cause
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "inforce"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "inforce" / "Cache"
    return home / ".cache" / "inforce"


@functools.cache
def machine_secret() -> bytes:
    """Return 32 secret bytes of this user on this machine, with which entries of the cache are sealed.

    They are made at the first use. Where they cannot be kept, each process has its own, and finds nothing in the cache.
    """
    with contextlib.suppress(OSError, SetupError):
        path = user_folder() / "secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            create_file(path, secrets.token_bytes(_SECRET_BYTES), mode=0o600)
        found = read_regular(path, _SECRET_BYTES, getattr(os, "O_NOFOLLOW", 0))
        if len(found) == _SECRET_BYTES and _is_private(path):
            return found
    return secrets.token_bytes(_SECRET_BYTES)


def _is_private(path: Path) -> bool:
    """Return whether only this user can read and write the file `path`."""
    if sys.platform == "win32":
        return True
    state = path.lstat()
    return state.st_uid == os.geteuid() and not state.st_mode & 0o077


def real_folder(path: Path) -> Path:
    """Make the folder `path` where there is none, and return it; a link or file of that name is removed."""
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_lock(root: Path, lock: Lock) -> None:
    """Write `lock` to the lock file of the book in `root`."""
    text = json.dumps(lock.to_json(), ensure_ascii=False, indent=1)
    write_file(root / BOOK / "lock.json", text + "\n")


@contextlib.contextmanager
def new_folder(target: Path, *, known_by: str = "", keep_previous: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside `target`; when the block ends well it takes target's place, otherwise it goes.

    With `keep_previous` the folder that was replaced, or was left by a block that failed, stays beside `target` as
    `.NAME.previous`, and the folder yielded is the one that stayed the last time, with everything in it: for writers
    that bring a folder up to date whatever it contains.

    A reader of `target` sees the old folder or the new one, never half of one (where the system can exchange folders;
    elsewhere there is a moment without any). SetupError where `target` cannot or must not be replaced:
    what is there has to hold a file `known_by`, if one is named, unless it is empty.
    """
    target = target.resolve()
    _refuse_to_replace(target, known_by)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clean_up_beside(target)
        fresh, hold = _held_folder(target, "new")
        previous = target.with_name(f".{target.name}.previous") if keep_previous else None
        known = _unpack(previous, fresh)
    except OSError as cause:
        raise _unwritable(target, cause) from cause
    try:
        fresh.chmod(0o755)
        yield fresh
        try:
            _take_place(fresh, target)
        except OSError as cause:
            raise _unwritable(target, cause) from cause
        known = True
    finally:
        _put_away(fresh, previous if known else None)
        _remove(fresh)
        _let_go(hold)


def _unpack(previous: Path | None, fresh: Path) -> bool:
    """Move the entries of the folder `previous` into the empty folder `fresh`, and return whether there was one.

    A link of that name is removed, not followed.
    """
    if previous is None:
        return False
    with contextlib.suppress(OSError):  # there is none, or another build was quicker
        taken = fresh / previous.name
        previous.rename(taken)
        if not stat.S_ISDIR(taken.lstat().st_mode):
            taken.unlink()
            return False
        for path in taken.iterdir():
            path.rename(fresh / path.name)
        taken.rmdir()
        return True
    return False


def _put_away(replaced: Path, previous: Path | None) -> None:
    """Keep the folder `replaced`, if there still is one, as `previous`, unless another build was quicker."""
    with contextlib.suppress(OSError):
        if previous is not None:
            replaced.rename(previous)


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
    raise SetupError(f"{printable(str(target))} {problem}: name a new folder")


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


def _unwritable(path: Path, cause: OSError) -> SetupError:
    fix = how_to_fix(cause)
    where = path
    if cause.errno == errno.EINVAL and isinstance(cause.filename, str) and Path(cause.filename).is_relative_to(path):
        where = Path(cause.filename)  # one of several files in the folder `path` is not a regular one
    return SetupError(f"{printable(str(where))} cannot be written: {cause.strerror or cause}; {fix}")
