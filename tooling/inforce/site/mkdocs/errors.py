"""What the plugin says while MkDocs runs: errors as it wants them, one message and no traceback, and progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mkdocs.plugins import get_plugin_logger

from inforce.disk import system_refusal
from inforce.errors import InforceError

logger = get_plugin_logger("inforce")


@contextmanager
def translated() -> Iterator[None]:
    """Turn an InforceError or OSError of the block into the error that ends a build with its message."""
    from mkdocs.exceptions import PluginError

    try:
        yield
    except InforceError as error:
        raise PluginError(str(error)) from error
    except OSError as error:
        raise PluginError(system_refusal(error, "the site or its cache")) from error


def tell_progress(done: int, total: int) -> None:
    """Say how many of `total` pages that stay are made; whoever runs the build may show it as a bar."""
    logger.info("made %d of %d pages", done, total)
