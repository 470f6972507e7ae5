"""The companion files of pages, for tests of their content."""

from __future__ import annotations

from inforce.changes import EditionChanges
from inforce.publication import Page
from inforce.publication.pages import FileFormat
from inforce.rendering.labels import ENGLISH


def comparison_file(page: Page, site: str, changes: list[EditionChanges]) -> tuple[str, bytes]:
    """Return the path and the bytes of the JSON file of `page`, whose redlines are `changes`."""
    (file,) = [file for file in page.kind.companions if file.format is FileFormat.JSON]
    return file.address(page), file.data(page, site, changes, ENGLISH)
