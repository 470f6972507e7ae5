"""Documents to download: redlines for Word, and texts and redlines as PDF.

Word documents are created whenever the extra `inforce[docx]` is installed, since each takes 10 ms. A PDF takes 1 s, so
PDFs are created only on request and with the extra `inforce[pdf]`.
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
    """Return whether Word documents can be created."""
    return find_spec("docx") is not None


def word_document(page: Page, author: str, redline: Redline) -> bytes:
    """Return the `redline` of `page` as a Word document.

    Its changes are by `author`, dated at the publication of the newer version.
    """
    # Imported here because a site without Word documents does not need the library.
    from inforce.word import to_docx

    facts = page.context
    title = f"{facts['policy']['title']}: {facts['old']['label']} → {facts['new']['label']}"
    return to_docx(redline, title=title, author=author, date=facts["new"]["published_at"], language=page.language)


def pdf_document(page: Page, settings: Settings, changes: list[EditionChanges]) -> bytes:
    """Return the text of `page`, or the redline of the first of `changes`, as a PDF of a book with `settings`."""
    language = page.language
    maker = PaperMaker(settings=settings, language=language, words=paper_words(language), labels=labels(language))
    if page.text:
        return to_pdf(maker.version(page.address, page.context, to_html(page.text.text)))
    return to_pdf(maker.redline(page.address, page.context, page.pairs[0], changes[0].redline))
