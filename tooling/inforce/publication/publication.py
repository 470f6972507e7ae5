"""The publication: from a catalogue to all pages and files of one build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inforce import address
from inforce.catalog import Catalog, Evidence
from inforce.language import Language
from inforce.manifest import MANIFEST_SCHEMA, VERSIONS_SCHEMA, to_bytes
from inforce.manifest.building import manifest, versions_document
from inforce.markdown import to_html
from inforce.policy import Policy, Version
from inforce.publication import feeds
from inforce.publication.headers import headers
from inforce.publication.pages import (
    ComparePage,
    HistoryPage,
    HomePage,
    Page,
    PolicyPage,
    RedlinePage,
    SincePage,
    VersionPage,
)
from inforce.publication.pairs import shared_languages, version_pairs
from inforce.publication.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file of the site: its address, and how its bytes are made when they are wanted."""

    address: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What one build publishes of `catalog` at `now`.

    `evidence` holds per policy id and version label the commit that first held the text; `remarks` are sentences on
    what could not be checked.
    """

    catalog: Catalog
    now: datetime
    evidence: Mapping[str, Mapping[str, Evidence]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    texts: Texts = field(default_factory=Texts)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies of which at least one version is public."""
        return tuple(policy for policy in self.catalog if policy.public(self.now))

    def living_pages(self) -> Iterator[Page]:
        """Go through the pages that change with time: home, texts in force, histories."""
        yield HomePage(language=self.catalog.settings.languages[0], policies=self.policies, now=self.now)
        for policy in self.policies:
            yield from self._policy_pages(policy)
            yield self._history_page(policy)
            yield ComparePage(
                policy=policy,
                language=policy.binding_language,
                versions=policy.public(self.now),
                pairs=self.pairs(policy),
            )

    def lasting_pages(self) -> Iterator[Page]:
        """Go through the pages that stay: one per version and language, and every redline."""
        for policy in self.policies:
            for version in policy.public(self.now):
                yield from self._version_pages(policy, version)
                yield from self._since_pages(policy, version)
            for old, new in self.pairs(policy):
                for language in shared_languages(old, new):
                    yield RedlinePage(policy=policy, old=old, new=new, language=language)

    def pairs(self, policy: Policy) -> tuple[tuple[Version, Version], ...]:
        """List the pairs of versions of `policy` for which there is a redline."""
        return version_pairs(policy.public(self.now), self.catalog.settings.compare_pairs)

    def files(self) -> Iterator[PublishedFile]:
        """Go through everything that is not a page: manifest, schemas, texts, fragments, redlines, feeds."""
        yield PublishedFile(address=address.MANIFEST, make=lambda: to_bytes(manifest(self.catalog, self.now)))
        yield PublishedFile(address=address.MANIFEST_SCHEMA, make=lambda: to_bytes(MANIFEST_SCHEMA))
        yield PublishedFile(address=address.VERSIONS_SCHEMA, make=lambda: to_bytes(VERSIONS_SCHEMA))
        yield PublishedFile(address=address.HEADERS, make=lambda: headers(self.catalog))
        yield PublishedFile(address=address.FEED, make=lambda: feeds.book_feed(self.catalog, self.now))
        for policy in self.policies:
            yield from self._policy_files(policy)

    def evidence_of(self, policy: Policy, version: Version) -> Evidence | None:
        """Find the commit that first held the text of `version`."""
        return self.evidence.get(policy.id, {}).get(version.label.text)

    def _policy_files(self, policy: Policy) -> Iterator[PublishedFile]:
        evidence = self.evidence.get(policy.id, {})
        yield PublishedFile(
            address=address.versions_file(policy),
            make=lambda: to_bytes(versions_document(self.catalog, policy, self.now, evidence)),
        )
        yield PublishedFile(
            address=address.feed_file(policy), make=lambda: feeds.policy_feed(self.catalog, policy, self.now)
        )
        for version in policy.public(self.now):
            for edition in version.editions:
                yield PublishedFile(
                    address=address.text_file(policy, version, edition.language), make=edition.text.encode
                )
                yield PublishedFile(
                    address=address.fragment_file(policy, version, edition.language),
                    make=lambda text=edition.text: to_html(text).encode(),  # type: ignore[misc]
                )

    def _policy_pages(self, policy: Policy) -> Iterator[Page]:
        version = policy.in_force(self.now)
        languages = languages_of(policy, self.now)
        for language in languages:
            yield PolicyPage(
                policy=policy,
                language=language,
                now=self.now,
                version=version,
                announced=policy.announced(self.now),
                languages=languages,
            )

    def _version_pages(self, policy: Policy, version: Version) -> Iterator[Page]:
        public = policy.public(self.now)
        place = public.index(version)
        for edition in version.editions:
            yield VersionPage(
                policy=policy,
                version=version,
                edition=edition,
                state=policy.state(version, self.now),
                interval=policy.interval(version, self.now),
                predecessor=public[place - 1] if place else None,
                successor=public[place + 1] if place + 1 < len(public) else None,
            )

    def _since_pages(self, policy: Policy, version: Version) -> Iterator[Page]:
        current = policy.in_force(self.now)
        for language in version.languages:
            yield SincePage(
                policy=policy,
                version=version,
                language=language,
                current=current if current and current.edition(language) else None,
                announced=tuple(v for v in policy.announced(self.now) if v.edition(language) and v.seq != version.seq),
            )

    def _history_page(self, policy: Policy) -> Page:
        return HistoryPage(
            policy=policy,
            language=policy.binding_language,
            now=self.now,
            versions=policy.public(self.now),
            intervals=policy.intervals(self.now),
        )


def languages_of(policy: Policy, now: datetime) -> tuple[Language, ...]:
    """List every language in which some public version of `policy` is there, the binding one first."""
    found = {language for version in policy.public(now) for language in version.languages}
    return (policy.binding_language, *sorted(found - {policy.binding_language}))
