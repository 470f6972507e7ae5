"""Messages of the plugin while MkDocs runs: progress, and errors without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mkdocs.plugins import get_plugin_logger

from inforce.disk import system_refusal
from inforce.errors import InforceError

logger = get_plugin_logger("inforce")


@contextmanager
def translated() -> Iterator[None]:
    """Convert an InforceError or OSError of the block into an MkDocs error, which ends the build with its message."""
    from mkdocs.exceptions import PluginError

    try:
        yield
    except InforceError as error:
        raise PluginError(str(error)) from error
    except OSError as error:
        raise PluginError(system_refusal(error, "the site or its cache")) from error


def tell_progress(finished: int, total: int) -> None:
    """Print how many of `total` permanent pages are rendered; the caller can show it as a progress bar."""
    logger.info("made %d of %d pages", finished, total)
