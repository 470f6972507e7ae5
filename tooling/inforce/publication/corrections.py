"""Amendments in a publication: the texts that a summary describes, and the announced texts that will apply.

Invariants: the text that a summary describes never changes, since it depends only on versions published before.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from inforce.policy import Policy, Version
from inforce.policy.order import place_of


def original_of(version: Version) -> int:
    """Return the number of the version that `version` amends, or its own number."""
    return place_of(version)[0]


def families(versions: Iterable[Version]) -> Iterator[tuple[Version, ...]]:
    """Yield each original of `versions` (sorted by place) with its amendments."""
    return (tuple(family) for _, family in groupby(versions, key=original_of))


def bases(versions: Iterable[Version]) -> dict[int, Version | None]:
    """Return, by number, the version before each of `versions` in the order of places at its publication."""
    found: dict[int, Version | None] = {}
    placed: list[Version] = []
    for version in sorted(versions, key=lambda version: version.seq):
        index = bisect(placed, place_of(version), key=place_of)
        found[version.seq] = placed[index - 1] if index else None
        placed.insert(index, version)
    return found


def summarised(based: Mapping[int, Version | None], old: Version, new: Version) -> tuple[Version, ...]:
    """Return the versions whose summaries together describe the changes from `old` to `new`, oldest first.

    The result is empty if another version, apart from amendments of the two, lies between them. `based` are the `bases`
    of all versions.
    """
    steps = [new]
    while True:
        before = based[steps[-1].seq]
        if before is None:
            return ()
        if place_of(before) <= place_of(old):
            return tuple(reversed(steps)) if original_of(before) == original_of(old) else ()
        if original_of(before) not in (original_of(old), original_of(new)):
            return ()
        steps.append(before)


def coming(policy: Policy, now: datetime) -> tuple[Version, ...]:
    """Return the versions of `policy` announced at `now` except those that an amendment replaces before they apply."""
    announced = policy.announced(now)
    return tuple(
        version
        for version in announced
        if not any(_replaces(other, version) and other.effective_at <= version.effective_at for other in announced)
    )


def next_amendments(versions: Iterable[Version], now: datetime) -> dict[int, Version]:
    """Return, by number, the next amendment of each of `versions` (sorted by place) that has one at `now`."""
    found: dict[int, Version] = {}
    for family in families(versions):
        following: Version | None = None
        for version in reversed(family):
            if following:
                found[version.seq] = following
            if not version.is_cancelled(now):
                following = version
    return found


def taking_effect_with(versions: Iterable[Version], version: Version, now: datetime) -> tuple[Version, ...]:
    """Return `version`, preceded by those of `versions` that it replaces on its effective date."""
    return tuple(
        other
        for other in versions
        if other.seq == version.seq
        or (_replaces(version, other) and other.effective_at == version.effective_at and not other.is_cancelled(now))
    )


def _replaces(amendment: Version, other: Version) -> bool:
    return original_of(amendment) == original_of(other) and amendment.seq > other.seq
