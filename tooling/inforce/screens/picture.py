"""A scene, which is what to take pictures of, and the pictures with the list that names their digests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from inforce.instant import format_instant
from inforce.text import Digest

WIDTHS: Final = {390: 844, 1280: 800}
"""The height of a window in CSS pixels by its width: a phone and a computer."""
FOLDER: Final = "screens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The site whose prompt is shown to a new user at `now`, in each of `languages`.

    `site` is its address and `read` returns a file by its path below it, or None. `browser` is the path of a Chromium;
    without it, Playwright's own is used.
    """

    site: str
    read: Callable[[str], bytes | None]
    now: datetime
    languages: tuple[str, ...]
    browser: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture (PNG) of the `template` in one language and window width, with the ids of the `policies` it asks about.

    `step` is `answers` for contracts and policies to be read, and `consents` for the step that can be put off.
    """

    template: str
    step: str
    language: str
    width: int
    policies: tuple[str, ...]
    content: bytes

    @property
    def path(self) -> str:
        """The path of the picture below the site."""
        name = f"{self.step}-{self.language}-{self.width}.png"
        return f"{FOLDER}/{self.template.replace('/', '-')}/{name}"


def to_list(pictures: Iterable[Picture], scene: Scene, integrity: str) -> dict[str, Any]:
    """Return the list of `pictures` as JSON data; `integrity` is the SRI string of the client that was shown."""
    return {
        "type": "policy-screens",
        "spec": "1.0",
        "site": scene.site,
        "at": format_instant(scene.now),
        "build": integrity,
        "screens": [
            {
                "path": picture.path,
                "digest": str(Digest.of(picture.content)),
                "template": picture.template,
                "step": picture.step,
                "language": picture.language,
                "width": picture.width,
                "policies": list(picture.policies),
            }
            for picture in pictures
        ],
    }
