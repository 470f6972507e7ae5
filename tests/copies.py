"""Run commands in copies of one process that has imported the package, because the imports take a second each time.

`python()` and `inforce()` are programs to use in place of the real ones. Each passes its arguments, folder, environment
and standard streams to a server, which forks; the copy ends with the program, and the program with its exit code.

Not responsible for: options of Python and variables such as PYTHONHASHSEED, which the copies ignore. Tests of them, of
signals and of the imported modules start real processes.
"""

from __future__ import annotations

import atexit
import gc
import marshal
import os
import pkgutil
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# It imports nothing that is not compiled into Python, so it starts in a few milliseconds.
PROGRAM = """\
#!{python} -IS
import _socket, marshal, os, sys
from array import array
server = _socket.socket(_socket.AF_UNIX)
server.connect({place!r})
text = marshal.dumps((sys.argv, os.getcwd(), dict(os.environ), os.getppid(), os.umask(0o22)))
streams = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array("i", (0, 1, 2)))]
server.sendmsg([len(text).to_bytes(8, "big")], streams)
server.sendall(text)
os._exit(int(server.recv(16)) & 255)
"""
# What MkDocs imports while it runs, for every configuration in the tests.
USED_BY_MKDOCS = (
    *("mkdocs.commands.build", "mkdocs.config.defaults", "mkdocs.contrib.search", "mkdocs.structure.pages"),
    *("material.plugins.search.plugin", "material.templates", "babel.dates", "babel.support", "markdown.htmlparser"),
    *(f"markdown.extensions.{name}" for name in ("attr_list", "codehilite", "fenced_code", "tables", "toc")),
)


def python() -> str:
    """Return the path of a program that runs `-m MODULE`, `-c CODE` or a script as Python does."""
    return str(programs() / "python")


def inforce() -> str:
    """Return the path of a program that runs the command line."""
    return str(programs() / "bin/inforce")


class Executable:
    """Replaces the module `sys` where code starts `sys.executable`; the server starts at the first use."""

    @property
    def executable(self) -> str:
        return python()


@cache
def programs() -> Path:
    """Return the folder of the programs, after starting the server."""
    folder = Path(tempfile.mkdtemp(prefix="copies-"))
    place = str(folder / "socket")
    (folder / "bin").mkdir()  # without Python, so that it can be in PATH
    for name in ("python", "bin/inforce"):
        (folder / name).write_text(PROGRAM.format(python=sys.executable, place=place))
        (folder / name).chmod(0o755)
    command = [sys.executable, "-P", "-X", "utf8", __file__, place]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(end)
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    return folder


def serve(place: str) -> None:
    """Fork for each connection until stdin is closed; return in each copy, and raise SystemExit in the server."""
    import inforce.cli
    from inforce.site.mkdocs import generator, plugin

    modules = (module.name for module in pkgutil.iter_modules(inforce.cli.__path__, "inforce.cli."))
    for name in (*modules, *USED_BY_MKDOCS, plugin.__name__):
        if not name.endswith("__main__"):
            import_module(name)
    vars(generator)["sys"] = SimpleNamespace(executable=str(Path(place).with_name("python")))
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)  # the copies are small and end soon
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        print("ready", flush=True)
        while listener in select.select([listener, 0], [], [])[0]:
            connection, _ = listener.accept()
            if not os.fork():
                break
            connection.close()
            _reap(os.WNOHANG)
        else:
            _reap(0)
            raise SystemExit
    head, streams, *_ = socket.recv_fds(connection, 8, 3)
    request = connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
    if child := os.fork():
        for number in streams:
            os.close(number)
        threading.Thread(target=_end_with, args=(connection, child), daemon=True).start()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with suppress(BrokenPipeError):
            connection.sendall(str(code if code >= 0 else 128 - code).encode())
        os._exit(0)
    connection.close()
    become(streams, *marshal.loads(request))  # noqa: S302 - from a program of this module


def _reap(options: int) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _end_with(connection: socket.socket, child: int) -> None:
    if not connection.recv(1):
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def become(streams: list[int], words: list[str], folder: str, environ: dict[str, str], parent: int, umask: int) -> None:
    """Turn this copy into the process that the program with the arguments `words` was to be."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.umask(umask)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        how: dict[str, Any] = {"buffering": 1, "errors": "backslashreplace"} if name == "stderr" else {}
        opened = open(number, "w" if number else "r", closefd=False, **how)  # noqa: SIM115 - for the whole process
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)
    copy, real = os.getpid(), os.getppid
    os.getppid = lambda: parent if os.getpid() == copy else real()
    program, *words = words
    if Path(program).name == "inforce":
        words = ["-m", "inforce.cli", *words]
    while words[0] in ("-P", "-X"):
        words = words[1 if words[0] == "-P" else 2 :]
    if words[0] == "-m":
        sys.argv = [words[1], *words[2:]]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        exec(words[1], {"__name__": "__main__"})  # noqa: S102 - as Python does
    else:
        sys.argv = words
        sys.path.insert(0, str(Path(words[0]).parent))
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    serve(sys.argv[1])
