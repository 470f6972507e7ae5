"""Permanent pages: one per version and language, and one per redline.

Invariants: a permanent page changes only when its own version or a neighbour changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Interval, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.publication.pages import Page, PageKind
from inforce.publication.pages.context import (
    Facts,
    Relations,
    alternates,
    edition_facts,
    evidence_facts,
    mark_of,
    named_languages,
    neighbour_facts,
    policy_facts,
    relations_of,
    standing,
    summary_facts,
    version_facts,
    withdrawal_facts,
)
from inforce.publication.pages.json_ld import about_version
from inforce.publication.pairs import shared_languages


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingPages:
    """The permanent pages of `policy` as known at `now`, `only` in one language if set; `evidence` is by label."""

    catalog: Catalog
    policy: Policy
    now: datetime
    evidence: Mapping[str, Evidence]
    pairs: tuple[tuple[Version, Version], ...]
    only: Language | None = None

    def __iter__(self) -> Iterator[Page]:
        public = self.policy.public(self.now)
        intervals = {row.version.seq: row for row in self.policy.intervals(self.now)}
        targets = list(self._targets(intervals))
        for place, version in enumerate(public):
            before = public[place - 1] if place else None
            after = public[place + 1] if place + 1 < len(public) else None
            yield from self._version_pages(version, before, after, intervals.get(version.seq))
            yield from self._since_pages(version, targets)
        for old, new in self.pairs:
            for language in shared_languages(old, new):
                if self.only not in (None, language):
                    continue
                yield self._redline_page(old, new, language)

    def _version_pages(
        self, version: Version, before: Version | None, after: Version | None, interval: Interval | None
    ) -> Iterator[Page]:
        policy = self.policy
        stands = standing(policy, version, self.now, interval)
        shared = {
            "publisher": self.catalog.settings.publisher.name,
            "site": self.catalog.settings.site,
            "version": version_facts(policy, version, policy.binding_language),
            "standing": stands,
            "withdrawn": withdrawal_facts(policy),
            "calendar": address.calendar_file(policy) if version.published_at < version.effective_at else None,
            "cancelled": version.cancelled.reason if version.cancelled and version.is_cancelled(self.now) else None,
            "evidence": evidence_facts(self.evidence.get(version.label.text)),
            "origin": _origin(version),
            "languages": _languages(policy, version),
        }
        for edition in self._editions(version):
            language = edition.language
            page = address.version_page(policy, version, language)
            facts = {
                **shared,
                "policy": policy_facts(policy, language),
                "edition": edition_facts(policy, version, edition),
                "since": address.since_page(policy, version, language),
                "paper": address.version_pdf(policy, version, language),
                "before": neighbour_facts(policy, version, before, language),
                "after": neighbour_facts(policy, version, after, language),
                "about": about_version(self.catalog, policy, version, language, page, stands),
            }
            yield Page(
                kind=PageKind.VERSION,
                address=page,
                language=language,
                context=facts,
                links=(*relations_of(policy, language), *_around(policy, version, facts)),
                text=edition,
            )

    def _targets(self, intervals: Mapping[int, Interval]) -> Iterator[tuple[Version, Facts]]:
        """Yield the version in force and the announced versions, each with its state."""
        current = self.policy.in_force(self.now)
        for target in [*([current] if current else []), *self.policy.announced(self.now)]:
            stands = standing(self.policy, target, self.now, intervals.get(target.seq))
            yield target, {**stands, "in_force": target is current}

    def _since_pages(self, version: Version, targets: list[tuple[Version, Facts]]) -> Iterator[Page]:
        policy, later = self.policy, [row for row in targets if row[0].seq > version.seq]
        for edition in self._editions(version):
            language = edition.language
            shown = [(target, stands, newer) for target, stands in later if (newer := target.edition(language))]
            missing = [target for target, _ in later if not target.edition(language)]
            pages = partial(address.since_page, policy, version)
            yield Page(
                kind=PageKind.SINCE,
                address=address.since_page(policy, version, language),
                language=language,
                context={
                    "policy": policy_facts(policy, language),
                    "version": version_facts(policy, version, language),
                    "targets": [
                        {
                            **version_facts(policy, target, language),
                            **stands,
                            "summary": summary_facts(newer) if target.seq == version.seq + 1 else [],
                        }
                        for target, stands, newer in shown
                    ],
                    "missing": [version_facts(policy, target, language) for target in missing],
                    "binding_since": address.since_page(policy, version, policy.binding_language),
                    "file": address.since_file(policy, version, language),
                    "languages": named_languages(version.languages, pages),
                },
                links=self._relations(language, version.languages, pages),
                pairs=tuple((edition, newer) for _, _, newer in shown),
            )

    def _editions(self, version: Version) -> Iterator[Edition]:
        return (edition for edition in version.editions if self.only in (None, edition.language))

    def _redline_page(self, old: Version, new: Version, language: Language) -> Page:
        policy = self.policy
        before, after = old.edition(language), new.edition(language)
        if before is None or after is None:
            message = f"{policy.id} {old.label} and {new.label} are not both in {language}"
            raise LookupError(message)
        neighbours = new.seq == old.seq + 1
        pages, languages = partial(address.redline_page, policy, old, new), shared_languages(old, new)
        return Page(
            kind=PageKind.REDLINE,
            address=address.redline_page(policy, old, new, language),
            language=language,
            context={
                "policy": policy_facts(policy, language),
                "old": version_facts(policy, old, language),
                "new": version_facts(policy, new, language),
                # A summary describes the changes from the version before; it would mislead for a larger step.
                "summary": summary_facts(after) if neighbours else [],
                "file": address.redline_file(policy, old, new, language),
                "document": address.redline_docx(policy, old, new, language),
                "languages": named_languages(languages, pages),
                "paper": address.redline_pdf(policy, old, new, language),
            },
            links=self._relations(language, languages, pages),
            pairs=((before, after),),
        )

    def _relations(
        self, language: Language, languages: Iterable[Language], pages: Callable[[Language], str]
    ) -> Relations:
        policy = self.policy
        return (*relations_of(policy, language), *alternates(languages, policy.binding_language, pages))


def _languages(policy: Policy, version: Version) -> list[Facts]:
    return [
        {
            "tag": str(edition.language),
            "name": edition.language.own_name,
            "page": address.version_page(policy, version, edition.language),
            "mark": mark_of(policy, version, edition) or "binding",
        }
        for edition in version.editions
    ]


def _origin(version: Version) -> Facts | None:
    origin = version.origin
    return {"path": origin.path, "commit": origin.commit, "committed": origin.committed} if origin else None


def _around(policy: Policy, version: Version, facts: Facts) -> Iterator[Mapping[str, str]]:
    for relation, neighbour in (("predecessor-version", facts["before"]), ("successor-version", facts["after"])):
        if neighbour:
            yield {"rel": relation, "href": neighbour["page"]}
    yield from alternates(version.languages, policy.binding_language, partial(address.version_page, policy, version))
    yield {"rel": "original", "href": facts["policy"]["page"]}
    yield {"rel": "alternate", "href": facts["edition"]["file"], "type": "text/markdown"}
