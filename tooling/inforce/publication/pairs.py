"""Which redlines there are: neighbours always, and all pairs among the first versions.

Keeps true: no address vanishes as a policy grows, since the first versions stay the first.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import isqrt

from inforce.language import Language
from inforce.policy import Version


def first_compared(compare_pairs: int) -> int:
    """Count the first versions of which all pairs are compared: the largest K with K(K-1)/2 ≤ `compare_pairs`."""
    return (1 + isqrt(1 + 8 * compare_pairs)) // 2


def version_pairs(versions: tuple[Version, ...], compare_pairs: int) -> tuple[tuple[Version, Version], ...]:
    """List the pairs of `versions` (in the order of their seq) that are compared, by the seq of the old and the new."""
    first = versions[: first_compared(compare_pairs)]
    pairs = {(old.seq, new.seq): (old, new) for old, new in [*pairwise(versions), *combinations(first, 2)]}
    return tuple(pairs[key] for key in sorted(pairs))


def shared_languages(old: Version, new: Version) -> tuple[Language, ...]:
    """List the languages in which both versions are there."""
    known = set(new.languages)
    return tuple(language for language in old.languages if language in known)
