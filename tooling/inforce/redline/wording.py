"""What one block says: its text and the formats over it, with all that follows from these two alone.

Versions of a policy share nearly all their blocks, and each version is compared with several others. So a wording is
worked out once and shared by every text that has it, as long as it is among those asked for last. Where a block stands,
and as what, is no part of its wording.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, compress, pairwise
from operator import itemgetter

from inforce.markdown import Block, BlockKind, Span
from inforce.redline.alphabet import Alphabet, shared_alphabet
from inforce.redline.values import Format, Op, Run
from inforce.redline.words import KEYS, cut, fold

# Some tens of megabytes at most: what is longer is not kept.
_ROOM, _LONGEST = 2048, 10_000
Look = tuple[Format, ...]


class Wording:
    """The `text` of a block and the `spans` over it; `key` is what the text says to a reader."""

    __slots__ = ("__dict__", "_signs", "key", "spans", "text")

    def __init__(self, text: str, spans: tuple[Span, ...], is_code: bool) -> None:
        self.text = text
        self.spans = spans
        self.key = text if is_code else " ".join(fold(text).split())
        self._signs: tuple[int, str] = (0, "")

    @cached_property
    def words(self) -> list[str]:
        """The words of the text; joined they are the text."""
        return cut(self.text)

    @cached_property
    def keys(self) -> list[str]:
        """What each word is compared by."""
        return KEYS.of(self.words)

    @cached_property
    def offsets(self) -> list[int]:
        """Where each word begins, and at the end the length of the text."""
        return [0, *accumulate(map(len, self.words))]

    @cached_property
    def counted(self) -> list[bool]:
        """Whether a reader counts each word: those with a letter or digit."""
        return list(map(bool, map(shared_alphabet().__getitem__, self.words)))

    @cached_property
    def size(self) -> int:
        """How many words a reader counts."""
        return len(self.signs(shared_alphabet()))

    @cached_property
    def starts(self) -> list[int]:
        """Where the words begin that a reader counts."""
        return list(compress(self.offsets, self.counted))

    @cached_property
    def formats(self) -> tuple[tuple[int, int, Look], ...]:
        """The text in stretches (start, stop, formats) of one look, in order and without gaps."""
        return _stretches(self.text, self.spans)

    @cached_property
    def equal(self) -> tuple[Run, ...]:
        """The runs of the text in a block that is equal in both texts."""
        return tuple(self.runs(Op.EQUAL, 0, len(self.text)))

    def signs(self, alphabet: Alphabet) -> str:
        """Return the words that a reader counts, each as one sign of `alphabet`."""
        number, signs = self._signs
        if number != alphabet.number:
            signs = alphabet.write(self.words)
            self._signs = (alphabet.number, signs)
        return signs

    def runs(self, op: Op, start: int, stop: int) -> Iterator[Run]:
        """Go through the text from `start` to `stop`, to which `op` happened, in runs of one look."""
        for begin, end, look in self.pieces(start, stop):
            yield Run(op, self.text[begin:end], formats=look, words=self.count(begin, end))

    def pieces(self, start: int, stop: int) -> Sequence[tuple[int, int, Look]]:
        """Return the text from `start` to `stop` in pieces of one look."""
        if start >= stop:
            return ()
        if not self.spans:
            return ((start, stop, ()),)
        first = bisect_right(self.formats, start, key=itemgetter(1))
        last = bisect_left(self.formats, stop, lo=first, key=itemgetter(1))
        return [(max(start, begin), min(end, stop), look) for begin, end, look in self.formats[first : last + 1]]

    def count(self, start: int, stop: int) -> int:
        """Return how many words that a reader counts begin from `start` to `stop`."""
        if start == 0 and stop == len(self.text):
            return self.size
        return bisect_left(self.starts, stop) - bisect_left(self.starts, start)


def wording_of(block: Block) -> Wording:
    """Return the wording of `block`, the same one for blocks that say the same as long as it is remembered."""
    read = _remembered if len(block.text) <= _LONGEST else Wording
    return read(block.text, block.spans, block.kind is BlockKind.CODE)


@lru_cache(_ROOM)
def _remembered(text: str, spans: tuple[Span, ...], is_code: bool) -> Wording:
    return Wording(text, spans, is_code)


def _stretches(text: str, spans: tuple[Span, ...]) -> tuple[tuple[int, int, Look], ...]:
    """Sweep over the `spans` of `text`, which nest and are sorted by where they begin, outermost first."""
    borders = sorted({0, len(text)} | {at for span in spans for at in (span.start, span.stop)})
    stretches: list[tuple[int, int, Look]] = []
    open_spans: list[Span] = []
    coming = deque(spans)
    for start, stop in pairwise(borders):
        open_spans = [span for span in open_spans if span.stop > start]
        while coming and coming[0].start <= start:
            open_spans.append(coming.popleft())
        stretches.append((start, stop, tuple(Format(span.kind, span.target) for span in open_spans)))
    return tuple(stretches)
