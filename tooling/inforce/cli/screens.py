"""Add pictures of the prompt to a built site, with a list of their digests, for `inforce build --screens`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from pathlib import Path

from inforce import screens
from inforce.address import BROWSER, SCREENS
from inforce.cli.progress import progress
from inforce.disk import create_file, read_regular
from inforce.errors import SetupError
from inforce.manifest import to_bytes
from inforce.policy.settings import Settings
from inforce.screens import WIDTHS, Picture, Scene

NAMED_BY = "INFORCE_CHROMIUM"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_browser() -> str:
    """Return the path of a Chromium; raise SetupError if there is none or the extra is not installed."""
    screens.require()
    found = next(browsers(), None)
    if found is None:
        named = os.environ.get(NAMED_BY)
        problem = f"{NAMED_BY} names no program" if named else "pictures of the prompt need a Chromium"
        raise SetupError(f"{problem}; install Chromium or Google Chrome, or set {NAMED_BY} to its path")
    return str(found)


def browsers() -> Iterator[Path]:
    """Yield the path of the configured Chromium; if none is configured, of each installed one."""
    named = os.environ.get(NAMED_BY)
    yield from map(Path, filter(None, map(shutil.which, [named] if named else _PROGRAMS)))
    if not named:
        yield from filter(Path.is_file, _MAC_APPLICATIONS)


def add_screens(site: Path, settings: Settings, now: datetime, browser: str) -> None:
    """Write the pictures of the prompt of the built `site` at `now`, and their list, into its folder.

    Nothing is written if a picture fails.
    """
    files = {file.relative_to(site).as_posix(): file for file in site.rglob("*") if file.is_file()}
    scene = Scene(
        site=settings.site,
        read=lambda path: read_regular(files[path]) if path in files else None,
        now=now,
        languages=tuple(map(str, settings.languages)),
        browser=browser,
    )
    taken: list[Picture] = []
    with progress("Taking", "pictures") as report:
        windows = list(product(scene.languages, WIDTHS))
        for picture in screens.pictures(scene):
            taken.append(picture)
            report(windows.index((picture.language, picture.width)) + 1, len(windows))
    built = json.loads(read_regular(files[f"{BROWSER}/files.json"]))
    listed = to_bytes(screens.to_list(taken, scene, built["files"]["prompt.js"]["integrity"]))
    for path, content in {**{picture.path: picture.content for picture in taken}, SCREENS: listed}.items():
        folder = (site / path).parent
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # a web server must be able to read it, whatever the umask
        create_file(site / path, content, mode=0o644, durable=False)
