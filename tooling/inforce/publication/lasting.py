"""Pages that stay: one per version and language, and every redline.

Keeps true: what such a page says changes only when its own version or a neighbour does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from inforce import address
from inforce.catalog import Catalog, Evidence
from inforce.language import Language
from inforce.policy import Interval, Policy, Version
from inforce.publication.facts import (
    Facts,
    edition_facts,
    evidence_facts,
    neighbour_facts,
    policy_facts,
    relations_of,
    standing,
    summary_facts,
    version_facts,
)
from inforce.publication.pages import Page, PageKind
from inforce.publication.pairs import shared_languages


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingPages:
    """The pages of `policy` that stay, as known at `now`; `evidence` is by label."""

    catalog: Catalog
    policy: Policy
    now: datetime
    evidence: Mapping[str, Evidence]
    pairs: tuple[tuple[Version, Version], ...]

    def __iter__(self) -> Iterator[Page]:
        public = self.policy.public(self.now)
        intervals = {row.version.seq: row for row in self.policy.intervals(self.now)}
        for place, version in enumerate(public):
            before = public[place - 1] if place else None
            after = public[place + 1] if place + 1 < len(public) else None
            yield from self._version_pages(version, before, after, intervals.get(version.seq))
            yield from self._since_pages(version)
        for old, new in self.pairs:
            for language in shared_languages(old, new):
                yield self._redline_page(old, new, language)

    def _version_pages(
        self, version: Version, before: Version | None, after: Version | None, interval: Interval | None
    ) -> Iterator[Page]:
        policy = self.policy
        shared = {
            "publisher": self.catalog.settings.publisher.name,
            "site": self.catalog.settings.site,
            "version": version_facts(policy, version, policy.binding_language),
            "standing": standing(policy.state(version, self.now), interval),
            "cancelled": version.cancelled.reason if version.cancelled and version.is_cancelled(self.now) else None,
            "evidence": evidence_facts(self.evidence.get(version.label.text)),
            "origin": _origin(version),
            "languages": _languages(policy, version),
        }
        for edition in version.editions:
            language = edition.language
            says = {
                **shared,
                "policy": policy_facts(policy, language),
                "edition": edition_facts(policy, version, edition),
                "since": address.since_page(policy, version, language),
                "before": neighbour_facts(policy, version, before, language),
                "after": neighbour_facts(policy, version, after, language),
            }
            yield Page(
                kind=PageKind.VERSION,
                address=address.version_page(policy, version, language),
                language=language,
                says=says,
                relations=(*relations_of(policy, language), *_around(policy, version, says)),
                text=edition,
            )

    def _since_pages(self, version: Version) -> Iterator[Page]:
        policy, current = self.policy, self.policy.in_force(self.now)
        targets = [target for target in ([current] if current else []) if target.seq > version.seq]
        targets += [target for target in policy.announced(self.now) if target.seq > version.seq]
        for edition in version.editions:
            language = edition.language
            shown = [(target, found) for target in targets if (found := target.edition(language))]
            yield Page(
                kind=PageKind.SINCE,
                address=address.since_page(policy, version, language),
                language=language,
                says={
                    "policy": policy_facts(policy, language),
                    "version": version_facts(policy, version, language),
                    "targets": [
                        {
                            **version_facts(policy, target, language),
                            "in_force": target is current,
                            "summary": summary_facts(found) if target.seq == version.seq + 1 else [],
                        }
                        for target, found in shown
                    ],
                    "file": address.since_file(policy, version, language),
                },
                relations=tuple(relations_of(policy, language)),
                pairs=tuple((edition, found) for _, found in shown),
            )

    def _redline_page(self, old: Version, new: Version, language: Language) -> Page:
        policy = self.policy
        before, after = old.edition(language), new.edition(language)
        if before is None or after is None:
            message = f"{policy.id} {old.label} and {new.label} are not both in {language}"
            raise LookupError(message)
        neighbours = new.seq == old.seq + 1
        return Page(
            kind=PageKind.REDLINE,
            address=address.redline_page(policy, old, new, language),
            language=language,
            says={
                "policy": policy_facts(policy, language),
                "old": version_facts(policy, old, language),
                "new": version_facts(policy, new, language),
                # An author speaks of the step from the version before; over several steps that would mislead.
                "summary": summary_facts(after) if neighbours else [],
                "file": address.redline_file(policy, old, new, language),
                "document": address.redline_docx(policy, old, new, language),
            },
            relations=tuple(relations_of(policy, language)),
            pairs=((before, after),),
        )


def _languages(policy: Policy, version: Version) -> list[Facts]:
    return [
        {
            "tag": str(language),
            "name": language.own_name,
            "page": address.version_page(policy, version, language),
            "binding": language == policy.binding_language,
        }
        for language in version.languages
    ]


def _origin(version: Version) -> Facts | None:
    origin = version.origin
    return {"path": origin.path, "commit": origin.commit, "committed": origin.committed} if origin else None


def _around(policy: Policy, version: Version, says: Facts) -> Iterator[Mapping[str, str]]:
    for relation, neighbour in (("predecessor-version", says["before"]), ("successor-version", says["after"])):
        if neighbour:
            yield {"rel": relation, "href": neighbour["page"]}
    for language in version.languages:
        page = address.version_page(policy, version, language)
        yield {"rel": "alternate", "href": page, "hreflang": str(language)}
    yield {"rel": "alternate", "href": says["edition"]["file"], "type": "text/markdown"}
