"""The environment of all tests: no network, no user settings, no deadline for Hypothesis."""

from __future__ import annotations

import compileall
import gc
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import playwright
import pytest
from hypothesis import HealthCheck, settings

import copies
import inforce
from inforce.site.mkdocs import generator

# At the default thresholds, the garbage collector takes a fifth of the time of the tests of long texts.
gc.set_threshold(100_000, 10, 10)

settings.register_profile(
    "inforce",
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    max_examples=int(os.environ.get("EXAMPLES", "100")),  # “make fuzz” sets a higher number
    deadline=None,  # a busy machine must not fail tests
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("inforce")

pytest_plugins = ("built", "amended", "reading")  # sites that are built once and shared by tests

NEUTRAL_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Editor",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Editor",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NO_COLOR": "1",
    "COLUMNS": "120",
}
# Scripts run with the same Node.js on every machine.
NODE_OF_PLAYWRIGHT = Path(playwright.__file__).parent / "driver"
HOOKS_OF_A_RUNNING_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "SOURCE_DATE_EPOCH", "FORCE_COLOR")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the package once, as an installation does; otherwise each subprocess of a test would compile it again."""
    if not hasattr(session.config, "workerinput"):
        compileall.compile_dir(Path(inforce.__file__).parent, quiet=2)


def pytest_collection_finish() -> None:
    """Freeze the objects created during collection, so that the garbage collector skips them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def neutral_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run every test and its subprocesses without the user's settings and cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user-cache")))
        patch.delenv("INFORCE_CACHE", raising=False)
        for name, value in NEUTRAL_SETTINGS.items():
            patch.setenv(name, value)
        for name in HOOKS_OF_A_RUNNING_GIT:
            patch.delenv(name, raising=False)
        patch.setenv("PATH", str(NODE_OF_PLAYWRIGHT), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True, scope="session")
def generator_that_is_already_imported() -> Iterator[None]:
    """Run the generator in copies of one process if a test builds in the process of pytest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "sys", copies.Executable())
        yield


@pytest.fixture(autouse=True, scope="session")
def this_machine_only() -> Iterator[None]:
    """Reject every connection to another machine, so that no test depends on the network."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address):
            raise OSError(f"a test may not leave this machine: {address}")
        connect(self, address)  # type: ignore[arg-type]  # the socket itself judges the address

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def is_here(address: object) -> bool:
    """Return whether `address`, as passed to `socket.connect`, is a loopback address."""
    host = address[0] if isinstance(address, tuple) else ""
    return host in ("::1", "localhost") or str(host).startswith("127.")
