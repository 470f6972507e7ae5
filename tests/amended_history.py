"""Histories of one policy with amendments and cancellations, step by step, as an editor could publish them.

Each step changes the version folders only in ways that the checks allow, and then locks what is public.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from book_builder import instant
from inforce.language import Language
from inforce.policy import Act, Cancellation, ChangeLevel, Edition, Kind, Label, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.policy.settings import Settings

EN = Language("en")
DAY = timedelta(days=1)
START = instant("2027-01-01")
STEPS = (
    "publish",
    "publish material",
    "amend current",
    "amend late",
    "amend announced",
    "cancel",
    "draft",
    "wait",
    "wait long",
)


@dataclass
class AmendedHistory:
    """The versions of the policy `terms` by label, its lock, and the current instant."""

    settings: Settings
    now: datetime = START
    versions: dict[str, Version] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def policy(self) -> Policy:
        """The policy as a reader of the book sees it."""
        return Policy(
            id="terms",
            titles={EN: "Terms"},
            kind=Kind.TERMS,
            binding_language=EN,
            act=Act.ACCEPT,
            versions=tuple(self.versions.values()),
            numbers=self.lock.numbers("terms"),
            acts=self.lock.acts("terms"),
        )

    @property
    def catalog(self) -> Catalog:
        """A book with the policy."""
        return Catalog(settings=self.settings, policies=(self.policy,))

    def step(self, kind: str, days: int) -> None:
        """Apply the step `kind`, or only wait if it is impossible; `days` determines a date or the affected version."""
        if kind == "publish":
            self._publish(days, ChangeLevel.NOTICE)
        elif kind == "publish material":
            self._publish(days, ChangeLevel.MATERIAL)
        elif kind == "amend current" and (current := self.policy.in_force(self.now)):
            self._amend(self.policy.original(current), self.now + days * DAY)
        elif kind == "amend late" and (current := self.policy.in_force(self.now)):
            original = self.policy.original(current)
            newest = [original, *self.policy.amendments(original)][-1]
            earliest = max(newest.published_at, original.effective_at, self.now - days * DAY)
            self._amend(original, self.now, published=earliest)
        elif kind == "amend announced" and (announced := self._announced()):
            original = announced[days % len(announced)]
            self._amend(original, original.effective_at)
        elif kind == "cancel" and (announced := self.policy.announced(self.now)):
            self._cancel(announced[days % len(announced)])
        elif kind == "draft":
            self._add(str(100 + len(self.versions)), self.now - days * DAY, self.now, ChangeLevel.NOTICE, draft=True)
        self.now += (40 if kind == "wait long" else 1) * DAY
        self.freeze()

    def freeze(self) -> None:
        """Lock what is public."""
        for policy, version in self.lock.unlocked(self.catalog, self.now):
            self.lock = self.lock.adding(policy, version)

    def _announced(self) -> list[Version]:
        return [version for version in self.policy.announced(self.now) if version.amends is None]

    def _publish(self, days: int, level: ChangeLevel) -> None:
        originals = [v for v in self.policy.versions if v.amends is None and not v.draft]
        last = max((v.effective_at for v in originals if v.cancelled is None), default=self.now - DAY)
        effective = max(self.now + days * DAY, last + DAY)
        self._add(str(len(originals) + 1), self.now, effective, level)

    def _amend(self, original: Version, effective: datetime, published: datetime | None = None) -> None:
        later = [v.effective_at for v in self._announced() if v.seq > original.seq]
        if later and effective >= min(later):
            effective = self.now
        number = len(self.policy.amendments(original)) + 1
        label = f"{original.label}.{number}"
        self._add(label, published or self.now, effective, ChangeLevel.EDITORIAL, amends=original.label)

    def _cancel(self, version: Version) -> None:
        stored = self.versions[version.label.text]
        self.versions[version.label.text] = replace(stored, cancelled=Cancellation(at=self.now, reason="A mistake."))

    def _add(
        self,
        label: str,
        published: datetime,
        effective: datetime,
        change: ChangeLevel,
        *,
        amends: Label | None = None,
        draft: bool = False,
    ) -> None:
        self.versions[label] = Version(
            label=Label(label),
            published_at=published,
            effective_at=effective,
            change=change,
            amends=amends,
            draft=draft,
            editions=(Edition(language=EN, text=f"# Terms\n\nThe words of {label}.\n"),),
        )
