"""Manuscripts: a text on its way to somebody who edits it in Word, and back.

    content = to_manuscript(text, origin, title="Privacy", author="Example Shop", date=now)
    manuscript = parse_manuscript(edited)         # its origin, and what stands in it
    returned = take_back(text, manuscript.story)  # the new Markdown, or why not

Keeps true: the way back is proven. The new Markdown is read again and must be, block by block, what the document says
with every change accepted; the old one must be what it says with every change rejected. Needs `inforce[docx]`.
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
    """A document that came back: the text it was made of, and what stands in it now."""

    origin: DocumentOrigin
    story: Story


def parse_manuscript(content: bytes) -> Manuscript:
    """Read the bytes of a .docx file; UnreadableWordError or NoManuscriptError, of exit code 2, say why not."""
    file = opened(content)
    origin = parse_origin(file.properties)
    try:
        return Manuscript(origin=origin, story=read_story(file.document))
    except (KeyError, ValueError, AttributeError, TypeError, RecursionError) as cause:
        problem = f"holds something that Word never writes ({' '.join(str(cause).split())[:120]})"
        raise UnreadableWordError(problem, "open it in Word and save it again") from cause
