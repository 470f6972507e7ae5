"""A real PostgreSQL of the distribution, started as an ordinary user in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER = "postgres"
_FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt/postgresql", "/usr/local/opt/postgresql")
_OPTIONS = "-c listen_addresses='' -c shared_buffers=32MB -c max_connections=40"


class NoServerError(Exception):
    """Raised if no PostgreSQL server is installed; the message says how to install one."""


def programs() -> Path:
    """Return the folder with `initdb` and `pg_ctl`."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    for folder in _FOLDERS:
        for path in sorted(Path(folder).parent.glob(f"{Path(folder).name}*/**/bin/initdb"), reverse=True):
            return path.parent
    message = "The tests need a PostgreSQL server. On Debian and Ubuntu: apt-get install postgresql"
    raise NoServerError(message)


def run(folder: Path, *command: str | Path) -> None:
    """Run a program of PostgreSQL; as root, as the user “postgres”, since the server refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", USER, "--", *words]
    ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert ended.returncode == 0, f"{' '.join(words)}: {ended.stdout}{ended.stderr}"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yield the URL of the database “postgres” of a new server, which is reachable through a socket file only."""
    place = programs()
    # The path of a socket file has at most 107 characters, fewer than some of pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="inforce-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    data = folder / "data"
    try:
        run(folder, place / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"{_OPTIONS} -c unix_socket_directories='{folder}'"
        run(folder, place / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run(folder, place / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    print(programs())
