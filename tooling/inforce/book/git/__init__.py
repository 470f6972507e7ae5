"""Git as evidence: the commit that first contained a text, the book at another commit, the text with a given digest.

Invariants: only facts that git proves are returned; facts that could not be checked are listed in `remarks`. Nothing is
written or checked out, and no hook or program from a repository's configuration is run.
Not responsible for: the data model; a book can be read without git.
"""

from __future__ import annotations

from inforce.book.git.evidence import GitHistory, History, NoHistory, open_history
from inforce.book.git.log import Commit, FileChange
from inforce.book.git.repository import Repository

__all__ = ["Commit", "FileChange", "GitHistory", "History", "NoHistory", "Repository", "open_history"]
