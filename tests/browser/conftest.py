"""Fixtures for tests that look at pages: a browser, a watched page, a static host."""

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
    """One Chromium, open while the tests of this folder run.

    Not for the whole session: Playwright leaves its event loop marked as running in this thread, and `asyncio.run`
    in a test of another folder would be refused.
    """
    executable = chromium.find()
    expect.set_options(timeout=WAIT_SECONDS * 1000)  # a busy machine takes its time; a fault takes longer to be told
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=[*chromium.FLAGS, LOOPBACK_ONLY])
        yield opened
        opened.close()


@pytest.fixture
def watch() -> Watch:
    """What goes wrong on the pages of this test; `watch.expect("404")` foresees a problem."""
    return Watch()


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    """A fresh profile, watched: no cookie and no cache of another test."""
    opened = browser.new_context(locale="en-GB", timezone_id="UTC")
    opened.set_default_timeout(WAIT_SECONDS * 1000)
    watch.over(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page on which an error, a breach of policy or a request off this machine fails the test."""
    yield context.new_page()
    for opened in context.pages:
        settled(opened)
    assert watch.unforeseen() == []


@pytest.fixture
def plain(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A page of a browser in which JavaScript is switched off."""
    context = browser.new_context(java_script_enabled=False, viewport=DESK)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.unforeseen() == []


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Return `serve(folder, below="/")`, which serves a folder until the tests end and honours its `_headers`."""
    with ExitStack() as running:

        def start(folder: Path, below: str = "/") -> StaticSite:
            return running.enter_context(StaticSite(folder=folder, below=below))

        yield start
