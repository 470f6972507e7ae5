"""The timeline of one policy: which of its versions apply to one subject at one instant, and which are to come.

Kept true: a boundary instant belongs to the later state; a cancelled version never applies and is never announced; the
order in which versions are listed is irrelevant. Not done here: what the subject has answered.
"""

from __future__ import annotations

from typing import NamedTuple

from inforce.acceptance.instants import Instant
from inforce.acceptance.manifest import PolicyEntry, VersionEntry


class Timeline(NamedTuple):
    """The versions in force `at` an instant, and those to come; `since` None: the subject joins now.

    `target`, `floor` and `notice_floor` are the numbers of the newest version in force, of the newest material one, and
    of the newest one that is more than editorial; 0 for none. `lifts` leads from the number of an earlier version to
    that of the newest one in force with the same text.
    """

    at: Instant
    since: Instant | None
    in_force: list[VersionEntry]
    coming: list[VersionEntry]
    target: int
    floor: int
    notice_floor: int
    lifts: dict[int, int]

    @classmethod
    def of(cls, policy: PolicyEntry, since: Instant | None, at: Instant) -> Timeline:
        """Lay out the versions of `policy` `at` an instant for a user `since` then; None joins now."""
        joined = at if since is None else since
        in_force: list[VersionEntry] = []
        coming: list[VersionEntry] = []
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

    def applies_at(self, version: VersionEntry) -> Instant:
        """Return from when `version` applies to the subject."""
        return version.applies_at(self.at if self.since is None else self.since)

    def announced(self) -> list[VersionEntry]:
        """Return the versions that are announced: more than editorial, not applying yet, and to be told of by now."""
        return [
            version
            for version in self.coming
            if version.change != "editorial" and version.published_at is not None and version.published_at <= self.at
        ]

    def deadline(self, have: int) -> Instant | None:
        """Return the earliest instant at which a material version in force above the number `have` is enforced.

        None where none ever is. Whoever has no yes and joined when the first of them applied already has no grace:
        their deadline is now.
        """
        if have >= self.floor:
            return None
        unmet = [version for version in self.in_force if version.change == "material" and version.seq > have]
        enforced = [max(v.enforce_at, self.applies_at(v)) for v in unmet if v.enforce_at is not None]
        if not enforced:
            return None
        newcomer = not have and (self.since is None or self.since >= min(map(self.applies_at, unmet)))
        return self.at if newcomer else min(enforced)

    def turning_points(self) -> list[Instant | None]:
        """Return the instants at which a version to come applies or is announced, some of them past or None."""
        points: list[Instant | None] = []
        for version in self.coming:
            points += [self.applies_at(version), version.published_at]
            if self.since is None:  # asked again from that instant on, they join later than it
                points.append(version.effective_at_new)
        return points
