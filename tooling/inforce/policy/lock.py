"""The lock: the digests of all published versions, as append-only data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from inforce.errors import ShapeError, quoted
from inforce.fields import Fields
from inforce.instant import format_instant, parse_instant, parse_zone
from inforce.language import Language
from inforce.policy import Act, Cancellation, ChangeLevel, Label, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.text import Digest

_UTC = parse_zone("UTC")
_TYPE, _SPEC = "policy-lock", "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """The record of one published version: its number, instants and change level, and the digest of each edition.

    `amends` is the label of the version it amends, and `act` the act it requires; locks of earlier releases have no
    `act`, which `adding` completes.
    """

    seq: int
    published_at: datetime
    effective_at: datetime
    change: ChangeLevel
    digests: Mapping[Language, Digest]
    effective_at_new: datetime | None = None
    enforce_at: datetime | None = None
    never_enforced: bool = False
    cancelled: Cancellation | None = None
    amends: Label | None = None
    act: Act | None = None

    def __post_init__(self) -> None:
        if self.seq < 1:
            message = f"expected a number from 1 as “seq”, got {self.seq}"
            raise ValueError(message)
        if self.never_enforced and self.enforce_at:
            message = "expected an instant or “never” as “enforce”, got both"
            raise ValueError(message)

    @classmethod
    def of(cls, version: Version, act: Act | None = None) -> LockEntry:
        """Return the entry for `version`, which requires `act`."""
        return cls(
            seq=version.seq,
            published_at=version.published_at,
            effective_at=version.effective_at,
            effective_at_new=version.effective_at_new,
            enforce_at=version.enforce_at,
            never_enforced=version.never_enforced,
            change=version.change,
            cancelled=version.cancelled,
            amends=version.amends,
            act=act,
            digests={edition.language: edition.digest for edition in version.editions},
        )

    @classmethod
    def from_shape(cls, shape: Fields) -> LockEntry:
        """Parse an entry from `shape`."""
        digests = shape.shape("digests")
        never = shape.value("enforce_at", "") is None
        entry = cls(
            seq=shape.integer("seq"),
            published_at=shape.parsed("published_at", _instant),
            effective_at=shape.parsed("effective_at", _instant),
            effective_at_new=shape.parsed("effective_at_new", _instant, None),
            enforce_at=None if never else shape.parsed("enforce_at", _instant, None),
            never_enforced=never,
            change=shape.choice("change", ChangeLevel),
            cancelled=_cancellation(shape),
            amends=shape.parsed("amends", Label, None),
            act=shape.choice("act", Act) if "act" in shape else None,
            digests={Language(tag): digests.parsed(tag, Digest) for tag in digests.names()},
        )
        shape.close()
        return entry

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON data without empty fields."""
        instants = {
            "published_at": self.published_at,
            "effective_at": self.effective_at,
            "effective_at_new": self.effective_at_new,
            "enforce_at": self.enforce_at,
        }
        data: dict[str, Any] = {"seq": self.seq, "change": str(self.change)}
        data |= {name: str(value) for name, value in (("amends", self.amends), ("act", self.act)) if value}
        data |= {name: format_instant(instant) for name, instant in instants.items() if instant}
        if self.never_enforced:
            data["enforce_at"] = None
        if self.cancelled:
            data["cancelled"] = {"at": format_instant(self.cancelled.at), "reason": self.cancelled.reason}
        data["digests"] = {str(tag): str(digest) for tag, digest in sorted(self.digests.items())}
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All entries by policy id and version label."""

    entries: Mapping[str, Mapping[str, LockEntry]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: object) -> Lock:
        """Parse a lock from decoded JSON; raise ShapeError with the invalid field."""
        shape = Fields(data)
        if (kind := shape.text("type")) != _TYPE:
            raise shape.error("type", f"expected “{_TYPE}”, got {quoted(kind)}")
        if (spec := shape.text("spec")).split(".")[0] != _SPEC.split(".")[0]:
            raise shape.error("spec", f"expected a specification {_SPEC}, got {quoted(spec)}", "update inforce")
        policies = shape.shape("policies")
        entries = {name: _entries(policies.shape(name)) for name in policies.names()}
        shape.close()
        return cls(entries=entries)

    def to_json(self) -> dict[str, Any]:
        """Return the lock as JSON data, sorted by policy id and version label."""
        policies = {
            name: {label: entries[label].to_json() for label in sorted(entries, key=lambda text: (Label(text), text))}
            for name, entries in sorted(self.entries.items())
        }
        return {"type": _TYPE, "spec": _SPEC, "policies": policies}

    def entry(self, policy: str, label: str) -> LockEntry | None:
        """Return the entry for version `label` of `policy`, or None."""
        return self.entries.get(policy, {}).get(label)

    def numbers(self, policy: str) -> dict[str, int]:
        """Return the number of each locked version of `policy` by label."""
        return {label: entry.seq for label, entry in self.entries.get(policy, {}).items()}

    def acts(self, policy: str) -> dict[str, Act]:
        """Return the act of each locked version of `policy` by label; entries without an act are absent."""
        return {label: entry.act for label, entry in self.entries.get(policy, {}).items() if entry.act}

    def unlocked(self, catalog: Catalog, now: datetime) -> tuple[tuple[Policy, Version], ...]:
        """Return the versions of `catalog` that are public at `now` and of which any edition is missing from the
        lock.
        """
        missing = []
        for policy in catalog:
            for version in policy.public(now):
                entry = self.entry(policy.id, version.label.text)
                if entry is None or _adds_to(version, entry):
                    missing.append((policy, version))
        return tuple(missing)

    def adding(self, policy: Policy, version: Version) -> Lock:
        """Return a lock that also contains `version` of `policy`; an existing entry and its digests do not change."""
        old = self.entry(policy.id, version.label.text)
        entry = LockEntry.of(version, policy.act_of(version))
        if old:
            digests = {**entry.digests, **old.digests}
            cancelled = old.cancelled or version.cancelled
            entry = replace(old, cancelled=cancelled, act=old.act or entry.act, digests=digests)
        return Lock(entries={**self.entries, policy.id: {**self.entries.get(policy.id, {}), version.label.text: entry}})


def _adds_to(version: Version, entry: LockEntry) -> bool:
    new_language = any(edition.language not in entry.digests for edition in version.editions)
    return new_language or entry.act is None or (version.cancelled is not None and entry.cancelled is None)


def _entries(shape: Fields) -> dict[str, LockEntry]:
    entries = {}
    for label in shape.names():
        try:
            Label(label)
            entries[label] = LockEntry.from_shape(shape.shape(label))
        except ShapeError:
            raise
        except ValueError as cause:
            raise shape.error(label, str(cause)) from cause
    return entries


def _instant(text: str) -> datetime:
    return parse_instant(text, _UTC)


def _cancellation(shape: Fields) -> Cancellation | None:
    if "cancelled" not in shape:
        return None
    inner = shape.shape("cancelled")
    cancellation = Cancellation(at=inner.parsed("at", _instant), reason=inner.text("reason"))
    inner.close()
    return cancellation
