"""The publication: from a catalogue to all pages and files of one build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inforce import address
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
from inforce.publication.pages import Page, PageKind
from inforce.publication.pages.current import (
    Outline,
    compare_pages,
    home_page,
    languages_of,
    outlines_of,
    policy_pages,
)
from inforce.publication.pages.history import history_pages
from inforce.publication.pages.permanent import LastingPages
from inforce.publication.pairs import version_pairs
from inforce.publication.version_digests import DigestOf, version_digests
from inforce.rendering.labels import ENGLISH, Labels
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file of the site: its address, and how its bytes are made when they are wanted.

    `made_of` names everything its bytes follow from beside words and makers, where making it is worth sparing.
    """

    address: str
    make: Callable[[], bytes]
    made_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What one build publishes of `catalog` at `now`.

    `evidence` holds per policy id and version label the commit that first held the text; `speak` gives the words of
    feeds and calendars in a language.
    """

    catalog: Catalog
    now: datetime
    evidence: Mapping[str, Mapping[str, Evidence]] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    speak: Callable[[Language], Labels] = lambda _: ENGLISH

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies of which at least one version is public."""
        return tuple(policy for policy in self.catalog if policy.public(self.now))

    def living_pages(self) -> Iterator[Page]:
        """Go through the pages that change with time: home, texts in force, comparisons."""
        yield self.home()
        for policy in self.policies:
            yield from self.living_pages_of(policy)

    def home(self) -> Page:
        """Make the home page, which speaks of all policies."""
        return home_page(self.catalog, self.policies, self.now)

    def living_pages_of(self, policy: Policy) -> Iterator[Page]:
        """Go through the pages of `policy` that change with time: texts in force, comparisons."""
        version = policy.in_force(self.now)
        evidence = self.evidence.get(policy.id, {}).get(version.label.text) if version else None
        yield from policy_pages(self.catalog, policy, self.now, evidence)
        yield from compare_pages(policy, self.pairs(policy), self.now)

    def outlines(self) -> Iterator[Outline]:
        """Go through the outlines of the pages that change with time."""
        yield Outline("", PageKind.HOME, self.catalog.settings.languages[0])
        for policy in self.policies:
            yield from outlines_of(policy, self.now)

    def history_addresses(self) -> Iterator[str]:
        """Address every history."""
        for policy in self.policies:
            for language in languages_of(policy, self.now):
                yield address.history_page(policy, language)

    def histories_of(self, policy: Policy) -> Iterator[Page]:
        """Go through the histories of `policy`, one per language."""
        return history_pages(self.catalog, policy, self.now)

    def lasting_pages(self, policy: Policy, language: Language | None = None) -> Iterator[Page]:
        """Go through the pages of `policy` that stay: one per version and language, and every redline.

        Only those in `language`, where one is given.
        """
        return iter(
            LastingPages(
                catalog=self.catalog,
                policy=policy,
                now=self.now,
                evidence=self.evidence.get(policy.id, {}),
                pairs=self.pairs(policy),
                only=language,
            )
        )

    def pairs(self, policy: Policy) -> tuple[tuple[Version, Version], ...]:
        """List the pairs of versions of `policy` for which there is a redline."""
        return version_pairs(policy.public(self.now), self.catalog.settings.compare_pairs)

    @property
    def manifest_paths(self) -> tuple[str, ...]:
        """The path of each manifest, the main one first."""
        return manifest_paths(self.catalog.settings)

    def manifest(self, versions_digests: Mapping[str, Digest], path: str = address.MANIFEST) -> bytes:
        """Write the manifest at `path`, unsigned.

        `versions_digests` are by policy id the digests of its `version_digests`.
        """
        return to_bytes(manifest(self.catalog, self.now, versions_digests, path=path))

    def version_digests(self, policy: Policy, digest_of: DigestOf) -> bytes:
        """Write the digests of everything published of `policy`; `digest_of` returns that of a file by address."""
        return version_digests(self.catalog, policy, self.pairs(policy), self.now, digest_of)

    def step(self, old: Edition, new: Edition, _file: str = "") -> Step:
        """Compare two editions as far as feeds and histories tell of it."""
        return Step.of(self.texts.changes(old, new).redline, self.speak(new.language))

    def files(self, steps: Steps | None = None) -> Iterator[PublishedFile]:
        """Go through everything that is neither a page nor the manifest: schemas, texts, feeds, calendars.

        `steps` gives what changed between two texts where that is already known.
        """
        yield from self.issued_files()
        yield from self.feeds(steps)
        for policy in self.policies:
            for version in policy.public(self.now):
                for edition in version.editions:
                    place = address.text_file(policy, version, edition.language)
                    yield PublishedFile(address=place, make=edition.text.encode)

    def issued_files(self) -> Iterator[PublishedFile]:
        """Go through the files that a build writes anew, since they say when it was, or cost nothing."""
        yield PublishedFile(address=address.MANIFEST_SCHEMA, make=lambda: to_bytes(MANIFEST_SCHEMA))
        yield PublishedFile(address=address.VERSIONS_SCHEMA, make=lambda: to_bytes(VERSIONS_SCHEMA))
        yield PublishedFile(address=address.DIGESTS_SCHEMA, make=lambda: to_bytes(DIGESTS_SCHEMA))
        yield PublishedFile(address=address.HEADERS, make=lambda: headers(self.policies, self.now, self.manifest_paths))
        yield PublishedFile(address=address.SITEMAP, make=lambda: sitemap(self.catalog, self.now))
        for policy in self.policies:
            yield from self._issued_files_of(policy)

    def feeds(self, steps: Steps | None = None) -> Iterator[PublishedFile]:
        """Go through the feeds; `steps` gives what changed between two texts where that is already known."""
        steps = steps or self.step
        title = f"{self.speak(self.catalog.settings.languages[0]).policies} – {self.catalog.settings.publisher.name}"
        yield self._feed(book_feed(self.catalog, title, self.now), steps)
        for policy in self.policies:
            yield self._feed(policy_feed(self.catalog, policy, self.now), steps)

    def _feed(self, feed: Feed, steps: Steps) -> PublishedFile:
        labels = {str(one.binding_language): self.speak(one.binding_language) for one in self.policies}
        return PublishedFile(
            address=feed.file,
            make=lambda: to_atom(feed, self.catalog, steps, labels),
            made_of=feed.made_of(self.catalog),
        )

    def _issued_files_of(self, policy: Policy) -> Iterator[PublishedFile]:
        evidence = self.evidence.get(policy.id, {})
        yield PublishedFile(
            address=address.versions_file(policy),
            make=lambda: to_bytes(versions_document(self.catalog, policy, self.now, evidence)),
        )
        yield PublishedFile(address=address.timemap_file(policy), make=lambda: timemap(self.catalog, policy, self.now))
        if has_dates(policy, self.now):
            words = self.speak(policy.binding_language)
            yield PublishedFile(
                address=address.calendar_file(policy),
                make=lambda: calendar(self.catalog, policy, self.now, words),
            )
