"""Split, joined and redistributed paragraphs: unmatched ones whose words came from, or went to, adjacent ones.

A group is a range of old units and the range of new units that contain their words; it starts as a pair. It grows by
adjacent unmatched paragraphs if it gains most of their words.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from inforce.markdown import BlockKind
from inforce.redline.sequence import Pair
from inforce.redline.similarity import Likeness
from inforce.redline.tokens import Unit

# A group grows by paragraphs if it gains this percentage of their words, and by at most this many paragraphs.
GAINED, MOST = 40, 30
# Unmatched paragraphs form a group only if they share this many words.
FEWEST = 4
# A part of a paragraph has no counterpart if this many words, and this percentage of it, precede the first consecutive
# matched words.
FEWEST_ALONE, PART, TOGETHER = 6, 25, 3


class Group(NamedTuple):
    """Old units `old_start` up to `old_stop` that became new units `new_start` up to `new_stop`."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int


class Flow:
    """The units of both `texts`, the unmatched places `left` in each, and their similarity."""

    def __init__(
        self, texts: tuple[Sequence[Unit], Sequence[Unit]], left: tuple[Set[int], Set[int]], likeness: Likeness
    ) -> None:
        self.texts = texts
        self.left = left
        self.likeness = likeness
        self._commons: dict[Group, int] = {}

    def groups(self, pairs: Sequence[Pair]) -> list[Group]:
        """Return the groups grown from the ordered `pairs`, and the groups of unmatched paragraphs only."""
        ends = (len(self.texts[0]), len(self.texts[1]))
        result = [Group(0, 0, 0, 0)]
        for old, new in pairs:
            group = Group(old, old + 1, new, new + 1)
            if result[-1].old_stop == old and result[-1].new_stop == new:
                result.append(group)
            else:
                self._add(result, group)
        self._add(result, Group(ends[0], ends[0], ends[1], ends[1]))
        return result[1:-1]

    def _add(self, groups: list[Group], group: Group) -> None:
        """Add `group` to `groups`; assign the units before it to it, the previous group, both or neither."""
        last = groups[-1] = self._grown(groups[-1], 1, (group.old_start, group.new_start))
        group = self._grown(group, -1, (last.old_stop, last.new_stop))
        between = Group(last.old_stop, group.old_start, last.new_stop, group.new_start)
        bridge = Group(last.old_start, group.old_stop, last.new_start, group.new_stop)
        if self._is_left(between):
            if self._bridges(bridge, last, between, group):
                groups[-1] = bridge
                return
            if self._flows(between):
                groups.append(between)
        groups.append(group)

    def _grown(self, group: Group, direction: int, limit: tuple[int, int]) -> Group:
        """Return `group` grown forwards (1) or backwards (-1), up to `limit` in each text."""
        reaches = [self._reach(group, side, direction, limit) for side in (0, 1)]
        if not any(reaches) or not self._can_grow(group):
            return group
        for side, reach in enumerate(reaches):
            if not reach:
                continue
            widest = _widened(group, side, direction * reach, direction > 0)
            if reach > 1 and self._gains(group, widest):
                group = self._trimmed(widest, side, direction, reach)
                continue
            best = group
            for step in range(1, min(reach, MOST) + 1):
                wider = _widened(group, side, direction * step, direction > 0)
                if self._gains(best, wider) or (step == 1 and self._rewrites(group, wider, side, direction)):
                    best = wider
            group = best
        return group

    def _trimmed(self, group: Group, side: int, direction: int, reach: int) -> Group:
        """Return `group` grown by `reach` paragraphs, without the outermost ones that add nothing."""
        for _ in range(min(reach - 1, MOST)):
            narrower = _widened(group, side, -direction, direction > 0)
            if self._gains(narrower, group):
                break
            group = narrower
        return group

    def _reach(self, group: Group, side: int, direction: int, limit: tuple[int, int]) -> int:
        """Return the number of unmatched paragraphs next to `group` in `direction`, at most up to `limit`."""
        units, left = self.texts[side], self.left[side]
        start = group[2 * side + 1] if direction > 0 else group[2 * side] - 1
        reach = 0
        for place in range(start, limit[side] if direction > 0 else limit[side] - 1, direction):
            if place not in left or not _flowing(units[place]):
                break
            reach += 1
        return reach

    def _gains(self, group: Group, wider: Group) -> bool:
        more = self._size(wider) - self._size(group)
        return more > 0 and (self._common(wider) - self._common(group)) * 100 >= GAINED * more

    def _rewrites(self, pair: Group, wider: Group, side: int, direction: int) -> bool:
        """Return whether `pair` is one half of a split or joined paragraph, and `wider` adds the other half, rewritten.

        The longer paragraph of the pair then has a part without counterpart, of about the size of the addition.
        """
        if pair.old_stop - pair.old_start != 1 or pair.new_stop - pair.new_start != 1:
            return False
        longer, shorter = self._words(pair, 1 - side), self._words(pair, side)
        alone = _words_alone(longer[::-direction], shorter[::-direction])
        added = self._size(wider) - self._size(pair)
        half = alone >= FEWEST_ALONE and alone * 100 >= PART * len(longer)
        return half and alone * 2 <= added * 5 and added * 2 <= alone * 5

    def _bridges(self, bridge: Group, before: Group, between: Group, after: Group) -> bool:
        """Return whether the unmatched units between two groups came from both, or went to both."""
        if not (self._can_grow(before) and self._can_grow(after)):
            return False
        gained = self._common(bridge) - self._common(before) - self._common(after)
        return gained * 100 >= GAINED * self._size(between) > 0

    def _is_left(self, group: Group) -> bool:
        """Return whether `group` consists of unmatched paragraphs only."""
        if group.old_start == group.old_stop and group.new_start == group.new_stop:
            return False
        return self._is_text(group) and all(
            place in self.left[side] for side in (0, 1) for place in range(group[2 * side], group[2 * side + 1])
        )

    def _flows(self, group: Group) -> bool:
        smaller = min(len(self._words(group, side)) for side in (0, 1))
        common = self._common(group)
        return common >= FEWEST and common * 100 >= GAINED * smaller

    def _can_grow(self, group: Group) -> bool:
        """Return whether `group` consists of changed paragraphs: identical ones share no words with others."""
        olds, news = self._units(group, 0), self._units(group, 1)
        return self._is_text(group) and [unit.key for unit in olds] != [unit.key for unit in news]

    def _is_text(self, group: Group) -> bool:
        units = [unit for side in (0, 1) for unit in self._units(group, side)]
        return bool(units) and all(map(_flowing, units))

    def _units(self, group: Group, side: int) -> Sequence[Unit]:
        return self.texts[side][group[2 * side] : group[2 * side + 1]]

    def _words(self, group: Group, side: int) -> str:
        return self.likeness.words(self._units(group, side))

    def _size(self, group: Group) -> int:
        return sum([unit.size for side in (0, 1) for unit in self._units(group, side)])

    def _common(self, group: Group) -> int:
        known = self._commons.get(group)
        if known is None:
            known = self._commons[group] = self.likeness.common(self._units(group, 0), self._units(group, 1))
        return known


def _flowing(unit: Unit) -> bool:
    return unit.kind is BlockKind.PARAGRAPH or unit.kind is BlockKind.CODE


def _words_alone(longer: str, shorter: str) -> int:
    """Return how many words `longer` has before the words that `shorter` starts with; 0 if there is no such match."""
    for edit in LCSseq.opcodes(longer, shorter):
        if edit.tag == "equal" and edit.src_end - edit.src_start >= TOGETHER:
            return edit.src_start if edit.dest_start <= TOGETHER else 0
    return 0


def _widened(group: Group, side: int, by: int, forwards: bool) -> Group:
    """Return `group` with its end (forwards) or start on one side shifted by `by` places."""
    edges = list(group)
    edges[2 * side + forwards] += by
    return Group(*edges)
