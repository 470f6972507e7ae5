"""The publication: from a catalogue to all pages and files of one build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inforce import address
from inforce.catalog import Catalog, Evidence
from inforce.manifest import MANIFEST_SCHEMA, VERSIONS_SCHEMA, to_bytes
from inforce.manifest.building import manifest, versions_document
from inforce.policy import Policy, Version
from inforce.publication import feeds
from inforce.publication.headers import headers
from inforce.publication.lasting import LastingPages
from inforce.publication.living import compare_page, history_page, home_page, policy_pages
from inforce.publication.pages import Page
from inforce.publication.pairs import version_pairs
from inforce.publication.sitemap import sitemap
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
        """Go through the pages that change with time: home, texts in force, histories, comparisons."""
        yield home_page(self.catalog, self.policies, self.now)
        for policy in self.policies:
            version = policy.in_force(self.now)
            evidence = self.evidence.get(policy.id, {}).get(version.label.text) if version else None
            yield from policy_pages(self.catalog, policy, self.now, evidence)
            yield history_page(policy, self.now)
            yield compare_page(policy, self.pairs(policy), self.now)

    def lasting_pages(self, policy: Policy) -> Iterator[Page]:
        """Go through the pages of `policy` that stay: one per version and language, and every redline."""
        evidence = self.evidence.get(policy.id, {})
        return iter(
            LastingPages(catalog=self.catalog, policy=policy, now=self.now, evidence=evidence, pairs=self.pairs(policy))
        )

    def pairs(self, policy: Policy) -> tuple[tuple[Version, Version], ...]:
        """List the pairs of versions of `policy` for which there is a redline."""
        return version_pairs(policy.public(self.now), self.catalog.settings.compare_pairs)

    def manifest(self) -> bytes:
        """Write the manifest, unsigned."""
        return to_bytes(manifest(self.catalog, self.now))

    def files(self) -> Iterator[PublishedFile]:
        """Go through everything that is neither a page nor the manifest: schemas, texts, feeds."""
        yield PublishedFile(address=address.MANIFEST_SCHEMA, make=lambda: to_bytes(MANIFEST_SCHEMA))
        yield PublishedFile(address=address.VERSIONS_SCHEMA, make=lambda: to_bytes(VERSIONS_SCHEMA))
        yield PublishedFile(address=address.HEADERS, make=lambda: headers(self.policies, self.now))
        yield PublishedFile(address=address.SITEMAP, make=lambda: sitemap(self.catalog, self.now))
        yield PublishedFile(address=address.FEED, make=lambda: feeds.book_feed(self.catalog, self.now))
        for policy in self.policies:
            yield from self._policy_files(policy)

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
