"""Shelves: groups of all permanent pages of one policy in one language, keyed by all their inputs.

Invariants: two shelves with the same name have the same pages, so no page of a cached shelf is rendered; the name
includes every input of its pages, which a test checks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from inforce.instant import format_instant
from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.policy.settings import Settings
from inforce.publication import Publication
from inforce.publication.pages.context import standing
from inforce.site.build.cache import Cache, key_of

_NO_SHAPE = {"editions", "source", "text", "body_line", "versions"}


@dataclass(frozen=True, slots=True)
class PageGroup:
    """The permanent pages of `policy` in `language`; `name` is a digest of all their inputs, as 64 hex digits."""

    policy: Policy
    language: Language
    name: str


def shelves(publication: Publication) -> Iterator[PageGroup]:
    """Yield the shelves of `publication`: for each policy, one per language of its published versions."""
    settings = _named(plain_fields(publication.catalog.settings))
    for policy in publication.policies:
        base = key_of("shelf", settings, _base(publication, policy))
        public = policy.public(publication.now)
        for language in sorted({language for version in public for language in version.languages}):
            editions = [_editions(version, language, policy.binding_language) for version in public]
            yield PageGroup(policy, language, key_of(base, str(language), _named(editions)))


def policy_names(groups: Iterable[PageGroup]) -> dict[str, str]:
    """Return, by policy id, a digest of all inputs of its pages, computed from the names of its shelves."""
    names: dict[str, list[str]] = {}
    for shelf in groups:
        names.setdefault(shelf.policy.id, []).append(shelf.name)
    return {policy: key_of("policy", *of_shelves) for policy, of_shelves in names.items()}


def _base(publication: Publication, policy: Policy) -> str:
    """Return the inputs of the pages of `policy` that are the same in all languages."""
    now, evidence = publication.now, publication.evidence.get(policy.id, {})
    versions = [
        [
            plain_fields(version),
            version.is_cancelled(now),
            list(map(str, version.languages)),
            evidence.get(version.label.text),
        ]
        for version in policy.public(now)
    ]
    intervals = {row.version.seq: row for row in policy.intervals(now)}
    stands = [standing(policy, version, now, intervals.get(version.seq)) for version in policy.public(now)]
    current = policy.in_force(now)
    states = [stands, current.seq if current else 0, [version.seq for version in policy.announced(now)]]
    return _named([plain_fields(policy), states, versions])


def _editions(version: Version, language: Language, binding: Language) -> list[Any]:
    """Return the inputs from the edition of `version` in `language` and from the `binding` edition."""
    shown, source = version.edition(language), version.edition(binding)
    return [plain_fields(shown) if shown else None, str(source.digest) if source else None]


@dataclass(slots=True)
class BuildIndex:
    """The keys of the files of each shelf by path, from the previous build or from the `cache`."""

    cache: Cache
    _last: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Start a new build: discard shelves that were not used since the previous start."""
        self._last, self._asked = self._asked, {}

    def recall(self, name: str) -> dict[str, str] | None:
        """Return the files of the shelf `name`; None unless the cache contains all of them."""
        known = self._last.get(name)
        if known is None or not all(map(self.cache.contains, known.values())):
            known = self._read(name)
        if known is not None:
            self._asked[name] = known
        return known

    def remember(self, name: str, files: dict[str, str]) -> None:
        """Store the keys of the `files` of the shelf `name`."""
        self.cache.put(name, json.dumps(files).encode())
        self._asked[name] = files

    def _read(self, name: str) -> dict[str, str] | None:
        raw = self.cache.read(name)
        if raw is None:
            return None
        try:
            data = json.loads(raw)
        except ValueError:
            return None
        return data if isinstance(data, dict) and all(map(self.cache.contains, data.values())) else None


def _named(data: object) -> str:
    return json.dumps(data, default=_plain, ensure_ascii=False)


def plain_fields(value: Policy | Version | Edition | Settings) -> list[Any]:
    """Return the content of `value` without texts and source positions."""
    members = ((field.name, getattr(value, field.name)) for field in fields(value) if field.name not in _NO_SHAPE)
    return [[name, list(member.items()) if isinstance(member, Mapping) else member] for name, member in members]


def _plain(value: object) -> object:
    """Return a JSON form of a value of another type, by default its `repr`, which is complete for value objects."""
    return format_instant(value) if isinstance(value, datetime) else repr(value)
