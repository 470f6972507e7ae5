"""Manuscripts: export a text for editing in Word, and import the edited document.

    content = to_manuscript(text, origin, title="Privacy", author="Example Shop", date=now)
    manuscript = parse_manuscript(edited)         # its origin and its content
    returned = take_back(text, manuscript.story)  # the new Markdown, or the reasons for a rejection

Invariants: the import is verified. The new Markdown is parsed again and must match, block by block, the document with
every change accepted; the old Markdown must match the document with every change rejected. Requires `inforce[docx]`.
"""

from __future__ import annotations

from dataclasses import dataclass

from inforce.word.roundtrip.alignment import Difference
from inforce.word.roundtrip.opening import UnreadableWordError, opened
from inforce.word.roundtrip.origin import DocumentOrigin, NoManuscriptError, parse_origin
from inforce.word.roundtrip.reading import read_story
from inforce.word.roundtrip.returning import Returned, take_back
from inforce.word.roundtrip.values import Comment, Objection, Story, shortened
from inforce.word.roundtrip.writing import to_manuscript

__all__ = [
    "Comment",
    "Difference",
    "DocumentOrigin",
    "Manuscript",
    "NoManuscriptError",
    "Objection",
    "Returned",
    "UnreadableWordError",
    "parse_manuscript",
    "shortened",
    "take_back",
    "to_manuscript",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """A returned document: the text it was made from, and its content."""

    origin: DocumentOrigin
    story: Story


def parse_manuscript(content: bytes) -> Manuscript:
    """Read the bytes of a .docx file; raise UnreadableWordError or NoManuscriptError (exit code 2) if that fails."""
    file = opened(content)
    origin = parse_origin(file.properties)
    try:
        return Manuscript(origin=origin, story=read_story(file.document))
    except (KeyError, ValueError, AttributeError, TypeError, RecursionError) as cause:
        problem = f"contains something that Word never writes ({' '.join(str(cause).split())[:120]})"
        raise UnreadableWordError(problem, "open it in Word and save it again") from cause
