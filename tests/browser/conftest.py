"""Fixtures for browser tests: a browser, a monitored page, and a static host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from browser import chromium
from browser.faults import DESK
from browser.static_site import StaticSite
from browser.watch import Watch, settled

LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
WAIT_SECONDS = 20

Serve = Callable[..., StaticSite]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium that is open while the tests of this folder run.

    It is not session-wide: Playwright marks its event loop as running in this thread, so `asyncio.run` would fail in
    tests of other folders.
    """
    executable = chromium.find()
    expect.set_options(timeout=WAIT_SECONDS * 1000)  # allows for a busy machine
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=[*chromium.FLAGS, LOOPBACK_ONLY])
        yield opened
        opened.close()


@pytest.fixture
def watch() -> Watch:
    """The problems on the pages of this test; `watch.expect("404")` allows a problem."""
    return Watch()


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    """A new profile without cookies and cache, monitored."""
    opened = browser.new_context(locale="en-GB", timezone_id="UTC")
    opened.set_default_timeout(WAIT_SECONDS * 1000)
    watch.over(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page on which an error, a policy violation or a request to another machine fails the test."""
    yield context.new_page()
    for opened in context.pages:
        settled(opened)
    assert watch.unforeseen() == []


@pytest.fixture
def plain(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A page of a browser with JavaScript disabled."""
    context = browser.new_context(java_script_enabled=False, viewport=DESK)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.unforeseen() == []


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Return `serve(folder, below="/")`, which serves a folder with its `_headers` until the end of the tests."""
    with ExitStack() as running:

        def start(folder: Path, below: str = "/") -> StaticSite:
            return running.enter_context(StaticSite(folder=folder, below=below))

        yield start
