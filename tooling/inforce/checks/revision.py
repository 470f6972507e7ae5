"""Revisions: a binding text and its differences from the previous version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from inforce.checks.printed_date import find_printed_date
from inforce.checks.text import CheckedText
from inforce.markdown import Document
from inforce.redline import Redline


@dataclass(frozen=True, kw_only=True)
class Revision:
    """The binding text `text`, and the redline from its predecessor."""

    text: CheckedText
    redline: Redline

    def prints_date(self, was: str, now: str) -> bool:
        """Return whether `was` and `now` are part of labelled dates of the version, printed in the text."""
        before, after = self._printed
        return (not was or any(was in words for words in before)) and (not now or any(now in words for words in after))

    @cached_property
    def _printed(self) -> tuple[list[str], list[str]]:
        return _dates(self.redline.old.document), _dates(self.redline.new.document)


def _dates(document: Document) -> list[str]:
    return [date.words for block in document.blocks if (date := find_printed_date(block.text))]
