"""Word documents of redlines: made where the extra `inforce[docx]` is installed, and not offered elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from inforce.publication import Page
from inforce.redline import Redline


@cache
def has_documents() -> bool:
    """Tell whether Word documents can be made here."""
    return find_spec("docx") is not None


def word_document(page: Page, author: str, redline: Redline) -> bytes:
    """Write the `redline` that `page` shows, its changes made by `author` when the newer version was published."""
    # Only here: a site without Word documents needs no library for them.
    from inforce.word import to_docx

    says = page.says
    title = f"{says['policy']['title']}: {says['old']['label']} → {says['new']['label']}"
    return to_docx(redline, title=title, author=author, date=says["new"]["published"], language=page.language)
