"""Git as evidence: which commit first held a text, what the book was at another commit, what a digest stood for.

Keeps true: nothing is ever taken for granted that git could not show; what could not be checked stands in `remarks`.
Never the data model: a book without git reads the same. Writes nothing, checks nothing out, runs no hook and no
program that a repository's configuration names.
"""

from __future__ import annotations

from inforce.store.history.evidence import GitHistory, History, NoHistory, open_history
from inforce.store.history.log import Change, Commit
from inforce.store.history.repository import Repository

__all__ = ["Change", "Commit", "GitHistory", "History", "NoHistory", "Repository", "open_history"]
