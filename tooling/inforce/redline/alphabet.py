"""One character per distinct word of all texts, so that texts can be compared as strings.

Only words that a reader counts and the mark that ends a block have a character; words that read the same share it. The
characters are arbitrary: do not sort by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from inforce.redline.sequence import Signs
from inforce.redline.words import MARK, MOST_WORDS, WORD, fold

_NUMBERS = count(1)


class Alphabet(dict[str, str]):
    """Assigns characters to words in order of first use; none to words without letter or digit.

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
