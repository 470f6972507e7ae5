"""Checks: the rules for a book, and their findings, each with a place, the words concerned and a fix.

Invariants: rules change nothing; a finding is a sentence that a legal editor understands. No rule states that a text
complies with a law, rewrites words or computes a score.
Not responsible for: reading files or the clock; the book and the current instant are arguments.
"""

from __future__ import annotations

from inforce.checks.book import Book
from inforce.checks.dismissals import Dismissal, Dismissals
from inforce.checks.finding import Finding, Severity
from inforce.checks.notice import earliest_effective
from inforce.checks.rule import Rule
from inforce.checks.rules import CATALOGUE
from inforce.checks.run import CheckReport, DismissedQuestion, check, examine, from_fault

__all__ = [
    "CATALOGUE",
    "Book",
    "CheckReport",
    "Dismissal",
    "Dismissals",
    "DismissedQuestion",
    "Finding",
    "Rule",
    "Severity",
    "check",
    "earliest_effective",
    "examine",
    "from_fault",
]
