"""A redline as a Word document with tracked changes, to be accepted or rejected one by one or all at once.

    from inforce.word import to_docx

    content = to_docx(found, title="Privacy", author="Example Shop", date=published, language=Language("en"))

Keeps true: accepting all changes leaves the words of the new text, rejecting all the words of the old one; the same
arguments give the same bytes. Insertions, deletions, moves, divided and joined paragraphs, rows and columns, formats
and styles are revisions of Word's own. Numbers of lists are Word's, not words. Moves inside tables, which Word does
not know, are deletions and insertions. Needs the extra `inforce[docx]`.
"""

from __future__ import annotations

from datetime import datetime

from inforce.language import Language
from inforce.redline import Redline
from inforce.word.export.body import body_xml
from inforce.word.export.package import HEAD, NAMESPACES, core_part, document_part, package
from inforce.word.export.paragraphs import Paragraphs
from inforce.word.export.revisions import Revisions

__all__ = ["MEDIA_TYPE", "to_docx"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def to_docx(redline: Redline, *, title: str, author: str, date: datetime, language: Language) -> bytes:
    """Write `redline` as a document in `language` called `title`, with every change made by `author` at `date`."""
    revisions = Revisions(author=author, date=date)
    paragraphs = Paragraphs(revisions=revisions, right_to_left=language.direction == "rtl")
    body = body_xml(redline.blocks, paragraphs)
    parts = {
        "word/document.xml": document_part(body),
        "word/numbering.xml": HEAD + paragraphs.lists.part(NAMESPACES),
        "docProps/core.xml": core_part(title, author, date, str(language)),
    }
    return package(parts, paragraphs.links.relationships(), str(language))
