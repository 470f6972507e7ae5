"""The pairs of versions with a redline: all neighbours, and all pairs among the first versions.

Invariants: no path disappears as a policy grows, since the first versions do not change.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import isqrt

from inforce.language import Language
from inforce.policy import Version


def first_compared(compare_pairs: int) -> int:
    """Return the number K of first versions whose pairs all have a redline.

    It is the largest K with K(K-1)/2 ≤ `compare_pairs`.
    """
    return (1 + isqrt(1 + 8 * compare_pairs)) // 2


def version_pairs(versions: tuple[Version, ...], compare_pairs: int) -> tuple[tuple[Version, Version], ...]:
    """Return the pairs of `versions` (sorted by seq) with a redline, sorted by the seq of both versions."""
    first = versions[: first_compared(compare_pairs)]
    pairs = {(old.seq, new.seq): (old, new) for old, new in [*pairwise(versions), *combinations(first, 2)]}
    return tuple(pairs[key] for key in sorted(pairs))


def shared_languages(old: Version, new: Version) -> tuple[Language, ...]:
    """Return the languages that both versions have."""
    known = set(new.languages)
    return tuple(language for language in old.languages if language in known)
