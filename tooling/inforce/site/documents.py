"""Documents to download: redlines for Word, texts and redlines as PDF.

Word documents are made wherever the extra `inforce[docx]` is installed, since they cost a hundredth of a second. A PDF
costs a second, so it is made where the extra `inforce[pdf]` is installed and somebody asked for it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from inforce.changes import EditionChanges
from inforce.markdown import to_html
from inforce.pdf import to_pdf
from inforce.policy.settings import Settings
from inforce.publication import Page
from inforce.publication.files.pdf import PaperMaker
from inforce.redline import Redline
from inforce.site.messages import labels, paper_words


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


def pdf_document(page: Page, settings: Settings, found: list[EditionChanges]) -> bytes:
    """Draw what `page` of a book with `settings` shows: its text, or the changes `found` in it."""
    language = page.language
    maker = PaperMaker(settings=settings, language=language, words=paper_words(language), labels=labels(language))
    if page.text:
        return to_pdf(maker.version(page.address, page.says, to_html(page.text.text)))
    return to_pdf(maker.redline(page.address, page.says, page.pairs[0], found[0].redline))
