"""Shelves: the pages that stay of one policy in one language, and everything they are made of in one name.

Keeps true: two shelves of one name hold the same pages. So a shelf whose name the cache knows costs nothing, however
many pages stand on it; whatever shapes a page has to be in the name, and a test holds it to that.
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
    """The pages that stay of `policy` in `language`; `name` is everything that shapes them, as 64 hex digits."""

    policy: Policy
    language: Language
    name: str


def shelves(publication: Publication) -> Iterator[PageGroup]:
    """Go through the shelves of `publication`: for each policy one per language it has ever been published in."""
    settings = _named(plain_fields(publication.catalog.settings))
    for policy in publication.policies:
        base = key_of("shelf", settings, _base(publication, policy))
        public = policy.public(publication.now)
        for language in sorted({language for version in public for language in version.languages}):
            told = [_editions(version, language, policy.binding_language) for version in public]
            yield PageGroup(policy, language, key_of(base, str(language), _named(told)))


def policy_names(found: Iterable[PageGroup]) -> dict[str, str]:
    """Name for each policy, by its id, everything that shapes any page of it: the names of all its shelves."""
    names: dict[str, list[str]] = {}
    for shelf in found:
        names.setdefault(shelf.policy.id, []).append(shelf.name)
    return {policy: key_of("policy", *of_shelves) for policy, of_shelves in names.items()}


def _base(publication: Publication, policy: Policy) -> str:
    """Name what shapes the pages of `policy` in whatever language."""
    now, evidence = publication.now, publication.evidence.get(policy.id, {})
    versions = [
        [plain_fields(one), one.is_cancelled(now), list(map(str, one.languages)), evidence.get(one.label.text)]
        for one in policy.public(now)
    ]
    intervals = {row.version.seq: row for row in policy.intervals(now)}
    stands = [standing(policy, one, now, intervals.get(one.seq)) for one in policy.public(now)]
    current = policy.in_force(now)
    states = [stands, current.seq if current else 0, [one.seq for one in policy.announced(now)]]
    return _named([plain_fields(policy), states, versions])


def _editions(version: Version, language: Language, binding: Language) -> list[Any]:
    """State the edition of `version` in `language`, and of the `binding` one what a translation is held to."""
    shown, source = version.edition(language), version.edition(binding)
    return [plain_fields(shown) if shown else None, str(source.digest) if source else None]


@dataclass(slots=True)
class BuildIndex:
    """The keys of the files on shelves, by address, for each name: kept from the last time, or else in the `cache`."""

    cache: Cache
    _last: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin anew: what nobody asked for since the last beginning is forgotten."""
        self._last, self._asked = self._asked, {}

    def recall(self, name: str) -> dict[str, str] | None:
        """Recall what is on the shelf of this `name`; None unless the cache holds all of it."""
        found = self._last.get(name)
        if found is None or not all(map(self.cache.holds, found.values())):
            found = self._read(name)
        if found is not None:
            self._asked[name] = found
        return found

    def remember(self, name: str, files: dict[str, str]) -> None:
        """Keep the keys of the `files` on the shelf of this `name`."""
        self.cache.keep(name, json.dumps(files).encode())
        self._asked[name] = files

    def _read(self, name: str) -> dict[str, str] | None:
        raw = self.cache.read(name)
        if raw is None:
            return None
        try:
            found = json.loads(raw)
        except ValueError:
            return None
        return found if isinstance(found, dict) and all(map(self.cache.holds, found.values())) else None


def _named(data: object) -> str:
    return json.dumps(data, default=_plain, ensure_ascii=False)


def plain_fields(value: Policy | Version | Edition | Settings) -> list[Any]:
    """State what `value` is made of, without texts and without where it was read."""
    members = ((field.name, getattr(value, field.name)) for field in fields(value) if field.name not in _NO_SHAPE)
    return [[name, list(member.items()) if isinstance(member, Mapping) else member] for name, member in members]


def _plain(value: object) -> object:
    """Spell what JSON does not know; anything else by how it shows itself, which for values is all they are."""
    return format_instant(value) if isinstance(value, datetime) else repr(value)
