"""The publication: all pages and files that a build makes from a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inforce import address
from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.language import Language
from inforce.manifest import DIGESTS_SCHEMA, MANIFEST_SCHEMA, VERSIONS_SCHEMA, to_bytes
from inforce.manifest.build import manifest, manifest_paths, versions_document
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.publication.change_summary import Step, Steps
from inforce.publication.files.atom import Feed, book_feed, policy_feed, to_atom
from inforce.publication.files.headers import headers
from inforce.publication.files.icalendar import calendar, has_dates
from inforce.publication.files.sitemap import sitemap
from inforce.publication.files.texts import Texts
from inforce.publication.files.timemap import timemap
from inforce.publication.pages import Page, PageKind, PageSource, PageStub
from inforce.publication.pairs import version_pairs
from inforce.publication.version_digests import DigestOf, version_digests
from inforce.rendering.labels import ENGLISH, Labels
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file of the site: its path, and a function that returns its bytes.

    `key_parts` lists all inputs of its bytes except interface words and program versions, if the file is worth caching.
    """

    address: str
    make: Callable[[], bytes]
    key_parts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Everything that a build publishes of `catalog` at `now`.

    `evidence` maps policy id and version label to the first commit that contains the text; `labels_for` returns the
    interface words of feeds and calendars in a language. `kinds` are the kinds of its pages.
    """

    catalog: Catalog
    now: datetime
    kinds: tuple[PageKind, ...] = ()
    evidence: Mapping[str, Mapping[str, Evidence]] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    labels_for: Callable[[Language], Labels] = lambda _: ENGLISH

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies with at least one public version."""
        return tuple(policy for policy in self.catalog if policy.public(self.now))

    def living_pages(self) -> Iterator[Page]:
        """Yield the pages that change with time."""
        yield from self.book_pages()
        for policy in self.policies:
            yield from self.living_pages_of(policy)

    def book_pages(self) -> Iterator[Page]:
        """Yield the pages of the whole book."""
        for kind in self._kinds(of_book=True, depends_on_time=True):
            yield from kind.pages(self._source(self.policies))

    def living_pages_of(self, policy: Policy) -> Iterator[Page]:
        """Yield the pages of `policy` that change with time."""
        source = self._source((policy,))
        for kind in self._kinds(depends_on_time=True):
            yield from kind.pages(source)

    def outlines(self) -> Iterator[PageStub]:
        """Yield the outlines of the pages that change with time."""
        for kind in self._kinds(of_book=True, depends_on_time=True):
            yield from kind.stubs(self._source(self.policies))
        for policy in self.policies:
            yield from self.outlines_of(policy)

    def outlines_of(self, policy: Policy) -> Iterator[PageStub]:
        """Yield the outlines of the pages of `policy` that change with time."""
        source = self._source((policy,))
        for kind in self._kinds(depends_on_time=True):
            yield from kind.stubs(source)

    def histories_of(self, policy: Policy) -> Iterator[Page]:
        """Yield the pages of `policy` that are rendered from its published comparisons."""
        source = self._source((policy,))
        for kind in self._kinds(depends_on_time=True, from_redlines=True):
            yield from kind.pages(source)

    def lasting_pages(self, policy: Policy, language: Language | None = None) -> Iterator[Page]:
        """Yield the permanent pages of `policy`, only those in `language` if given."""
        source = self._source((policy,), language)
        for kind in self._kinds(depends_on_time=False):
            yield from kind.pages(source)

    def lasting_outlines(self, policy: Policy, language: Language) -> Iterator[PageStub]:
        """Yield the outlines of the permanent pages of `policy` in `language`."""
        source = self._source((policy,), language)
        for kind in self._kinds(depends_on_time=False):
            yield from kind.stubs(source)

    def _kinds(self, *, depends_on_time: bool, of_book: bool = False, from_redlines: bool = False) -> list[PageKind]:
        wanted = (depends_on_time, of_book, from_redlines)
        return [kind for kind in self.kinds if (kind.depends_on_time, kind.of_book, kind.from_redlines) == wanted]

    def _source(self, policies: tuple[Policy, ...], only: Language | None = None) -> PageSource:
        evidence = self.evidence.get(policies[0].id, {}) if len(policies) == 1 else {}
        return PageSource(catalog=self.catalog, now=self.now, policies=policies, evidence=evidence, only=only)

    def pairs(self, policy: Policy) -> tuple[tuple[Version, Version], ...]:
        """Return the pairs of versions of `policy` with a redline."""
        return version_pairs(policy.public(self.now), self.catalog.settings.compare_pairs)

    @property
    def manifest_paths(self) -> tuple[str, ...]:
        """Return the path of each manifest, the main one first."""
        return manifest_paths(self.catalog.settings)

    def manifest(self, versions_digests: Mapping[str, Digest], path: str = address.MANIFEST) -> bytes:
        """Return the unsigned manifest at `path`.

        `versions_digests` maps each policy id to the digest of its `version_digests`.
        """
        return to_bytes(manifest(self.catalog, self.now, versions_digests, path=path))

    def version_digests(self, policy: Policy, digest_of: DigestOf) -> bytes:
        """Return the digests of everything published of `policy`; `digest_of` returns the digest of the file at a
        path.
        """
        return version_digests(self.catalog, policy, self.pairs(policy), self.now, digest_of)

    def step(self, old: Edition, new: Edition, _file: str = "") -> Step:
        """Return the step between two editions for feeds and histories."""
        return Step.of(self.texts.changes(old, new).redline, self.labels_for(new.language))

    def files(self, steps: Steps | None = None) -> Iterator[PublishedFile]:
        """Yield every file that is neither a page nor a manifest: schemas, texts, feeds, calendars.

        `steps` returns the changes between two texts, if they are already known.
        """
        yield from self.issued_files()
        yield from self.feeds(steps)
        for policy in self.policies:
            for version in policy.public(self.now):
                for edition in version.editions:
                    place = address.text_file(policy, version, edition.language)
                    yield PublishedFile(address=place, make=edition.text.encode)

    def issued_files(self) -> Iterator[PublishedFile]:
        """Yield the files that every build writes, since they contain its time or are quick to create."""
        yield PublishedFile(address=address.MANIFEST_SCHEMA, make=lambda: to_bytes(MANIFEST_SCHEMA))
        yield PublishedFile(address=address.VERSIONS_SCHEMA, make=lambda: to_bytes(VERSIONS_SCHEMA))
        yield PublishedFile(address=address.DIGESTS_SCHEMA, make=lambda: to_bytes(DIGESTS_SCHEMA))
        yield PublishedFile(address=address.RECEIPT_SCHEMA, make=lambda: to_bytes(RECEIPT_SCHEMA))
        yield PublishedFile(address=address.HEADERS, make=lambda: headers(self.policies, self.now, self.manifest_paths))
        yield PublishedFile(address=address.SITEMAP, make=self._sitemap)
        for policy in self.policies:
            yield from self._issued_files_of(policy)

    def _sitemap(self) -> bytes:
        """Return the sitemap: the indexed pages of the book, and those of each policy with a text in force."""
        pages: list[tuple[str, datetime | None]] = [
            (stub.address, None)
            for kind in self._kinds(of_book=True, depends_on_time=True)
            for stub in kind.stubs(self._source(self.policies))
            if kind.is_indexed
        ]
        for policy in self.policies:
            if version := policy.in_force(self.now):
                stubs = (stub for stub in self.outlines_of(policy) if stub.kind.is_indexed)
                pages += [(stub.address, version.effective_at) for stub in stubs]
        return sitemap(self.catalog.settings.site, pages)

    def feeds(self, steps: Steps | None = None) -> Iterator[PublishedFile]:
        """Yield the feeds; `steps` returns the changes between two texts, if they are already known."""
        steps = steps or self.step
        title = (
            f"{self.labels_for(self.catalog.settings.languages[0]).policies} – {self.catalog.settings.publisher.name}"
        )
        yield self._feed(book_feed(self.catalog, title, self.now), steps)
        for policy in self.policies:
            yield self._feed(policy_feed(self.catalog, policy, self.now), steps)

    def _feed(self, feed: Feed, steps: Steps) -> PublishedFile:
        labels = {str(policy.binding_language): self.labels_for(policy.binding_language) for policy in self.policies}
        return PublishedFile(
            address=feed.file,
            make=lambda: to_atom(feed, self.catalog, steps, labels),
            key_parts=feed.key_parts(self.catalog),
        )

    def _issued_files_of(self, policy: Policy) -> Iterator[PublishedFile]:
        evidence = self.evidence.get(policy.id, {})
        yield PublishedFile(
            address=address.versions_file(policy),
            make=lambda: to_bytes(versions_document(self.catalog, policy, self.now, evidence)),
        )
        yield PublishedFile(address=address.timemap_file(policy), make=lambda: timemap(self.catalog, policy, self.now))
        if has_dates(policy, self.now):
            words = self.labels_for(policy.binding_language)
            yield PublishedFile(
                address=address.calendar_file(policy),
                make=lambda: calendar(self.catalog, policy, self.now, words),
            )
