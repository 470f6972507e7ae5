"""Timeline of one policy: the versions that apply to one subject at one instant, and the future ones.

Invariants: a boundary instant belongs to the later state; a cancelled version and its amendments never apply and are
never announced; the order in which versions are listed is irrelevant.
Not responsible for: the subject's answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from inforce.manifest import ManifestPolicy, ManifestVersion


class Timeline(NamedTuple):
    """The versions in force at the instant `at`, and the future ones; `since` None means that the subject joins now.

    Both lists are ordered by place. `target` is the last version in force, `floor` the original of the last material
    one, 0 if none exists, and `notice_floor` the last one that is more than editorial. `lifts` maps the number of an
    earlier version to the last version in force with the same text.
    """

    at: datetime
    since: datetime | None
    in_force: list[ManifestVersion]
    coming: list[ManifestVersion]
    target: ManifestVersion | None
    floor: int
    notice_floor: ManifestVersion | None
    lifts: dict[int, ManifestVersion]

    @classmethod
    def of(cls, policy: ManifestPolicy, since: datetime | None, at: datetime) -> Timeline:
        """Compute the timeline of `policy` at the instant `at` for a user who joined at `since`; None means now."""
        joined = at if since is None else since
        in_force: list[ManifestVersion] = []
        coming: list[ManifestVersion] = []
        target = notice_floor = None
        floor = 0
        lifts: dict[int, ManifestVersion] = {}
        for version in policy.versions:
            if policy.cancelled and (version.seq in policy.cancelled or version.original in policy.cancelled):
                continue
            if version.applies_at(joined) > at:
                coming.append(version)
                continue
            in_force.append(version)
            target = version
            if version.change != "editorial":
                notice_floor = version
            if version.change == "material":
                floor = version.original
            for earlier in version.same_as:
                lifts[earlier] = version
        return cls(at, since, in_force, coming, target, floor, notice_floor, lifts)

    def applies_at(self, version: ManifestVersion) -> datetime:
        """Return the instant from which `version` applies to the subject."""
        return version.applies_at(self.at if self.since is None else self.since)

    def original_at(self, instant: datetime) -> int:
        """Return the original of the last version in force at the past `instant`; 0 if none is listed.

        The subject acted at that instant, so they had joined by then, even if `since` is later or unknown.
        """
        joined = instant if self.since is None else min(self.since, instant)
        return max((each.original for each in self.in_force if each.applies_at(joined) <= instant), default=0)

    def published(self) -> Iterator[ManifestVersion]:
        """Yield the future versions that are already published."""
        for version in self.coming:
            if version.published_at is not None and version.published_at <= self.at:
                yield version

    def announced(self) -> list[ManifestVersion]:
        """Return the announced versions: more than editorial, already published, not applying yet."""
        return [version for version in self.published() if version.change != "editorial"] if self.coming else []

    def newest_announced(self) -> ManifestVersion:
        """Return the last published amendment of the last announced version, or that version itself."""
        original = self.announced()[-1].original
        return [version for version in self.published() if version.original == original][-1]

    def deadline(self, have: int) -> datetime | None:
        """Return the earliest instant at which a material version in force after the original `have` is enforced.

        Return None if none is ever enforced. A user without an affirmative answer who joined after the first of these
        versions took effect has no grace period: their deadline is now.
        """
        if have >= self.floor:
            return None
        applied, enforced = [], []
        for version in self.in_force:
            if version.change == "material" and version.original > have:
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
