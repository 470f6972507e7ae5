"""Pages as values, and the kinds of pages: one module per kind, with `KIND` and the data of its template.

Invariants: a page depends only on its value, so pages with equal fingerprints are equal; a permanent page refers to its
neighbours and to the stable path of the text in force, never to a growing list. Only the module of a kind contains
rules for its pages; all other code reads the fields of `PageKind`.

Not responsible for: listing the kinds, which are the modules of this package (see `site/page_kinds`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from inforce.changes import EditionChanges
from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Edition, Interval, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.publication.corrections import bases, next_amendments
from inforce.publication.pairs import version_pairs
from inforce.rendering.labels import Labels


class PageContext(Mapping[str, Any]):
    """The data of a template: the base of a frozen dataclass per kind, whose fields are the names in the template.

    The values are plain data: strings, numbers, instants, lists and mappings.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        if name not in self.__dataclass_fields__:  # type: ignore[attr-defined]  # every subclass is a dataclass
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return (item.name for item in fields(self))  # type: ignore[arg-type]  # as above

    def __len__(self) -> int:
        return len(fields(self))  # type: ignore[arg-type]  # as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the site in one language.

    `context` is its content. `text` is the edition shown in full, `pairs` are the editions compared, older first.
    `links` are the links for the head of the page, with their attributes.
    """

    kind: PageKind
    address: str
    language: Language
    context: Mapping[str, Any]
    links: tuple[Mapping[str, str], ...] = ()
    text: Edition | None = None
    pairs: tuple[tuple[Edition, Edition], ...] = ()

    def fingerprint(self) -> str:
        """Return a digest of all inputs of this page, as 64 hex digits."""
        shown = [str(self.text.digest)] if self.text else []
        compared = [[str(old.digest), str(new.digest)] for old, new in self.pairs]
        parts = [self.kind.name, self.address, str(self.language), self.context, self.links, shown, compared]
        return hashlib.sha256(json.dumps(parts, default=_plain, ensure_ascii=False).encode()).hexdigest()


class PageStub(NamedTuple):
    """The outline of a page, available before its content is computed: its path and the text that it shows."""

    address: str
    kind: PageKind
    language: Language
    text: Edition | None = None


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a dict
class PageSource:
    """The source of pages, as known at `now`: the book, its public `policies`, and `evidence` by version label.

    Pages of a policy have a source with that policy alone. If `only` is set, permanent pages are in that language only.
    """

    catalog: Catalog
    now: datetime
    policies: tuple[Policy, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    only: Language | None = None

    @property
    def policy(self) -> Policy:
        """The only policy of this source."""
        return self.policies[0]

    @cached_property
    def pairs(self) -> tuple[tuple[Version, Version], ...]:
        """The pairs of versions of the policy with a redline."""
        return version_pairs(self.policy.public(self.now), self.catalog.settings.compare_pairs)

    @cached_property
    def bases(self) -> Mapping[int, Version | None]:
        """The version before each version of the policy at its publication, by the seq of the later one."""
        return bases(self.policy.public(self.now))

    @cached_property
    def next_amendments(self) -> Mapping[int, Version]:
        """The next amendment of each version of the policy that has one, by the seq of the earlier one."""
        return next_amendments(self.policy.public(self.now), self.now)

    @cached_property
    def intervals(self) -> Mapping[int, Interval]:
        """The interval in which each version of the policy is in force, by its seq."""
        return {row.version.seq: row for row in self.policy.intervals(self.now)}


class FileFormat(Enum):
    """The format of a companion file; the builder creates all but JSON from the text or the redline of the page."""

    MARKDOWN = "the text"
    FRAGMENT = "the text as HTML without a page"
    JSON = "data for apps"
    WORD = "a redline with tracked changes"
    PDF = "the text or the redline on paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionFile:
    """A file that is published with each page of a kind, at the path that `address` returns for the page.

    `data` returns the bytes of a JSON file from the page, the address of the site and the redlines of the page.
    """

    format: FileFormat
    address: Callable[[Page], str]
    data: Callable[[Page, str, list[EditionChanges], Labels], bytes] = lambda *_: b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    """A kind of page; its template is `NAME.html`.

    `outlines` yields the path of each page of a source, cheaply; `pages` yields the same pages with their content.
    `of_book`: its pages depend on the whole book, not on one policy. `depends_on_time`: a page changes without a
    change of its version or a neighbour. `from_redlines`: it is rendered last, from the published comparisons.
    `is_indexed`: search and sitemap list it. `in_navigation`: the navigation lists it in the binding language.
    """

    name: str
    outlines: Callable[[PageSource], Iterator[tuple[str, Language, Edition | None]]]
    pages: Callable[[PageSource], Iterator[Page]]
    depends_on_time: bool
    of_book: bool = False
    from_redlines: bool = False
    is_indexed: bool = False
    in_navigation: bool = False
    companions: tuple[CompanionFile, ...] = ()

    @property
    def has_own_shell(self) -> bool:
        """Whether MkDocs creates a shell for each page; all other pages share one per language and folder depth."""
        return self.depends_on_time and not self.from_redlines

    def stubs(self, source: PageSource) -> Iterator[PageStub]:
        """Yield the outline of each page of `source`."""
        return (PageStub(address, self, language, text) for address, language, text in self.outlines(source))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Mapping):
        return dict(value)
    message = f"a page says {value!r}, which is not plain data"
    raise TypeError(message)
