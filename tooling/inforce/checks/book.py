"""The book to be checked, and the book it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inforce.checks.dismissals import Dismissals
from inforce.errors import BookError
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book to be checked.

    `catalog` is None if the settings could not be read; `faults` are the errors found while reading. `base` is the book
    of the branch into which the change is to be merged, and `base_ref` the git ref of that branch. `published` maps
    digests of locked texts to the texts, as far as git has them, so that findings can quote what changed. `pages` are
    the names of other pages at the root of the site, such as `imprint`.
    """

    catalog: Catalog | None
    lock: Lock = field(default_factory=Lock)
    faults: tuple[BookError, ...] = ()
    base: Book | None = None
    base_ref: str = "main"
    published: Mapping[Digest, str] = field(default_factory=dict)
    dismissals: Dismissals = field(default_factory=Dismissals)
    pages: frozenset[str] = frozenset()
