"""Everything one build publishes, as values: pages, texts, redlines, feeds, manifest.

Keeps true: what is published follows from the catalogue, the clock and the evidence alone; a draft is in none of it.
Does not write files and does not know how a page looks (see `site`).
"""

from __future__ import annotations

from inforce.publication.files.texts import Texts
from inforce.publication.pages import Page, PageKind
from inforce.publication.publication import Publication, PublishedFile

__all__ = ["Page", "PageKind", "Publication", "PublishedFile", "Texts"]
