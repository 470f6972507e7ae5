"""A text as a document to be edited in Word: changes are tracked from the first key on, and it knows its source."""

from __future__ import annotations

from datetime import datetime

from inforce.redline import redline
from inforce.word.export.body import body_xml
from inforce.word.export.package import HEAD, NAMESPACES, core_part, document_part, package
from inforce.word.export.paragraphs import Paragraphs
from inforce.word.export.revisions import Revisions
from inforce.word.roundtrip.origin import DocumentOrigin, properties_part


def to_manuscript(text: str, origin: DocumentOrigin, *, title: str, author: str, date: datetime) -> bytes:
    """Write canonical Markdown `text`, which is what `origin` says, as a document called `title` by `author` of `date`.

    Nothing in it is a change yet. Every block outside tables begins with a hidden bookmark that numbers it.
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
