"""Single files on the disk: only regular files are opened, and a file is written whole or not at all.

Invariants: opening a file never waits, whatever has its name (a named pipe, a device, a socket); after a write that
failed the old file is unchanged and nothing else is left beside it.
Not responsible for: folders, and the sentence around an error (an OSError has the reason in `strerror`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from inforce.errors import printable

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
# Without O_NONBLOCK, opening a named pipe waits until another process opens its other end.
_CAREFULLY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_FIXES = {
    errno.EACCES: "give yourself the right to do that",
    errno.EPERM: "give yourself the right to do that",
    errno.EBUSY: "where a disk is mounted, name a folder inside it",
    errno.EROFS: "name a place on a disk that can be written to",
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room: your quota on this disk is used up",
    errno.EFBIG: "allow larger files, or name another place",
    errno.EIO: "the disk reports a fault: check it, or name another place",
    errno.EMFILE: "allow this program more open files",
    errno.ENFILE: "close programs that have many files open",
}


def how_to_fix(cause: OSError, otherwise: str = "name another place") -> str:
    """Return what the user can do about `cause`, as an imperative; `otherwise` where the error number does not say."""
    return _FIXES.get(cause.errno or 0, otherwise)


def system_refusal(cause: OSError, otherwise: str = "a file or pipe") -> str:
    """Return a sentence for `cause`: where, what the system says, and what the user can do.

    `otherwise` is where, if `cause` does not say so itself.
    """
    names = [os.fsdecode(name) for name in (cause.filename, cause.filename2) if isinstance(name, (str, bytes))]
    where = printable(" and ".join(dict.fromkeys(names))) or otherwise
    return f"{where} cannot be used: {cause.strerror or cause}; {how_to_fix(cause)}"


def open_regular(path: Path | str, flags: int, mode: int = 0o666) -> int:
    """Open the regular file `path` with the `flags` of os.open and return the descriptor.

    OSError, without waiting, where it cannot be opened or something other than a regular file has this name.
    """
    try:
        handle = os.open(path, flags | _CAREFULLY, mode)
    except OSError as cause:
        if cause.errno == errno.ENXIO:  # a socket, or a named pipe without a reader
            _refuse_irregular(path, Path(path).stat().st_mode)
        raise
    try:
        _refuse_irregular(path, os.fstat(handle).st_mode)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_regular(path: Path | str, most: int = -1, flags: int = 0) -> bytes:
    """Read the regular file `path`, at most `most` bytes of it; OSError as for `open_regular`."""
    with os.fdopen(open_regular(path, os.O_RDONLY | flags), "rb") as file:
        return file.read(most)


def replace_file(path: Path, content: bytes, *, mode: int | None = None, temporary: Path | None = None) -> None:
    """Write `content` to `path` through the file `temporary` beside it; OSError where that fails.

    `mode` is the file's mode; without it the umask decides. Something at `path` that is not a regular file is refused:
    a device or a named pipe is not replaced by a file. A link at `path` is replaced, and its target stays.
    """
    _refuse_special(path)
    if temporary is None:
        temporary = _beside(path)
    else:
        temporary.unlink(missing_ok=True)  # left by a process that was killed
    create_file(temporary, content, mode=mode)
    try:
        temporary.replace(path)
    except BaseException:
        _remove(temporary)
        raise


def replace_files(contents: Mapping[Path, bytes], *, mode: int, modified: float) -> None:
    """Write `contents` to their paths in order, all of them or none, dated `modified` in seconds since 1970.

    Copies of the old files are written before the first one is replaced, so that undoing needs no room on the disk.
    """
    with contextlib.ExitStack() as leftovers, contextlib.ExitStack() as undo:
        steps = []
        for path, content in contents.items():
            _refuse_special(path)
            fresh, old = _beside(path), _beside(path)
            leftovers.callback(_remove, fresh)
            create_file(fresh, content, mode=mode)
            os.utime(fresh, (modified, modified))
            if is_there := path.exists():
                leftovers.callback(_remove, old)
                state = path.stat()
                create_file(old, read_regular(path), mode=stat.S_IMODE(state.st_mode))
                os.utime(old, ns=(state.st_atime_ns, state.st_mtime_ns))
            steps.append((fresh, path, old if is_there else None))
        for fresh, path, backup in steps:
            fresh.replace(path)
            undo.callback(backup.replace if backup else _remove, path)
        undo.pop_all()


def create_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write `content` to the new file `path`; FileExistsError where something has this name, a link included.

    `mode` is the file's mode from the beginning on; without it the umask decides.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o666 if mode is None else mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                path.chmod(mode)  # whatever the umask took away
            os.fsync(file.fileno())
    except BaseException:
        _remove(path)
        raise


def _refuse_special(path: Path) -> None:
    """Raise OSError where something other than a regular file has the name `path`; a link is judged by its target."""
    with contextlib.suppress(FileNotFoundError):
        _refuse_irregular(path, path.stat().st_mode)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # the error that led here is the one to report
        path.unlink(missing_ok=True)


def _refuse_irregular(path: Path | str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"expected a file, got {kind}", os.fspath(path))
