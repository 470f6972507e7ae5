"""Checks: every rule a book is held to, as findings with a place, the words concerned and the way to fix them.

Keeps true: rules only read; a finding is a sentence a legal editor understands. No rule says that a text complies with
a law, none rewrites words, none gives a score. Does not read files: the book comes in as values, the clock too.
"""

from __future__ import annotations

from inforce.checks.book import Book
from inforce.checks.dismissals import Dismissal, Dismissals
from inforce.checks.finding import Finding, Severity
from inforce.checks.notice import earliest_effective
from inforce.checks.rule import Rule
from inforce.checks.rules import CATALOGUE
from inforce.checks.run import CheckReport, Dismissed, check, examine, from_fault

__all__ = [
    "CATALOGUE",
    "Book",
    "CheckReport",
    "Dismissal",
    "Dismissals",
    "Dismissed",
    "Finding",
    "Rule",
    "Severity",
    "check",
    "earliest_effective",
    "examine",
    "from_fault",
]
