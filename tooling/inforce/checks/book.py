"""The book as the checks see it: everything that was read, and what it is compared with."""

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

    `catalog` is None where the settings could not be read; `faults` is what reading it reported. `base` is the book of
    the branch a change is to be merged into, `base_ref` the name of that branch as git knows it. `published` holds
    texts that were locked, by digest, as far as they could be found (in git), so that a change can be told in words.
    `pages` names what stands beside the policies at the root of the site, such as `imprint`.
    """

    catalog: Catalog | None
    lock: Lock = field(default_factory=Lock)
    faults: tuple[BookError, ...] = ()
    base: Book | None = None
    base_ref: str = "main"
    published: Mapping[Digest, str] = field(default_factory=dict)
    answers: Dismissals = field(default_factory=Dismissals)
    pages: frozenset[str] = frozenset()
