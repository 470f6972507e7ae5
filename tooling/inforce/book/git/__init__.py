"""Git as evidence: which commit first held a text, what the book was at another commit, what a digest stood for.

Keeps true: nothing is ever taken for granted that git could not show; what could not be checked stands in `remarks`.
Never the data model: a book without git reads the same. Writes nothing, checks nothing out, runs no hook and no
program that a repository's configuration names.
"""

from __future__ import annotations

from inforce.book.git.evidence import GitHistory, History, NoHistory, open_history
from inforce.book.git.log import Commit, FileChange
from inforce.book.git.repository import Repository

__all__ = ["Commit", "FileChange", "GitHistory", "History", "NoHistory", "Repository", "open_history"]
