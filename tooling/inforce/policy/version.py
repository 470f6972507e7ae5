"""Versions: one numbered, dated publication of a policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from inforce.fields import Fields, Source, truth
from inforce.instant import parse_instant
from inforce.language import Language
from inforce.policy.edition import Edition
from inforce.policy.label import Label

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class ChangeLevel(StrEnum):
    """How weighty a version is: asked again, told about, or neither."""

    MATERIAL = "material"
    NOTICE = "notice"
    EDITORIAL = "editorial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """Says that an announced version will never apply, since when, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an imported version came from: a commit of another repository, its time, and the file's path in it."""

    commit: str
    committed: datetime
    path: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One publication of a policy, in one or more languages; every instant is UTC.

    `enforce` is the instant until which an older acceptance is honoured; None with `never_enforced` means it always is.
    `seq` is the version's place in the order of labels, from 1; 0 until the policy has given it.
    """

    label: Label
    published: datetime
    effective: datetime
    change: ChangeLevel
    editions: tuple[Edition, ...]
    effective_new: datetime | None = None
    enforce: datetime | None = None
    never_enforced: bool = False
    draft: bool = False
    retroactive: str = ""
    cancelled: Cancellation | None = None
    origin: Origin | None = None
    seq: int = 0
    source: Source = field(default_factory=lambda: Source(path=""), compare=False)

    @classmethod
    def from_shape(
        cls, label: Label, shape: Fields, zone: ZoneInfo, editions: tuple[Edition, ...], source: Source
    ) -> Version:
        """Read the version `label` out of version.yml's `shape`; dates are days of `zone`."""

        def instant(text: str) -> datetime:
            return parse_instant(text, zone)

        published = shape.parsed("published", instant)
        never = "enforce" in shape and shape.value("enforce") == "never"
        version = cls(
            label=label,
            published=published,
            effective=shape.parsed("effective", instant, published),
            effective_new=_optional(shape, "effective_new", zone),
            enforce=None if never else _optional(shape, "enforce", zone),
            never_enforced=never,
            change=shape.choice("change", ChangeLevel),
            draft=shape.parsed("draft", truth, default=False),
            retroactive=shape.text("retroactive", ""),
            cancelled=_cancellation(shape, zone),
            origin=_origin(shape, zone),
            editions=editions,
            source=source,
        )
        shape.close()
        version.refuse_disorder(shape)
        return version

    def refuse_disorder(self, shape: Fields) -> None:
        """Refuse instants of this version that contradict each other, naming the member of `shape`."""
        new, enforce = self.effective_new, self.enforce
        if self.effective < self.published and not self.retroactive:
            fix = "give the reason in “retroactive”, or move one of the two"
            raise shape.refuse("effective", f"lies before “published”{_values(shape, 'effective', 'published')}", fix)
        if new and not self.published <= new <= self.effective:
            values = _values(shape, "effective_new", "published", "effective")
            raise shape.refuse(
                "effective_new", f"lies outside “published” to “effective”{values}", "choose one between"
            )
        if enforce and enforce < self.effective:
            fix = "nobody can be held to a text before it applies: move it, or take it out"
            raise shape.refuse("enforce", f"lies before “effective”{_values(shape, 'enforce', 'effective')}", fix)
        if self.cancelled:
            self._refuse_disorder_of(self.cancelled, shape)

    def _refuse_disorder_of(self, cancelled: Cancellation, shape: Fields) -> None:
        if cancelled.at >= self.effective:
            fix = "publish a new version that says what applies instead"
            raise shape.refuse("cancelled.at", "lies at or after “effective”: the version already applied", fix)
        if cancelled.at < self.published:
            fix = "before it is published a version is no promise: delete it, or say “draft: true”"
            raise shape.refuse("cancelled.at", "lies before “published”", fix)

    def is_public(self, now: datetime) -> bool:
        """Say whether people can read this version at `now`."""
        return not self.draft and self.published <= now

    def is_cancelled(self, now: datetime) -> bool:
        """Say whether this version is known at `now` never to apply."""
        return self.cancelled is not None and self.cancelled.at <= now

    def edition(self, language: Language) -> Edition | None:
        """Find the edition in `language`."""
        for edition in self.editions:  # a plain loop: a large book asks a hundred thousand times
            if edition.language.tag == language.tag:
                return edition
        return None

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages this version is there in, in the order of their tags."""
        return tuple(edition.language for edition in self.editions)


def _optional(shape: Fields, name: str, zone: ZoneInfo) -> datetime | None:
    return shape.parsed(name, lambda text: parse_instant(text, zone)) if name in shape else None


def _cancellation(shape: Fields, zone: ZoneInfo) -> Cancellation | None:
    if "cancelled" not in shape:
        return None
    inner = shape.shape("cancelled")
    cancellation = Cancellation(
        at=inner.parsed("at", lambda text: parse_instant(text, zone)), reason=inner.text("reason")
    )
    inner.close()
    return cancellation


def _origin(shape: Fields, zone: ZoneInfo) -> Origin | None:
    if "origin" not in shape:
        return None
    inner = shape.shape("origin")
    origin = Origin(
        commit=inner.text("commit"),
        committed=inner.parsed("committed", lambda text: parse_instant(text, zone)),
        path=inner.text("path"),
        subject=inner.text("subject", ""),
    )
    inner.close()
    return origin


def _values(shape: Fields, *names: str) -> str:
    """Say what stands in the members `names` of `shape`, as far as they stand there."""
    said = [f"{name}: {shape.value(name)}" for name in names if name in shape]
    return f" ({', '.join(said)})"
