"""The pairs of versions with a redline: all neighbours, and all pairs among the first versions.

Invariants: no path disappears as a policy grows: the first versions do not change, and a pair that an amendment
separates is retained. The number of pairs is proportional to the number of versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import isqrt

from inforce.language import Language
from inforce.policy import Version
from inforce.policy.order import place_of
from inforce.publication.corrections import families


def first_compared(compare_pairs: int) -> int:
    """Return the number K of first versions whose pairs all have a redline.

    It is the largest K with K(K-1)/2 ≤ `compare_pairs`.
    """
    return (1 + isqrt(1 + 8 * compare_pairs)) // 2


def version_pairs(versions: tuple[Version, ...], compare_pairs: int) -> tuple[tuple[Version, Version], ...]:
    """Return the pairs of `versions` (sorted by place) with a redline, sorted by the places of both versions."""
    oldest = sorted(versions, key=lambda version: version.seq)[: first_compared(compare_pairs)]
    first = combinations(sorted(oldest, key=place_of), 2)
    pairs = {
        (place_of(old), place_of(new)): (old, new) for old, new in [*pairwise(versions), *_families(versions), *first]
    }
    return tuple(pairs[key] for key in sorted(pairs))


def _families(versions: tuple[Version, ...]) -> Iterator[tuple[Version, Version]]:
    """Yield each original with each of its amendments, and all of these with the next original."""
    found = list(families(versions))
    for original, *amendments in found:
        yield from ((original, amendment) for amendment in amendments)
    for family, following in pairwise(found):
        yield from ((version, following[0]) for version in family)


def shared_languages(old: Version, new: Version) -> tuple[Language, ...]:
    """Return the languages that both versions have."""
    known = set(new.languages)
    return tuple(language for language in old.languages if language in known)
