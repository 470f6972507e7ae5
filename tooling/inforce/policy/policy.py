"""A policy: a document that keeps its identity over time, and the intervals in which its versions apply."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from inforce.errors import quoted
from inforce.fields import Fields, Source, number_within
from inforce.instant import parse_instant
from inforce.language import Language
from inforce.policy.order import in_order, place_of
from inforce.policy.version import Version
from inforce.policy.words import Act, Kind

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAY = 86_400
_days = number_within(1, 36_500)
_position = number_within(1, 1000)
_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class PolicyState(StrEnum):
    """The state of a version at an instant; derived, never stored."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The instant from which a policy no longer applies, and the reason."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The interval in which a version is in force: `start` included, `end` excluded; None if no end is known."""

    version: Version
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy with all its versions, sorted by place: an amendment follows the version it amends.

    `order` is the position of the policy among those of the book: 1 comes first, None last. `numbers` and `acts` are
    those of the lock, by label. They never change.
    """

    id: str
    titles: Mapping[Language, str]
    kind: Kind
    binding_language: Language
    act: Act
    audience: tuple[str, ...] = ()
    reask_seconds: int | None = None
    order: int | None = None
    withdrawn: Withdrawal | None = None
    versions: tuple[Version, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict, compare=False)
    acts: Mapping[str, Act] = field(default_factory=dict, compare=False)
    source: Source = field(default_factory=lambda: Source(path=""), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", in_order(self.versions, self.numbers))

    @classmethod
    def from_shape(
        cls,
        policy_id: str,
        shape: Fields,
        zone: ZoneInfo,
        versions: Iterable[Version],
        source: Source,
        *,
        numbers: Mapping[str, int] | None = None,
        acts: Mapping[str, Act] | None = None,
    ) -> Policy:
        """Parse the policy `policy_id` from the `shape` of policy.yml; dates are days in `zone`.

        `numbers` and `acts` are those of the lock, by label.
        """
        titles = shape.shape("title")
        days = shape.parsed("reask_days", _days) if "reask_days" in shape else None
        policy = cls(
            id=policy_id,
            titles={_language(titles, name): titles.text(name) for name in titles.names()},
            kind=shape.choice("kind", Kind),
            binding_language=shape.parsed("binding_language", Language),
            act=shape.choice("act", Act),
            audience=shape.texts("audience", _audience_tag, ()),
            reask_seconds=days * _DAY if days else None,
            order=shape.parsed("order", _position) if "order" in shape else None,
            withdrawn=_withdrawal(shape, zone),
            versions=tuple(versions),
            numbers=numbers or {},
            acts=acts or {},
            source=source,
        )
        shape.close()
        if policy.binding_language not in policy.titles:
            tag = policy.binding_language
            raise shape.error("title", f"has no entry in the binding language “{tag}”", f"add “{tag}: …” below it")
        return policy

    def title(self, language: Language) -> str:
        """Return the title of the policy in `language`, or in the binding language if there is no such title."""
        return self.titles[self.title_language(language)]

    def title_language(self, language: Language) -> Language:
        """Return the language of `title(language)`."""
        return language if language in self.titles else self.binding_language

    @property
    def position(self) -> tuple[bool, int]:
        """The sort key among the policies of a book: those with `order` come first, by that number."""
        return (self.order is None, self.order or 0)

    def version(self, label: str) -> Version | None:
        """Return the version `label`, or None."""
        return next((version for version in self.versions if version.label.text == label), None)

    def place(self, version: Version) -> tuple[int, int]:
        """Return the place of `version`: the number of the version it amends, or its own, and its own number.

        The version in force is the one with the highest place of those that apply.
        """
        return place_of(version)

    def original(self, version: Version) -> Version:
        """Return the version that `version` amends, or `version` itself."""
        return self.versions[self._index((version.original_seq, version.original_seq))] if version.amends else version

    def amendments(self, version: Version) -> tuple[Version, ...]:
        """Return the amendments of `version`, oldest first; empty for an amendment."""
        return tuple([other for other in self.versions if other.amends and other.original_seq == version.seq])

    def act_of(self, version: Version) -> Act:
        """Return the act that `version` requires: its own, otherwise the locked one, otherwise the policy's.

        An amendment that states none requires the act of the version it amends.
        """
        own = version.act or self.acts.get(version.label.text)
        if own is None and version.amends:
            return self.act_of(self.original(version))
        return own or self.act

    def _index(self, place: tuple[int, int]) -> int:
        return bisect_left(self.versions, place, key=place_of)

    def public(self, now: datetime) -> tuple[Version, ...]:
        """Return the versions that are public at `now`, oldest first."""
        return tuple([version for version in self.versions if version.is_public(now)])

    def latest(self, now: datetime) -> Version | None:
        """Return the version with the highest place of those published at `now`."""
        return next(reversed(self.public(now)), None)

    def in_force(self, now: datetime) -> Version | None:
        """Return the version in force at `now`: of those published, effective and not cancelled, the one with the
        highest place.
        """
        applying = (
            version
            for version in reversed(self.public(now))
            if version.effective_at <= now and not version.is_cancelled(now)
        )
        return next(applying, None)

    def announced(self, now: datetime) -> tuple[Version, ...]:
        """Return the versions that are published and not yet effective at `now`, oldest first."""
        return tuple(v for v in self.public(now) if v.effective_at > now and not v.is_cancelled(now))

    def state(self, version: Version, now: datetime) -> PolicyState:
        """Return the state of `version` at `now`."""
        if not version.is_public(now):
            return PolicyState.DRAFT
        if version.is_cancelled(now):
            return PolicyState.CANCELLED
        if version.effective_at > now:
            return PolicyState.ANNOUNCED
        current = self.in_force(now)
        return PolicyState.IN_FORCE if current and current.seq == version.seq else PolicyState.SUPERSEDED

    def intervals(self, now: datetime) -> tuple[Interval, ...]:
        """Return the intervals in which the versions known at `now` are in force, sorted by time; a version that is
        never in force has no interval.

        The intervals follow each other without gap or overlap, from the earliest effective instant to the open end.
        """
        rows: list[Interval] = []
        end: datetime | None = None
        for version in reversed(self.public(now)):
            if version.is_cancelled(now):
                continue
            if end is None or version.effective_at < end:
                rows.append(Interval(version=version, start=version.effective_at, end=end))
                end = version.effective_at
        return tuple(reversed(rows))

    def interval(self, version: Version, now: datetime) -> Interval | None:
        """Return the interval in which `version` is in force, as known at `now`; None if it never is."""
        return next((row for row in self.intervals(now) if row.version.seq == version.seq), None)

    def next_change(self, now: datetime) -> datetime | None:
        """Return the next instant at which another version comes into force, as known at `now`."""
        return next((row.start for row in self.intervals(now) if row.start > now), None)

    def predecessor(self, version: Version) -> Version | None:
        """Return the version before `version` in the order of places that is no draft, or None."""
        indexes = reversed(range(self._index(place_of(version))))
        return next((self.versions[index] for index in indexes if not self.versions[index].draft), None)


def _audience_tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        message = f"expected a tag of lower-case letters, digits and hyphens such as “eu”, got {quoted(text)}"
        raise ValueError(message)
    return text


def _language(shape: Fields, name: str) -> Language:
    try:
        return Language(name)
    except ValueError as cause:
        raise shape.error(name, str(cause)) from cause


def _withdrawal(shape: Fields, zone: ZoneInfo) -> Withdrawal | None:
    if "withdrawn" not in shape:
        return None
    inner = shape.shape("withdrawn")
    withdrawal = Withdrawal(at=inner.parsed("at", lambda text: parse_instant(text, zone)), reason=inner.text("reason"))
    inner.close()
    return withdrawal
