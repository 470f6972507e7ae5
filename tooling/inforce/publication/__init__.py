"""Everything that a build publishes, as values: pages, texts, redlines, feeds and manifests.

Invariants: the output depends only on the catalogue, the clock and the evidence, and contains no draft.

Not responsible for: writing files and the look of pages (see `site`).
"""

from __future__ import annotations

from inforce.publication.files.texts import Texts
from inforce.publication.pages import Page, PageKind
from inforce.publication.publication import Publication, PublishedFile

__all__ = ["Page", "PageKind", "Publication", "PublishedFile", "Texts"]
