"""Comparison of two sequences of keys: a minimal set of insertions and deletions, or anchors weighted by length.

A key that occurs once in both texts is an anchor (patience matching); if anchors cross, the heaviest non-crossing set
wins. The same is repeated between anchors, because keys that are ambiguous in the whole text can be unique there.

Invariants: deterministic; the choice of algorithm depends only on the sizes, never on the clock.
Not responsible for: the meaning of keys, and the readability of edits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]  # ships no types
from rapidfuzz.distance import Indel, LCSseq

# Surrogates are skipped, since a string that contains them cannot be encoded.
FIRST_SURROGATE, SURROGATES = 0xD800, 0x800
# The bit-parallel table is fastest if it is small. Otherwise, the search for the shortest edit script takes time
# quadratic in the number of edits; if there are many, anchors split the texts first. If there are no anchors and the
# table would be too large, the whole range is replaced.
FEW_BITS, MOST_STEPS, MOST_BITS = 1 << 22, 2_500, 1 << 27
# Maximum number of edits: moved text counts as many edits although few words differ, and 22,000 edits took 22 s.
MOST_EDITS = 2_000
# This many consecutive words that occur once in each text form an anchor.
SHINGLE = 4


class Hunk(NamedTuple):
    """A place where two sequences differ: `old_start` up to `old_stop` became `new_start` up to `new_stop`."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int


class Signs(dict[str, str]):
    """Assigns one character to each distinct key in order of first use; thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self._codes = count(1)

    def __missing__(self, key: str) -> str:
        code = next(self._codes)
        return self.setdefault(key, chr(code if code < FIRST_SURROGATE else code + SURROGATES))

    def encode(self, keys: Iterable[str]) -> str:
        """Return the characters of `keys`."""
        return "".join(map(self.__getitem__, keys))


def _engine() -> diff_match_patch:
    engine = diff_match_patch()
    engine.Diff_Timeout = 0  # no time limit: the result must not depend on the load of the machine
    return engine


ENGINE = _engine()


def compare(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Return the places where the keys `old` and `new` differ, in order; equal keys separate them."""
    signs = Signs()
    return compare_signs(signs.encode(old), signs.encode(new))


def compare_signs(old: str, new: str) -> list[Hunk]:
    """Return the places where the strings `old` and `new` differ, like `compare`."""
    return joined(_hunks((old, new), Gap(0, len(old), 0, len(new))))


def _hunks(texts: tuple[str, str], gap: Gap) -> Iterator[Hunk]:
    was, now = texts[0][gap.old_start : gap.old_stop], texts[1][gap.new_start : gap.new_stop]
    if was == now:
        return
    if not was or not now:
        yield Hunk(*gap)
    elif len(was) * len(now) <= FEW_BITS:
        yield from _by_bits(was, now, gap)
    else:
        yield from _large(texts, gap)


def _large(texts: tuple[str, str], gap: Gap) -> Iterator[Hunk]:
    was, now = texts[0][gap.old_start : gap.old_stop], texts[1][gap.new_start : gap.new_stop]
    fewest = sum((Counter(was) - Counter(now)).values()) + sum((Counter(now) - Counter(was)).values())
    if fewest == len(was) + len(now):
        yield Hunk(*gap)
    elif fewest * fewest < MOST_STEPS and Indel.distance(was, now, score_cutoff=MOST_EDITS) <= MOST_EDITS:
        yield from _shortest(was, now, gap)
    else:
        yield from _anchored(texts, gap)


def _shortest(was: str, now: str, gap: Gap) -> Iterator[Hunk]:
    old, new = gap.old_start, gap.new_start
    for op, text in ENGINE.diff_main(was, now, False):
        if op < 0:
            yield Hunk(old, old + len(text), new, new)
        elif op > 0:
            yield Hunk(old, old, new, new + len(text))
        old += len(text) if op <= 0 else 0
        new += len(text) if op >= 0 else 0


def _anchored(texts: tuple[str, str], gap: Gap) -> Iterator[Hunk]:
    """Split `gap` at runs of words that occur once in both texts, and search between them."""
    was, now = texts[0][gap.old_start : gap.old_stop], texts[1][gap.new_start : gap.new_stop]
    for size in (SHINGLE, 1):
        pairs, inner = anchor(_shingles(was, size), _shingles(now, size))
        if pairs:
            short = size - 1  # number of shingles of this length
            for hunk in inner:
                at_end = hunk.old_stop + short == len(was) and hunk.new_stop + short == len(now)
                yield from _hunks(texts, _shifted(hunk, gap, short if at_end else 0))
            return
    yield from _by_bits(was, now, gap)


def _shingles(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(len(text) - size + 1)]


def _shifted(inner: Gap, outer: Gap, longer: int) -> Gap:
    old, new = outer.old_start, outer.new_start
    return Gap(
        inner.old_start + old, inner.old_stop + old + longer, inner.new_start + new, inner.new_stop + new + longer
    )


def _by_bits(was: str, now: str, gap: Gap) -> Iterator[Hunk]:
    if len(was) * len(now) > MOST_BITS:
        yield Hunk(*gap)
        return
    for edit in LCSseq.opcodes(was, now):
        if edit.tag != "equal":
            yield Hunk(*_shifted(Gap(edit.src_start, edit.src_end, edit.dest_start, edit.dest_end), gap, 0))


def trim(old: Sequence[str], new: Sequence[str], hunk: Hunk) -> Hunk:
    """Return `hunk` without the common prefix and suffix of its sides."""
    i, i_stop, j, j_stop = hunk
    while i < i_stop and j < j_stop and old[i] == new[j]:
        i, j = i + 1, j + 1
    while i < i_stop and j < j_stop and old[i_stop - 1] == new[j_stop - 1]:
        i_stop, j_stop = i_stop - 1, j_stop - 1
    return Hunk(i, i_stop, j, j_stop)


def joined(hunks: Iterable[Hunk]) -> list[Hunk]:
    """Return `hunks` with adjacent ones merged."""
    pairs_: list[Hunk] = []
    for hunk in hunks:
        last = pairs_[-1] if pairs_ else None
        if last and (last.old_stop, last.new_stop) == (hunk.old_start, hunk.new_start):
            pairs_[-1] = Hunk(last.old_start, hunk.old_stop, last.new_start, hunk.new_stop)
        else:
            pairs_.append(hunk)
    return pairs_


Pair = tuple[int, int]


class Gap(NamedTuple):
    """The range between two anchors: `old_start` up to `old_stop` in one text, and likewise in the other."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int


def anchor(old: Sequence[str], new: Sequence[str], lightest: int = 0) -> tuple[list[Pair], list[Gap]]:
    """Match the keys `old` and `new`: return the pairs in order, and the non-empty gaps between them.

    A key with fewer than `lightest` letters is matched only if it continues a match.
    """
    pairs: list[Pair] = []
    gaps: list[Gap] = []
    waiting = [Gap(0, len(old), 0, len(new))]
    while waiting:
        gap, ends = _trim(old, new, waiting.pop())
        pairs += ends
        anchors = _unique_pairs(old, new, gap, lightest)
        if anchors:
            waiting += gaps_between(heaviest_chain(anchors), gap)
            continue
        if gap.old_start < gap.old_stop or gap.new_start < gap.new_stop:
            gaps.append(gap)
    return sorted(pairs), sorted(gaps)


def gaps_between(pairs: Iterable[Pair], around: Gap) -> list[Gap]:
    """Return the gaps in `around` that start at one of its ordered `pairs` (including it) and end at the next."""
    starts = list(pairs)
    stops = [*starts, (around.old_stop, around.new_stop)]
    firsts = [(around.old_start, around.new_start), *starts]
    return [Gap(a, b, c, d) for (a, c), (b, d) in zip(firsts, stops, strict=True) if a < b or c < d]


def heaviest_chain(weighted: Iterable[tuple[int, int, int]]) -> list[Pair]:
    """Return the pairs of the heaviest set of `weighted` (old, new, weight) that increases on both sides."""
    ordered = sorted(weighted, key=lambda pair: (pair[0], -pair[1]))
    places = {new: rank for rank, new in enumerate(sorted({new for _, new, _ in ordered}), 1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(places) + 1)
    before: list[int] = []
    for index, (_, new, weight) in enumerate(ordered):
        rank = places[new]
        lighter = _best_below(best, rank - 1)
        before.append(lighter[1])
        _raise(best, rank, (lighter[0] + weight, index))
    chain: list[Pair] = []
    index = _best_below(best, len(places))[1]
    while index >= 0:
        chain.append(ordered[index][:2])
        index = before[index]
    return chain[::-1]


def _best_below(best: Sequence[tuple[int, int]], rank: int) -> tuple[int, int]:
    """Return the heaviest (weight, index) at or below `rank` in a Fenwick tree of maxima; of equals, the earliest."""
    best_pair = (0, -1)
    while rank:
        if best[rank][0] > best_pair[0]:
            best_pair = best[rank]
        rank &= rank - 1
    return best_pair


def _raise(best: list[tuple[int, int]], rank: int, value: tuple[int, int]) -> None:
    while rank < len(best):
        if value[0] > best[rank][0]:
            best[rank] = value
        rank += rank & -rank


def _trim(old: Sequence[str], new: Sequence[str], gap: Gap) -> tuple[Gap, list[Pair]]:
    """Match the common prefix and suffix of both sides of `gap`."""
    i, i_stop, j, j_stop = gap
    pairs = []
    while i < i_stop and j < j_stop and old[i] == new[j]:
        pairs.append((i, j))
        i, j = i + 1, j + 1
    while i < i_stop and j < j_stop and old[i_stop - 1] == new[j_stop - 1]:
        i_stop, j_stop = i_stop - 1, j_stop - 1
        pairs.append((i_stop, j_stop))
    return Gap(i, i_stop, j, j_stop), pairs


def _unique_pairs(old: Sequence[str], new: Sequence[str], gap: Gap, lightest: int) -> list[tuple[int, int, int]]:
    olds, news = old[gap.old_start : gap.old_stop], new[gap.new_start : gap.new_stop]
    if not olds or not news:
        return []
    counts, others = Counter(olds), Counter(news)
    places = {key: at for at, key in enumerate(news, gap.new_start) if others[key] == 1}
    return [
        (at, places[key], len(key) + 1)
        for at, key in enumerate(olds, gap.old_start)
        if counts[key] == 1 and key in places and len(key) >= lightest
    ]
