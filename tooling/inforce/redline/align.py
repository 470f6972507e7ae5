"""Alignment of the units of two texts: equal units, changed units, and moves.

Order of precedence: first identical units in order, then identical units that moved, then similar units in order, then
similar units that moved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, product, takewhile

from inforce.markdown import BlockKind
from inforce.redline.sequence import Gap, Pair, anchor, compare, heaviest_chain
from inforce.redline.similarity import Likeness, kinship
from inforce.redline.tokens import ROW, Unit

# Minimum length, in letters, of a key that is an anchor on its own; shorter keys are too common.
LIGHTEST = 12
# Minimum number of words of a reported move.
SHORTEST_MOVE = 8
# Minimum similarity, in percent, of units in order and of moved units; margin by which a unit elsewhere must be more
# similar to take precedence.
LIKELY, LIKELY_MOVED, MUCH_MORE = 28, 52, 25
# Rows of a table have the same structure, so they must share more words.
LIKELY_ROW, NAMED_ROW = 45, 65
# If a gap has at most this many pairs, all are compared; otherwise, only pairs that share distinctive words.
FEW = 300
# Units of at most this many words at the same place are paired regardless of their content.
SHORT = 6


@dataclass(slots=True)
class Matching:
    """The pairs of places that stay in order, and the moves, each a list of pairs that moved together."""

    pairs: list[Pair] = field(default_factory=list)
    moves: list[list[Pair]] = field(default_factory=list)


def match(old: Sequence[Unit], new: Sequence[Unit]) -> tuple[Matching, Likeness]:
    """Match the units `old` and `new`; return the match and the similarities of changed or moved pairs."""
    keys = [unit.key for unit in old], [unit.key for unit in new]
    pairs, anchored = anchor(*keys, LIGHTEST)
    gaps = [inner for gap in anchored for inner in _kept_in_order(keys, gap, pairs)]
    matcher = _Matcher(old, new, sorted(pairs), gaps)
    if gaps:
        matcher.run()
    return matcher.matching, matcher.likeness


def _kept_in_order(keys: tuple[list[str], list[str]], gap: Gap, pairs: list[Pair]) -> list[Gap]:
    """Add to `pairs` the largest ordered set of identical units in a large `gap`; return the remaining gaps."""
    if (gap.old_stop - gap.old_start) * (gap.new_stop - gap.new_start) <= FEW:
        return [gap]
    hunks = compare(keys[0][gap.old_start : gap.old_stop], keys[1][gap.new_start : gap.new_stop])
    left = [Gap(*(place + gap[side // 2 * 2] for side, place in enumerate(hunk))) for hunk in hunks]
    old, new = gap.old_start, gap.new_start
    for inner in [*left, Gap(gap.old_stop, gap.old_stop, gap.new_stop, gap.new_stop)]:
        pairs += zip(range(old, inner.old_start), range(new, inner.new_start), strict=True)
        old, new = inner.old_stop, inner.new_stop
    return left


class _Matcher:
    def __init__(self, old: Sequence[Unit], new: Sequence[Unit], pairs: list[Pair], gaps: list[Gap]) -> None:
        self.old, self.new, self.gaps = old, new, gaps
        self.matching = Matching(pairs)
        self.left_old = {unit.index: unit for gap in gaps for unit in old[gap.old_start : gap.old_stop]}
        self.left_new = {unit.index: unit for gap in gaps for unit in new[gap.new_start : gap.new_stop]}
        self.homes = (
            {place: at for at, gap in enumerate(gaps) for place in range(gap.old_start, gap.old_stop)},
            {place: at for at, gap in enumerate(gaps) for place in range(gap.new_start, gap.new_stop)},
        )
        self.names = (_first_cells(self.left_old.values()), _first_cells(self.left_new.values()))
        self.likeness = Likeness(list(self.left_old.values()), list(self.left_new.values()))

    def run(self) -> None:
        equal = list(self._equal_runs())
        for run in equal:
            if not self._at_home(run[0]):
                self._move(run)
        likely = self._likely_pairs()
        likely.update((pair, 100) for run in equal for pair in run if self._is_left(pair))
        self._in_order(likely)
        for run in equal:
            self._move([pair for pair in run if self._is_left(pair)])
        self._moved(likely)
        self._settle()
        self._by_pieces()

    def _at_home(self, pair: Pair) -> bool:
        """Return whether both units of `pair` are between the same anchors."""
        return self.homes[0][pair[0]] == self.homes[1][pair[1]]

    def _is_left(self, pair: Pair) -> bool:
        return pair[0] in self.left_old and pair[1] in self.left_new

    def _take(self, pairs: Iterable[Pair]) -> None:
        for old, new in pairs:
            del self.left_old[old], self.left_new[new]

    def _move(self, run: list[Pair]) -> None:
        """Record the pairs of `run` as moved together, if they contain enough words."""
        long_enough = sum(self.old[old].size for old, _ in run) >= SHORTEST_MOVE
        if long_enough and all(map(self._is_left, run)):
            self.matching.moves.append(run)
            self._take(run)

    def _equal_runs(self) -> Iterator[list[Pair]]:
        """Yield maximal runs of unmatched neighbours that are identical in both texts."""
        visited: set[int] = set()
        for seed in self._equal_pairs():
            if seed[0] in visited:
                continue
            run = self._run_around(
                seed, lambda pair: pair[0] not in visited and self.old[pair[0]].key == self.new[pair[1]].key
            )
            visited.update(old for old, _ in run)
            yield run

    def _equal_pairs(self) -> list[Pair]:
        places: dict[str, tuple[list[int], list[int]]] = {}
        for side, units in enumerate((self.left_old, self.left_new)):
            for place, unit in units.items():
                if unit.key:
                    places.setdefault(unit.key, ([], []))[side].append(place)
        alike = (
            pair for olds, news in places.values() if len(olds) == len(news) for pair in zip(olds, news, strict=True)
        )
        return sorted(alike)

    def _likely_pairs(self) -> dict[Pair, int]:
        """Return pairs of unmatched units that may correspond, with their similarity in percent."""
        olds, news = list(self.left_old.values()), list(self.left_new.values())
        likely = {}
        for old, new in self.likeness.candidates(olds, news):
            pair = (old.index, new.index)
            if self._at_home(pair):
                likely[pair] = self._alike(pair)
            elif min(old.size, new.size) >= SHORTEST_MOVE and (alike := self._alike(pair, LIKELY_MOVED)):
                likely[pair] = alike
        for gap in self.gaps:
            if (gap.old_stop - gap.old_start) * (gap.new_stop - gap.new_start) <= FEW:
                near = self._left_in(gap)
                for pair in product(*near):
                    if pair not in likely:
                        likely[pair] = self._alike(pair)
        return likely

    def _alike(self, pair: Pair, least: int = LIKELY) -> int:
        old, new = self.old[pair[0]], self.new[pair[1]]
        if (old.kind == ROW) is not (new.kind == ROW):
            return 0  # only rows have cells to pair
        alike = self.likeness.percent(old, new, least)
        if old.kind != new.kind:
            alike = alike * kinship(old, new) // 100
        if old.kind != ROW:
            return alike
        name = old.leaves[0].key
        if name and name == new.leaves[0].key and self.names[0][name] == self.names[1][name] == 1:
            return max(alike, NAMED_ROW)
        return alike if alike >= LIKELY_ROW else 0

    def _weight(self, pair: Pair, alike: int) -> int:
        return alike * (self.old[pair[0]].size + self.new[pair[1]].size + 1)

    def _in_order(self, likely: Mapping[Pair, int]) -> None:
        """Pair similar units that stay in order, unless a unit elsewhere is much more similar."""
        called = self._called_away(likely)
        weighted = [
            (*pair, self._weight(pair, alike))
            for pair, alike in likely.items()
            if alike >= LIKELY and pair[0] not in called[0] and pair[1] not in called[1] and self._at_home(pair)
        ]
        chain = heaviest_chain(weighted)
        self._take(chain)
        self.matching.pairs = sorted([*self.matching.pairs, *chain])
        self._side_by_side()

    def _called_away(self, likely: Mapping[Pair, int]) -> tuple[set[int], set[int]]:
        """Return the old and the new units that are much more similar to a unit elsewhere than to any nearby unit."""
        home: list[dict[int, int]] = [{}, {}]
        away: list[tuple[int, Pair]] = []
        for pair, alike in likely.items():
            if self._at_home(pair):
                for side in (0, 1):
                    home[side][pair[side]] = max(alike, home[side].get(pair[side], 0))
            elif alike >= LIKELY_MOVED and self.old[pair[0]].size >= SHORTEST_MOVE:
                away.append((alike, pair))
        called: tuple[set[int], set[int]] = (set(), set())
        for alike, pair in away:
            if all(home[side].get(pair[side], 0) + MUCH_MORE <= alike for side in (0, 1)):
                called[0].add(pair[0])
                called[1].add(pair[1])
        return called

    def _side_by_side(self) -> None:
        """Pair unmatched units at the same place between two pairs if they are likely to correspond."""
        additional: list[Pair] = []
        for olds, news in self._left_between():
            if len(olds) == len(news):
                additional += (pair for pair in zip(olds, news, strict=True) if self._replaces(pair))
            else:
                front = list(takewhile(self._is_likely, zip(olds, news, strict=False)))
                rest = zip(olds[len(front) :][::-1], news[len(front) :][::-1], strict=False)
                additional += front + list(takewhile(self._is_likely, rest))
        self._take(additional)
        self.matching.pairs = sorted([*self.matching.pairs, *additional])

    def _left_between(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the unmatched units of both texts between adjacent pairs."""
        before = (-1, -1)
        for pair in [*self.matching.pairs, (len(self.old), len(self.new))]:
            if pair[0] - before[0] > 1 and pair[1] - before[1] > 1:
                olds, news = self._left_in(Gap(before[0] + 1, pair[0], before[1] + 1, pair[1]))
                if olds and news:
                    yield olds, news
            before = pair

    def _left_in(self, gap: Gap) -> tuple[list[int], list[int]]:
        """Return the unmatched units of both texts in `gap`."""
        olds = [place for place in range(gap.old_start, gap.old_stop) if place in self.left_old]
        news = [place for place in range(gap.new_start, gap.new_stop) if place in self.left_new]
        return olds, news

    def _is_likely(self, pair: Pair) -> bool:
        return self._alike(pair) >= LIKELY

    def _replaces(self, pair: Pair) -> bool:
        old, new = self.old[pair[0]], self.new[pair[1]]
        short = max(old.size, new.size) <= SHORT or old.kind == BlockKind.HEADING
        return (short and old.kind == new.kind) or self._is_likely(pair)

    def _moved(self, likely: Mapping[Pair, int]) -> None:
        """Record similar units at different places as moved, the largest first, together with their neighbours."""
        far = [pair for pair, alike in likely.items() if alike >= LIKELY_MOVED]
        for pair in sorted(far, key=lambda pair: (-self._weight(pair, likely[pair]), pair)):
            shortest = min(self.old[pair[0]].size, self.new[pair[1]].size)
            if self._is_left(pair) and shortest >= SHORTEST_MOVE:
                self._move(self._run_around(pair, self._is_likely))

    def _by_pieces(self) -> None:
        """Pair unmatched paragraphs between two pairs that share a passage, such as a sentence, in order."""
        moved: list[Pair] = []
        for olds, news in self._left_between():
            units = [self.old[at] for at in olds], [self.new[at] for at in news]
            moved += heaviest_chain(self.likeness.pieces(*units))
        self._take(moved)
        self.matching.pairs = sorted([*self.matching.pairs, *moved])

    def _run_around(self, seed: Pair, belongs: Callable[[Pair], bool]) -> list[Pair]:
        """Return the unmatched pairs adjacent to `seed` in both texts that moved with it."""
        ways = []
        for step in (-1, 1):
            beside = ((seed[0] + step * far, seed[1] + step * far) for far in count(1))
            ways.append(list(takewhile(lambda pair: self._is_left(pair) and belongs(pair), beside)))
        return [*ways[0][::-1], seed, *ways[1]]

    def _settle(self) -> None:
        """Turn moves that cross no pair into pairs: they are edits in place."""
        for run in sorted(self.matching.moves, key=lambda run: (-len(run), run)):
            firsts = bisect_left(self.matching.pairs, (run[0][0], 0))
            news = [new for _, new in self.matching.pairs]
            lasts = bisect_left(self.matching.pairs, (run[-1][0], 0))
            if firsts == lasts == bisect_left(news, run[0][1]) == bisect_left(news, run[-1][1]):
                self.matching.moves.remove(run)
                self.matching.pairs = sorted([*self.matching.pairs, *run])


def _first_cells(units: Iterable[Unit]) -> Counter[str]:
    return Counter(unit.leaves[0].key for unit in units if unit.kind == ROW)
