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
# List here every setting that a test may change, since only listed settings are reset.
PROFILE = {
    "locale": "en-GB",
    "timezoneId": "UTC",
    "viewport": {"width": 1280, "height": 720},
    "colorScheme": "light",
    "reducedMotion": "no-preference",
    "forcedColors": "none",
}

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
    """A monitored profile with one page and without cookies, storage, cache or clock of an earlier test.

    Creating a profile takes as long as three tests, since Chromium starts a window and a process for it. The client of
    Playwright therefore keeps one for its test runner, which it resets between tests; in Python this is not public.
    """
    browser._sync(browser._impl_obj._new_context_for_reuse(dict(PROFILE)))
    opened = browser.contexts[-1]
    opened.set_default_timeout(WAIT_SECONDS * 1000)
    watch.over(opened)
    yield opened
    opened.set_offline(False)
    browser._sync(browser._impl_obj._disconnect_from_reused_context("the test is over"))


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page on which an error, a policy violation or a request to another machine fails the test."""
    yield context.pages[0] if context.pages else context.new_page()
    for opened in context.pages:
        settled(opened)
    assert watch.unforeseen() == []


@pytest.fixture(scope="package")
def without_javascript(browser: Browser) -> Iterator[BrowserContext]:
    """A profile with JavaScript disabled, in which nothing can be stored."""
    opened = browser.new_context(java_script_enabled=False, viewport=DESK)
    yield opened
    opened.close()


@pytest.fixture
def plain(without_javascript: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page of a browser with JavaScript disabled."""
    watch.over(without_javascript)
    page = without_javascript.new_page()
    yield page
    page.close()
    assert watch.unforeseen() == []


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Return `serve(folder, below="/")`, which serves a folder with its `_headers` until the end of the tests."""
    with ExitStack() as running:

        def start(folder: Path, below: str = "/") -> StaticSite:
            return running.enter_context(StaticSite(folder=folder, below=below))

        yield start
