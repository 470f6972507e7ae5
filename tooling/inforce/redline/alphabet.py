"""The words of all texts written as one sign each, the same wherever a word stands, so that strings can be compared.

Only words that a reader counts have a sign, and the mark that ends a block; words that read the same have the same one.
Which sign that is says nothing: nobody may sort by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from inforce.redline.sequence import Signs
from inforce.redline.words import MARK, MOST_WORDS, WORD, fold

_NUMBERS = count(1)


class Alphabet(dict[str, str]):
    """The signs of words, given as words come; none for those that a reader does not count, without letter or digit.

    `number` tells one alphabet from another; `mark` is the sign that ends a block.
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
        """Return the signs of `words`."""
        return "".join(map(self.__getitem__, words))


def shared_alphabet() -> Alphabet:
    """Return the alphabet for one comparison: the one before, unless that knows too many words."""
    global _shared
    if len(_shared) > MOST_WORDS:
        _shared = Alphabet()
    return _shared


_shared = Alphabet()
