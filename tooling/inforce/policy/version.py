"""A version: one numbered, dated publication of a policy."""

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
from inforce.policy.words import Act

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class ChangeLevel(StrEnum):
    """How significant the changes of a version are: users are asked again, notified, or neither."""

    MATERIAL = "material"
    NOTICE = "notice"
    EDITORIAL = "editorial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The cancellation of an announced version: the instant and the reason."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The origin of an imported version: a commit of another repository, its time, and the path of the file."""

    commit: str
    committed: datetime
    path: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One publication of a policy in one or more languages; every instant is in UTC.

    `enforce_at` is the instant until which an older acceptance is honoured; with `never_enforced` it is None and older
    acceptances are always honoured. `amends` is the label of the version that this one replaces in its place in the
    order, and `act` the act that this version requires if it is not the policy's. The policy sets `seq`, the number of
    the version from 1, and `original_seq`, the number of the amended version; both are 0 otherwise.
    """

    label: Label
    published_at: datetime
    effective_at: datetime
    change: ChangeLevel
    editions: tuple[Edition, ...]
    effective_at_new: datetime | None = None
    enforce_at: datetime | None = None
    never_enforced: bool = False
    draft: bool = False
    retroactive: str = ""
    cancelled: Cancellation | None = None
    origin: Origin | None = None
    amends: Label | None = None
    act: Act | None = None
    seq: int = 0
    original_seq: int = 0
    source: Source = field(default_factory=lambda: Source(path=""), compare=False)

    @classmethod
    def from_shape(
        cls, label: Label, shape: Fields, zone: ZoneInfo, editions: tuple[Edition, ...], source: Source
    ) -> Version:
        """Parse the version `label` from the `shape` of version.yml; dates are days in `zone`."""

        def instant(text: str) -> datetime:
            return parse_instant(text, zone)

        published = shape.parsed("published", instant)
        never = "enforce" in shape and shape.value("enforce") == "never"
        version = cls(
            label=label,
            published_at=published,
            effective_at=shape.parsed("effective", instant, published),
            effective_at_new=_optional(shape, "effective_new", zone),
            enforce_at=None if never else _optional(shape, "enforce", zone),
            never_enforced=never,
            change=shape.choice("change", ChangeLevel),
            draft=shape.parsed("draft", truth, default=False),
            retroactive=shape.text("retroactive", ""),
            cancelled=_cancellation(shape, zone),
            origin=_origin(shape, zone),
            amends=shape.parsed("amends", Label, None),
            act=shape.choice("act", Act) if "act" in shape else None,
            editions=editions,
            source=source,
        )
        shape.close()
        version.refuse_disorder(shape)
        return version

    def refuse_disorder(self, shape: Fields) -> None:
        """Raise ShapeError with the field of `shape` if fields of this version contradict each other."""
        new, enforce = self.effective_at_new, self.enforce_at
        if self.amends:
            self._refuse_own_terms(shape)
        if self.effective_at < self.published_at and not self.retroactive:
            fix = "give the reason in “retroactive”, or change one of the two dates"
            raise shape.error("effective", f"is before “published”{_values(shape, 'effective', 'published')}", fix)
        if new and not self.published_at <= new <= self.effective_at:
            values = _values(shape, "effective_new", "published", "effective")
            raise shape.error(
                "effective_new", f"is not between “published” and “effective”{values}", "choose a date between the two"
            )
        if enforce and enforce < self.effective_at:
            fix = "users cannot be bound by a text before it applies: change or remove this date"
            raise shape.error("enforce", f"is before “effective”{_values(shape, 'enforce', 'effective')}", fix)
        if self.cancelled:
            self._refuse_disorder_of(self.cancelled, shape)

    def _refuse_own_terms(self, shape: Fields) -> None:
        """Raise ShapeError if this amendment is material or states a field that follows from the amended version."""
        if self.change is ChangeLevel.MATERIAL:
            fix = "publish a material change as a version of its own, without “amends”"
            raise shape.error("change", "is “material”, but an amendment is “editorial” or “notice”", fix)
        for name in ("effective_new", "enforce", "retroactive"):
            if name in shape:
                fix = f"remove it: the amendment replaces the text of “{self.amends}” and cannot change its terms"
                raise shape.error(name, "is not allowed in an amendment", fix)

    def _refuse_disorder_of(self, cancelled: Cancellation, shape: Fields) -> None:
        if cancelled.at >= self.effective_at:
            fix = "publish a new version that says what applies instead"
            raise shape.error("cancelled.at", "is not before “effective”: the version already applied", fix)
        if cancelled.at < self.published_at:
            fix = "an unpublished version need not be cancelled: delete it, or set “draft: true”"
            raise shape.error("cancelled.at", "is before “published”", fix)

    def is_public(self, now: datetime) -> bool:
        """Return whether this version is public at `now`."""
        return not self.draft and self.published_at <= now

    def is_cancelled(self, now: datetime) -> bool:
        """Return whether this version has been cancelled at `now`."""
        return self.cancelled is not None and self.cancelled.at <= now

    def edition(self, language: Language) -> Edition | None:
        """Return the edition in `language`, or None."""
        for edition in self.editions:  # a loop is faster than next(); called 100,000 times for a large book
            if edition.language.tag == language.tag:
                return edition
        return None

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of this version, sorted by tag."""
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
    """Return the fields `names` of `shape` with their values, skipping absent ones."""
    fields = [f"{name}: {shape.value(name)}" for name in names if name in shape]
    return f" ({', '.join(fields)})"
