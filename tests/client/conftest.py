"""Fixtures shared by the tests of the client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client.host import Host
from client.published_site import Published, published_site
from client.world import Clock, NewReader, Reader, new_reader
from inforce.client import AsyncPolicies, Policies


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect each client to the host of its test without a proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Wait for the threads of each test, which would otherwise report during another test."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("inforce-"):
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that answers 404 to every request until a test configures it."""
    with Host() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """A clock fixed at the start of all tests."""
    return Clock()


@pytest.fixture(params=[Policies, AsyncPolicies], ids=["threads", "asyncio"])
def reader(request: pytest.FixtureRequest, host: Host, clock: Clock) -> NewReader:
    """Create apps of both kinds that read the manifest of `host`."""

    def make(address: str = "", **options: Any) -> Reader:
        return new_reader(request.param, address or host.url, clock, **options)

    return make


@pytest.fixture
def site(tmp_path: Path) -> Published:
    """A built site and the lock it was built from."""
    return published_site(tmp_path)
