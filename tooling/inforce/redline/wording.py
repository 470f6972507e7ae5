"""The wording of one block: its text and formats, and values derived from these two alone.

Versions of a policy share nearly all their blocks, and each version is compared with several others. A wording is
therefore computed once, cached (least recently used), and shared by all texts that contain it. It does not include the
position or kind of the block.
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

# A few tens of megabytes at most: longer texts are not cached.
_ROOM, _LONGEST = 2048, 10_000
Look = tuple[Format, ...]


class Wording:
    """The `text` of a block and the `spans` over it; `key` is the text as compared."""

    __slots__ = ("__dict__", "_signs", "key", "spans", "text")

    def __init__(self, text: str, spans: tuple[Span, ...], is_code: bool) -> None:
        self.text = text
        self.spans = spans
        self.key = text if is_code else " ".join(fold(text).split())
        self._signs: tuple[int, str] = (0, "")

    @cached_property
    def words(self) -> list[str]:
        """The words of the text; joined, they equal the text."""
        return cut(self.text)

    @cached_property
    def keys(self) -> list[str]:
        """The comparison key of each word."""
        return KEYS.of(self.words)

    @cached_property
    def offsets(self) -> list[int]:
        """The start of each word, and finally the length of the text."""
        return [0, *accumulate(map(len, self.words))]

    @cached_property
    def counted(self) -> list[bool]:
        """Whether each word counts, that is, contains a letter or digit."""
        return list(map(bool, map(shared_alphabet().__getitem__, self.words)))

    @cached_property
    def size(self) -> int:
        """The number of words that count."""
        return len(self.signs(shared_alphabet()))

    @cached_property
    def starts(self) -> list[int]:
        """The starts of the words that count."""
        return list(compress(self.offsets, self.counted))

    @cached_property
    def formats(self) -> tuple[tuple[int, int, Look], ...]:
        """The text in stretches (start, stop, formats) of constant format, in order and without gaps."""
        return _stretches(self.text, self.spans)

    @cached_property
    def equal(self) -> tuple[Run, ...]:
        """The runs of the text in a block that is equal in both texts."""
        return tuple(self.runs(Op.EQUAL, 0, len(self.text)))

    def signs(self, alphabet: Alphabet) -> str:
        """Return the words that count, each as one character of `alphabet`."""
        number, signs = self._signs
        if number != alphabet.number:
            signs = alphabet.write(self.words)
            self._signs = (alphabet.number, signs)
        return signs

    def runs(self, op: Op, start: int, stop: int) -> Iterator[Run]:
        """Yield the text from `start` to `stop` with operation `op`, in runs of constant format."""
        for begin, end, look in self.pieces(start, stop):
            yield Run(op, self.text[begin:end], formats=look, words=self.count(begin, end))

    def pieces(self, start: int, stop: int) -> Sequence[tuple[int, int, Look]]:
        """Return the text from `start` to `stop` in pieces of constant format."""
        if start >= stop:
            return ()
        if not self.spans:
            return ((start, stop, ()),)
        first = bisect_right(self.formats, start, key=itemgetter(1))
        last = bisect_left(self.formats, stop, lo=first, key=itemgetter(1))
        return [(max(start, begin), min(end, stop), look) for begin, end, look in self.formats[first : last + 1]]

    def count(self, start: int, stop: int) -> int:
        """Return the number of counted words that start from `start` to `stop`."""
        if start == 0 and stop == len(self.text):
            return self.size
        return bisect_left(self.starts, stop) - bisect_left(self.starts, start)


def wording_of(block: Block) -> Wording:
    """Return the wording of `block`; blocks with equal content share one object while it is cached."""
    read = _remembered if len(block.text) <= _LONGEST else Wording
    return read(block.text, block.spans, block.kind is BlockKind.CODE)


@lru_cache(_ROOM)
def _remembered(text: str, spans: tuple[Span, ...], is_code: bool) -> Wording:
    return Wording(text, spans, is_code)


def _stretches(text: str, spans: tuple[Span, ...]) -> tuple[tuple[int, int, Look], ...]:
    """Split `text` at the borders of `spans`, which are nested and sorted by start, outermost first."""
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
