"""Errors of the house as MkDocs wants them: one message, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mkdocs.plugins import get_plugin_logger

from inforce.errors import InforceError

logger = get_plugin_logger("inforce")


@contextmanager
def translated() -> Iterator[None]:
    """Turn an InforceError of the block into the error that ends a build with its message."""
    from mkdocs.exceptions import PluginError

    try:
        yield
    except InforceError as error:
        raise PluginError(str(error)) from error
