"""Pictures of what the browser client shows to the users of a site, for each step, language and width.

    from inforce.screens import Scene, pictures

    for picture in pictures(Scene(site="https://policies.example/", read=read, now=now, languages=("en",))):
        ...

Invariants: nothing is fetched from the network; the browser gets the files of the site at their published addresses,
and its clock shows the instant of the build.
Not responsible for: writing files; comparing pictures, since fonts differ between machines.

Needs the extra `inforce[screens]` and a Chromium.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from inforce.errors import SetupError
from inforce.screens.picture import WIDTHS, Picture, Scene, to_list

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WIDTHS", "Picture", "Scene", "pictures", "require", "to_list"]


def require() -> None:
    """Raise SetupError if the extra `inforce[screens]` is not installed."""
    if find_spec("playwright") is None:
        message = "a picture needs playwright, which is not installed; run: python -m pip install 'playwright>=1.65,<2'"
        raise SetupError(message)


def pictures(scene: Scene) -> Iterator[Picture]:
    """Yield the pictures of `scene`; raise SetupError if there is no browser or it shows no question in time."""
    require()
    # Imported here because describing a scene does not need the extra.
    from inforce.screens.browser import take

    return take(scene)
