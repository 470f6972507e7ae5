"""A text prepared for redlines: its leaf blocks with their words, keys and formats.

A leaf block or a table row is a unit of alignment. Versions of a policy share nearly all their blocks, and each version
is compared with several others. The wording of a block (its text, its formats and the values derived from them) is
therefore computed once, cached (least recently used) and shared by all texts that contain it. Each distinct word gets
one character of an alphabet, so that texts can be compared as strings; words with equal keys share a character. The
characters are in no meaningful order: do not sort by them.

Invariants: a `Prepared` is immutable. Words are split on first use, because most blocks of two versions are equal and
do not need them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, compress, count, groupby, pairwise
from operator import itemgetter

from inforce.markdown import Block, BlockKind, ContainerKind, Document, Span, parse
from inforce.redline.sequence import Signs
from inforce.redline.values import Format, Op, Run
from inforce.redline.words import KEYS, MARK, MOST_WORDS, WORD, cut, fold

NO_SHAPE = frozenset({ContainerKind.ITEM, ContainerKind.ROW})


class Leaf:
    """One leaf block, its `index` in its text, its `wording`, and its `shape`: its format as a block."""

    __slots__ = ("block", "index", "key", "print", "shape", "wording")

    def __init__(self, index: int, block: Block) -> None:
        self.index = index
        self.block = block
        self.wording = wording_of(block)
        self.shape = _shape(block)
        self.key = self.wording.key
        # Blocks with equal prints look the same, so shared blocks are found without comparing their content.
        self.print = (block.text, self.wording.spans, self.shape)

    def cut_words(self) -> None:
        """Compute all lazily computed values."""
        wording = self.wording
        _ = (wording.offsets, wording.keys, wording.size, wording.formats)

    @property
    def size(self) -> int:
        """The number of words that count, that is, contain a letter or digit."""
        return self.wording.size


def _shape(block: Block) -> tuple[Format, ...]:
    """Return the format of `block`: its containers, then its own kind."""
    outer = (
        tuple([(container.kind, container.number) for container in block.path if container.kind not in NO_SHAPE])
        if block.path
        else ()
    )
    kind = block.kind
    if kind is BlockKind.PARAGRAPH:
        value = ""
    elif kind is BlockKind.HEADING:
        value = str(block.level)
    else:
        value = block.info or block.align  # only code blocks have `info`, only cells have `align`
    return _shape_of(outer, kind, value)


@lru_cache(256)
def _shape_of(outer: tuple[tuple[ContainerKind, int | None], ...], kind: BlockKind, value: str) -> tuple[Format, ...]:
    containers = [Format(kind, "" if number is None else str(number)) for kind, number in outer]
    return (*containers, Format(kind, value))


ROW = "row"


class Unit:
    """A unit of one or more `leaves`; `key` is its content, `kind` a BlockKind or `ROW`."""

    __slots__ = ("__dict__", "index", "key", "kind", "leaves", "print")

    def __init__(self, index: int, kind: str, leaves: Sequence[Leaf]) -> None:
        self.index = index
        self.kind = kind
        self.leaves = leaves
        self.key = leaves[0].key if kind != ROW else "\t".join([leaf.key for leaf in leaves]) + "\t"
        # Units with equal prints look the same.
        self.print = leaves[0].print if kind != ROW else [leaf.print for leaf in leaves]

    @cached_property
    def size(self) -> int:
        """The number of words that count, that is, contain a letter or digit."""
        return sum([leaf.size for leaf in self.leaves])

    @cached_property
    def table(self) -> int:
        """The key of the table that contains a row; -1 for other units."""
        return next(
            (container.key for container in self.leaves[0].block.path if container.kind is ContainerKind.TABLE), -1
        )


def units_of(leaves: Sequence[Leaf]) -> list[Unit]:
    """Return the units of `leaves`."""
    units: list[Unit] = []
    for row, group in groupby(leaves, _row):
        members = list(group)
        if row is None:
            units += [Unit(len(units) + at, leaf.block.kind, [leaf]) for at, leaf in enumerate(members)]
        else:
            units.append(Unit(len(units), ROW, members))
    return units


def _row(leaf: Leaf) -> int | None:
    return leaf.block.path[-1].key if leaf.block.kind is BlockKind.CELL else None


# The number of cached wordings, and the maximum length of each: at most a few tens of megabytes in total.
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


# Weight of a heading or an id, which identifies a clause better than any amount of text under it.
DECISIVE = 1 << 40


class Prepared:
    """A prepared Markdown text; `redline` accepts it in place of the text, any number of times.

    Returned by `prepare`. `text` is its plain text, `document` its parsed form; the other attributes are for `redline`.

    :param text: a body of Markdown without front matter
    """

    def __init__(self, text: str) -> None:
        self.document: Document = parse(text)
        self.text = self.document.text
        self.leaves = [Leaf(index, block) for index, block in enumerate(self.document.blocks)]

    def cut_words(self) -> Prepared:
        """Split all words now instead of on first use; return this text.

        This saves time, at the cost of memory, if many redlines use the text.

            >>> prepare("We keep it for 12 months.").cut_words().text
            'We keep it for 12 months.\\n'
        """
        _ = self.units
        for leaf in self.leaves:
            leaf.cut_words()
        return self

    @cached_property
    def units(self) -> list[Unit]:
        """The units for alignment: blocks, and rows of tables."""
        return units_of(self.leaves)

    @cached_property
    def offsets(self) -> list[int]:
        """The start of each block in the plain text, and finally its length."""
        return [0, *accumulate([len(leaf.block.text) + 1 for leaf in self.leaves])]

    @cached_property
    def sizes(self) -> list[int]:
        """The number of counted words before each block, and finally the total."""
        return [0, *accumulate([leaf.size for leaf in self.leaves])]

    @cached_property
    def weights(self) -> list[int]:
        """The cumulative weight of the blocks before each one, for matching clauses, and finally the total."""
        weights = [
            len(leaf.block.text) + (DECISIVE if leaf.block.kind is BlockKind.HEADING else 0) for leaf in self.leaves
        ]
        return [0, *accumulate(weights)]

    @cached_property
    def containers(self) -> int:
        """The number of containers; all keys are smaller."""
        return 1 + max((container.key for leaf in self.leaves for container in leaf.block.path), default=-1)

    @cached_property
    def clauses(self) -> list[int]:
        """The index of each block's clause among the clauses of the document."""
        clauses = self.document.clauses
        return [place for place, clause in enumerate(clauses) for _ in range(clause.start, clause.stop)]


def prepare(text: str) -> Prepared:
    """Return `text` prepared for any number of redlines.

    The result is immutable and can be shared by threads. Parsing happens here; words are split when they are needed.

        >>> from inforce.redline import prepare, redline
        >>> first, second = prepare("We keep it for 12 months."), prepare("We keep it for 24 months.")
        >>> redline(first, second).equal, redline(first, first).equal
        (False, True)

    :param text: a body of Markdown without front matter; any string is accepted
    """
    return Prepared(text)


_NUMBERS = count(1)


class Alphabet(dict[str, str]):
    """Assigns characters to words in order of first use; none to words without a letter or digit.

    `number` distinguishes alphabets; `mark` is the character that ends a block.
    """

    def __init__(self) -> None:
        super().__init__()
        self.number = next(_NUMBERS)
        self._signs = Signs()
        self.mark = self._signs[MARK]

    def __missing__(self, word: str) -> str:
        sign = self[word] = self._signs[fold(word)] if WORD.search(word) else ""
        return sign

    def write(self, words: Iterable[str]) -> str:
        """Return the characters of `words`."""
        return "".join(map(self.__getitem__, words))


def shared_alphabet() -> Alphabet:
    """Return the alphabet for one comparison: the previous one, unless it contains too many words."""
    global _shared
    if len(_shared) > MOST_WORDS:
        _shared = Alphabet()
    return _shared


_shared = Alphabet()
