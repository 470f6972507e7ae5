"""Export of a text as a document for editing in Word, with Track Changes on and its origin as properties."""

from __future__ import annotations

from datetime import datetime

from inforce.redline import redline
from inforce.word.export.body import body_xml
from inforce.word.export.package import HEAD, NAMESPACES, core_part, document_part, package
from inforce.word.export.paragraphs import Paragraphs
from inforce.word.export.revisions import Revisions
from inforce.word.roundtrip.origin import DocumentOrigin, properties_part


def to_manuscript(text: str, origin: DocumentOrigin, *, title: str, author: str, date: datetime) -> bytes:
    """Return the canonical Markdown `text` from `origin` as a document titled `title` by `author`, dated `date`.

    The document contains no changes. Every block outside tables starts with a hidden, numbered bookmark.
    """
    revisions = Revisions(author=author, date=date)
    right_to_left = origin.language.direction == "rtl"
    paragraphs = Paragraphs(revisions=revisions, right_to_left=right_to_left, anchored=True)
    body = body_xml(redline(text, text).blocks, paragraphs)
    parts = {
        "word/document.xml": document_part(body),
        "word/numbering.xml": HEAD + paragraphs.lists.part(NAMESPACES),
        "docProps/core.xml": core_part(title, author, date, str(origin.language)),
    }
    language = str(origin.language)
    return package(parts, paragraphs.links.relationships(), language, properties=properties_part(origin), tracked=True)
