"""The cache of a book: its folder, which is outside the repository, and the secret that authenticates its entries."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inforce.disk import create_file, read_regular
from inforce.errors import SetupError

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class CachePlace:
    """The cache in `folder`; `secret` is the key that authenticates its entries."""

    folder: Path
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> CachePlace:
        """Return the cache of the book in `root` for a user with the environment `environ`."""
        return cls(cache_folder(root, environ), machine_secret(environ))


def cache_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Return the cache folder of the book in `root`.

    It is outside the repository, so that no commit can write to it. INFORCE_CACHE overrides it.
    """
    root = root.resolve()
    if named := environ.get("INFORCE_CACHE"):
        return root / named
    return user_folder(environ) / hashlib.sha256(os.fsencode(root)).hexdigest()[:24]


def user_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of inforce in this user's cache folder.

    The cache folder follows the XDG Base Directory Specification, or the system's convention on macOS and Windows.
    SetupError if the user has no home folder.
    """
    named = environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named) / "inforce"
    try:
        home = Path.home()
    except RuntimeError as cause:
        message = "the user has no home folder for the cache: set INFORCE_CACHE to a folder outside the repository"
        raise SetupError(message) from cause
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "inforce"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "inforce" / "Cache"
    return home / ".cache" / "inforce"


def machine_secret(environ: Mapping[str, str]) -> bytes:
    """Return the user's 32-byte secret on this machine, which authenticates cache entries.

    It is created on first use. If it cannot be stored, each process uses its own secret, and all existing cache entries
    are invalid.
    """
    try:
        return _secret_in(user_folder(environ))
    except SetupError:
        return _secret_in(None)


@functools.cache
def _secret_in(folder: Path | None) -> bytes:
    if folder is not None:
        path = folder / "secret"
        with contextlib.suppress(OSError, SetupError):
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                create_file(path, secrets.token_bytes(_SECRET_BYTES), mode=0o600)
            secret = read_regular(path, _SECRET_BYTES, getattr(os, "O_NOFOLLOW", 0))
            if len(secret) == _SECRET_BYTES and _is_private(path):
                return secret
    return secrets.token_bytes(_SECRET_BYTES)


def _is_private(path: Path) -> bool:
    """Return whether only this user can read and write the file `path`."""
    if sys.platform == "win32":
        return True
    state = path.lstat()
    return state.st_uid == os.geteuid() and not state.st_mode & 0o077
