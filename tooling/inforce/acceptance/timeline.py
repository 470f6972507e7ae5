"""Timeline of one policy: the versions that apply to one subject at one instant, and the future ones.

Invariants: a boundary instant belongs to the later state; a cancelled version never applies and is never announced; the
order in which versions are listed is irrelevant.
Not responsible for: the subject's answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from inforce.manifest import ManifestPolicy, ManifestVersion


class Timeline(NamedTuple):
    """The versions in force at the instant `at`, and the future ones; `since` None means that the subject joins now.

    `target`, `floor` and `notice_floor` are the numbers of the newest version in force, of the newest material one, and
    of the newest one that is more than editorial; 0 if none exists. `lifts` maps the number of an earlier version to
    that of the newest version in force with the same text.
    """

    at: datetime
    since: datetime | None
    in_force: list[ManifestVersion]
    coming: list[ManifestVersion]
    target: int
    floor: int
    notice_floor: int
    lifts: dict[int, int]

    @classmethod
    def of(cls, policy: ManifestPolicy, since: datetime | None, at: datetime) -> Timeline:
        """Compute the timeline of `policy` at the instant `at` for a user who joined at `since`; None means now."""
        joined = at if since is None else since
        in_force: list[ManifestVersion] = []
        coming: list[ManifestVersion] = []
        target = floor = notice_floor = 0
        lifts: dict[int, int] = {}
        for version in policy.versions:
            seq = version.seq
            if seq in policy.cancelled:
                continue
            if version.applies_at(joined) > at:
                coming.append(version)
                continue
            in_force.append(version)
            target = seq
            if version.change != "editorial":
                notice_floor = seq
            if version.change == "material":
                floor = seq
            for earlier in version.same_as:
                lifts[earlier] = seq
        return cls(at, since, in_force, coming, target, floor, notice_floor, lifts)

    def applies_at(self, version: ManifestVersion) -> datetime:
        """Return the instant from which `version` applies to the subject."""
        return version.applies_at(self.at if self.since is None else self.since)

    def announced(self) -> list[ManifestVersion]:
        """Return the announced versions: more than editorial, already published, not applying yet."""
        if not self.coming:
            return []
        return [
            version
            for version in self.coming
            if version.change != "editorial" and version.published_at is not None and version.published_at <= self.at
        ]

    def deadline(self, have: int) -> datetime | None:
        """Return the earliest instant at which a material version in force above the number `have` is enforced.

        Return None if none is ever enforced. A user without an affirmative answer who joined after the first of these
        versions took effect has no grace period: their deadline is now.
        """
        if have >= self.floor:
            return None
        applied, enforced = [], []
        for version in self.in_force:
            if version.change == "material" and version.seq > have:
                applied.append(self.applies_at(version))
                if enforced_at := version.enforced_at:
                    enforced.append(max(enforced_at, applied[-1]))
        if not enforced:
            return None
        newcomer = not have and (self.since is None or self.since >= min(applied))
        return self.at if newcomer else min(enforced)

    def turning_points(self) -> list[datetime | None]:
        """Return the instants at which a future version applies or is announced; may include past ones and None."""
        points: list[datetime | None] = []
        for version in self.coming:
            points += [self.applies_at(version), version.published_at]
            if self.since is None:  # the version applies to users who join from this instant on
                points.append(version.effective_at_new)
        return points
