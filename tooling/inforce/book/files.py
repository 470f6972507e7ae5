"""Write files and replace folders atomically.

Invariants:
    If a writer is killed, readers see either the old content or the new content.
    A build removes the temporary folders of killed builds, but not those of running builds.
    The working directory, a repository and a book are never replaced.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from inforce.book.paths import BOOK
from inforce.disk import how_to_fix, locked, remove_file, replace_file
from inforce.errors import SetupError, printable
from inforce.policy.lock import Lock

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)
_PATIENCE_SECONDS = 10
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` through a temporary file beside it, so that a crash leaves the old file intact.

    The file mode is 0644. SetupError if the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data, mode=0o644)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Convert an OSError of the block, which writes to `path`, to a SetupError with a fix."""
    try:
        yield
    except OSError as cause:
        raise _unwritable(path, cause) from cause


def real_folder(path: Path) -> Path:
    """Create the folder `path` if it does not exist and return it; a link or file of that name is removed."""
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_lock(root: Path, lock: Lock) -> None:
    """Write `lock` to the lock file of the book in `root`."""
    text = json.dumps(lock.to_json(), ensure_ascii=False, indent=1)
    write_file(root / BOOK / "lock.json", text + "\n")


@contextlib.contextmanager
def new_folder(target: Path, *, marker: str = "", keep_previous: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside `target`, which replaces `target` if the block succeeds and is removed otherwise.

    With `keep_previous` the folder that was replaced, or that a failed block left, is kept beside `target` as
    `.NAME.previous`, and the next call yields it with its contents. Use it to update a folder incrementally.

    Readers of `target` see the old folder or the new one, never a mixture. On systems that cannot exchange folders
    `target` is missing for a moment. SetupError if `target` cannot or must not be replaced: with `marker`, an
    existing folder that is not empty must contain a file of that name.
    """
    target = target.resolve()
    _refuse_to_replace(target, marker)
    with contextlib.ExitStack() as stack:
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _clean_up_beside(target)
            fresh = stack.enter_context(_locked_folder(target, "new"))
            previous = target.with_name(f".{target.name}.previous") if keep_previous else None
            known = _move_previous_into(previous, fresh)
        try:
            fresh.chmod(0o755)
            yield fresh
            with writing(target):
                _replace(fresh, target)
            known = True
        finally:
            _keep_as_previous(fresh, previous if known else None)


def _move_previous_into(previous: Path | None, fresh: Path) -> bool:
    """Move the entries of the folder `previous` into the empty folder `fresh`; return whether `previous` existed.

    A link of that name is removed, not followed.
    """
    if previous is None:
        return False
    with contextlib.suppress(OSError):  # it does not exist, or another build moved it first
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


def _keep_as_previous(replaced: Path, previous: Path | None) -> None:
    """Rename the folder `replaced`, if it still exists, to `previous`, unless another build created that first."""
    with contextlib.suppress(OSError):
        if previous is not None:
            replaced.rename(previous)


def _refuse_to_replace(target: Path, marker: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        problem = "is a file"
    elif _is_working_in(target):
        problem = "contains the working directory"
    elif (target / ".git").exists() or (target / BOOK).exists():
        problem = "contains a repository or a book, which would be lost"
    elif marker and any(target.iterdir()) and not (target / marker).exists():
        problem = f"contains files but no “{marker}”, so this program did not write it"
    else:
        return
    raise SetupError(f"{printable(str(target))} {problem}: choose a new folder")


def _is_working_in(target: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(target)
    except OSError:  # the working directory was deleted
        return False


def _replace(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)  # succeeds if `target` is missing or empty
    except OSError as cause:
        if cause.errno not in _TAKEN:
            raise
        if not _exchange(fresh, target):
            _replace_in_two_steps(fresh, target)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders atomically; return False on systems that cannot (only Linux has renameat2)."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    result = renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    return bool(result == 0)


def _replace_in_two_steps(fresh: Path, target: Path) -> None:
    """Replace `target` with `fresh` in two renames; if the second fails, undo the first."""
    with _locked_folder(target, "old") as aside:
        old = aside / target.name
        target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            old.rename(target)
            raise


@contextlib.contextmanager
def _locked_folder(target: Path, purpose: str) -> Iterator[Path]:
    """Yield a new folder beside `target` that other processes do not remove during the block; remove it afterwards."""
    folder = target.with_name(f".{target.name}.{purpose}-{secrets.token_hex(4)}")
    lock = folder.with_name(f"{folder.name}.lock")
    with contextlib.ExitStack() as stack:
        stack.callback(remove_file, lock)
        try:
            stack.enter_context(locked(lock, _PATIENCE_SECONDS))  # another process can lock the file first
        except OSError as cause:
            if cause.errno not in _NO_LOCKS:
                raise
        folder.mkdir(mode=0o700)
        stack.callback(_remove, folder)
        yield folder


def _clean_up_beside(target: Path) -> None:
    """Remove the folders left by killed builds of `target`; running builds lock theirs."""
    left = re.compile(re.escape(f".{target.name}.") + r"(?:new|old)-[a-z0-9_]{8}\.lock")
    for lock in [path for path in target.parent.iterdir() if left.fullmatch(path.name)]:
        folder = lock.with_suffix("")
        with contextlib.suppress(OSError), locked(lock):  # locked, deleted, a link, or owned by another user
            aside = folder / target.name
            if f".{target.name}.old-" in lock.name and not folder.is_symlink() and not target.exists():
                with contextlib.suppress(FileNotFoundError):
                    aside.rename(target)
            _remove(folder)
            remove_file(lock)


def _remove(folder: Path) -> None:
    """Remove `folder` as far as possible; a link is not followed."""
    with contextlib.suppress(OSError):  # rmtree can raise errors of fstat despite ignore_errors
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(path: Path, cause: OSError) -> SetupError:
    fix = how_to_fix(cause)
    where = path
    if cause.errno == errno.EINVAL and isinstance(cause.filename, str) and Path(cause.filename).is_relative_to(path):
        where = Path(cause.filename)  # a file in the folder `path` is not a regular file
    return SetupError(f"{printable(str(where))} cannot be written: {cause.strerror or cause}; {fix}")
