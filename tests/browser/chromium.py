"""Find a Chromium for the tests, or install one.

`find` only searches. As a script, this module also downloads: it prints the path of a browser that starts, or a message
with instructions. A browser configured by the user is never replaced.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from inforce.cli.screens import NAMED_BY, browsers

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The headless shell has no windows, and needs a third less CPU time for the same tests than the whole browser.
SHELL = "chromium-headless-shell"
ADVICE = f"""No Chromium was found, and none could be fetched. One of these helps:
  - install Chromium or Google Chrome with your system's package manager (Debian: apt-get install {SHELL})
  - python -m playwright install --with-deps chromium
  - {NAMED_BY}=/path/to/chromium make test"""


class NoBrowserError(Exception):
    """Raised if no browser is available; the message contains instructions."""


def find() -> Path:
    """Return the configured browser, else an installed one, else Playwright's."""
    if os.environ.get(NAMED_BY):
        return _configured()
    for candidate in _on_this_machine():
        return candidate
    raise NoBrowserError(ADVICE)


def find_or_fetch() -> Path:
    """Return a browser that starts; download one if none is installed."""
    if os.environ.get(NAMED_BY):
        return _configured()
    for fetch in (_fetch_nothing, _fetch_from_playwright, _fetch_from_debian):
        fetch()
        for candidate in _on_this_machine():
            if starts(candidate):
                return candidate
    raise NoBrowserError(ADVICE)


def starts(browser: Path) -> bool:
    """Return whether `browser` opens an empty page, which fails if libraries are missing."""
    try:
        process = subprocess.run(
            [browser, *FLAGS, "--dump-dom", "about:blank"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return process.returncode == 0 and b"<html>" in process.stdout


def _configured() -> Path:
    for browser in browsers():
        return browser
    raise NoBrowserError(f"{NAMED_BY} names “{os.environ[NAMED_BY]}”, and there is no such program.")


def _on_this_machine() -> Iterator[Path]:
    yield from map(Path, filter(None, [shutil.which(SHELL)]))
    yield from browsers()
    yield from filter(Path.is_file, _of_playwright())


def _of_playwright() -> Iterator[Path]:
    from playwright.sync_api import sync_playwright  # imported here, since it takes half a second

    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def _fetch_nothing() -> None:
    """Do nothing; used for the first attempt."""


def _fetch_from_playwright() -> None:
    os.environ.setdefault("PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT", "10000")  # ms; the download is retried five times
    _say("No Chromium that starts was found for the tests. Fetching Playwright's into its cache in your home folder.")
    _run(sys.executable, "-P", "-m", "playwright", "install", "chromium")


def _fetch_from_debian() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        _say(f"Installing the package “{SHELL}” with apt-get, since this is root, for the browser tests.")
        if _run("apt-get", "update"):
            install = ("apt-get", "install", "-y", "--no-install-recommends")
            if not _run(*install, SHELL):
                _run(*install, "chromium")  # older systems have only the whole browser


def _run(*command: str) -> bool:
    """Run `command`, and print one line if it fails; the caller searches again."""
    try:
        ended = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
        )
    except OSError as reason:
        _say(f"“{' '.join(command)}” failed: {reason.strerror}")
        return False
    if ended.returncode:
        lines = [line.strip() for line in ended.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(("E:", "Error", "Failed"))]
        reason = [*errors, *lines[-1:], f"exit code {ended.returncode}"][0]
        _say(f"“{' '.join(command)}” failed: {reason[:200]}")
    return not ended.returncode


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def main() -> int:
    """Print the path of the browser, or the reason why none is available."""
    try:
        print(find_or_fetch())
    except NoBrowserError as reason:
        print(reason, file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
