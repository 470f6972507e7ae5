"""Read, write and lock single files: only regular files are opened, and writes are atomic.

Invariants: opening a file never blocks, even if it is a named pipe, a device or a socket; after a failed write the old
file is unchanged and no temporary file remains.
Not responsible for: folders, and the wording of messages (the reason is in `OSError.strerror`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from inforce.errors import printable

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
# Without O_NONBLOCK, opening a named pipe blocks until another process opens its other end.
_CAREFULLY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_FIXES = {
    errno.EACCES: "change the permissions, or use another path",
    errno.EPERM: "change the permissions, or use another path",
    errno.EBUSY: "if a disk is mounted there, use a folder inside it",
    errno.EROFS: "use a path on a writable disk",
    errno.ENOSPC: "free space on the disk",
    errno.EDQUOT: "free space: your quota on this disk is used up",
    errno.EFBIG: "raise the file size limit, or use another path",
    errno.EIO: "the disk reports an error: check it, or use another path",
    errno.EMFILE: "raise the limit of open files",
    errno.ENFILE: "close programs with many open files",
}


def how_to_fix(cause: OSError, otherwise: str = "use another path") -> str:
    """Return how the user can fix `cause`, as an imperative; `otherwise` for an unknown error number."""
    return _FIXES.get(cause.errno or 0, otherwise)


def system_refusal(cause: OSError, otherwise: str = "a file or pipe") -> str:
    """Return a message for `cause`: the path, the system's reason, and how to fix it.

    `otherwise` replaces the path if `cause` has none.
    """
    names = [os.fsdecode(name) for name in (cause.filename, cause.filename2) if isinstance(name, (str, bytes))]
    where = printable(" and ".join(dict.fromkeys(names))) or otherwise
    return f"{where} cannot be used: {cause.strerror or cause}; {how_to_fix(cause)}"


def open_regular(path: Path | str, flags: int, mode: int = 0o666) -> int:
    """Open the regular file `path` with the `flags` of os.open and return the descriptor.

    OSError, without blocking, if it cannot be opened or is not a regular file.
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
    """Return at most the first `most` bytes of the regular file `path`; OSError as for `open_regular`."""
    with os.fdopen(open_regular(path, os.O_RDONLY | flags), "rb") as file:
        return file.read(most)


@contextlib.contextmanager
def locked(path: Path, patience_seconds: float = 0) -> Iterator[None]:
    """Acquire an exclusive lock on the file `path`, which is created if it does not exist and is not removed.

    The system releases the lock of a killed process. OSError if `path` is a link or no regular file, if the file system
    has no locks, or, as TimeoutError, if another process holds the lock for longer than `patience_seconds`.
    """
    from filelock import FileLock, Timeout  # imported on first use, since the import takes 30 ms

    path.parent.stat()  # the library would create a missing folder
    _refuse_special(path)
    try:
        lock = FileLock(path, timeout=patience_seconds, poll_interval=0.02, fallback_to_soft=False).acquire()
    except Timeout as cause:
        raise TimeoutError(errno.ETIMEDOUT, "another process holds the lock", os.fspath(path)) from cause
    with lock:
        yield


def replace_file(
    path: Path,
    content: bytes,
    *,
    mode: int | None = None,
    modified: float | None = None,
    temporary: Path | None = None,
    durable: bool = True,
) -> None:
    """Write `content` to `path` through the file `temporary` beside it; OSError if that fails.

    `mode` is the file's mode; by default the umask determines it. `modified` is its time in seconds since 1970. Without
    `durable` a power failure can lose the content, which saves a few milliseconds. OSError if `path` exists and is not
    a regular file, such as a device or a named pipe. A link at `path` is replaced; its target is unchanged.
    """
    _refuse_special(path)
    if temporary is None:
        temporary = _beside(path)
    else:
        temporary.unlink(missing_ok=True)  # a remnant of a killed process
    with _naming(path):
        _create(temporary, content, mode=mode, durable=durable)
    try:
        if modified is not None:
            os.utime(temporary, (modified, modified))
        temporary.replace(path)
    except BaseException:
        remove_file(temporary)
        raise


def replace_files(contents: Mapping[Path, bytes], *, mode: int, modified: float) -> None:
    """Write `contents` to their paths in order, all or none; `modified` is their time in seconds since 1970.

    The old files are copied before the first one is replaced, so that a rollback needs no space on the disk.
    """
    with contextlib.ExitStack() as leftovers, contextlib.ExitStack() as undo:
        copies = {}
        for path in contents:
            _refuse_special(path)
            if path.exists():
                copies[path] = _beside(path)
                leftovers.callback(remove_file, copies[path])
                _copy(path, copies[path])
        for path, content in contents.items():
            replace_file(path, content, mode=mode, modified=modified)
            undo.callback(copies[path].replace if path in copies else remove_file, path)
        undo.pop_all()


def _copy(path: Path, target: Path) -> None:
    """Copy the file `path` with its mode and times to the new file `target`."""
    state = path.stat()
    create_file(target, read_regular(path), mode=stat.S_IMODE(state.st_mode))
    os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))


def create_file(path: Path, content: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Write `content` to the new file `path`; FileExistsError if the path exists, even as a link.

    `mode` is the file's mode from its creation on; by default the umask determines it. `durable` as for `replace_file`.
    """
    with _naming(path):
        _create(path, content, mode=mode, durable=durable)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add `path` to an OSError without a file name, such as one from a write to a full disk."""
    try:
        yield
    except OSError as cause:
        if cause.filename is None:
            cause.filename = os.fspath(path)
        raise


def _create(path: Path, content: bytes, *, mode: int | None, durable: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o666 if mode is None else mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                path.chmod(mode)  # os.open() applies the umask
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        remove_file(path)
        raise


def make_durable(path: Path) -> None:
    """Wait until the file or folder `path` is on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_special(path: Path) -> None:
    """Raise OSError if `path` exists and is not a regular file; links are followed."""
    with contextlib.suppress(FileNotFoundError):
        _refuse_irregular(path, path.stat().st_mode)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")


def remove_file(path: Path) -> None:
    """Remove the file `path`; do nothing if it cannot be removed."""
    with contextlib.suppress(OSError):  # the original error is reported
        path.unlink(missing_ok=True)


def _refuse_irregular(path: Path | str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"expected a file, got {kind}", os.fspath(path))
