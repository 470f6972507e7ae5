"""The words of a text, and the proof that a conversion kept them: the same ones in the same order.

Invariants: what counts is what a reader sees, so a number that a list would renumber, or a sign that Markdown would
swallow, is noticed. Signs of layout (bullets, the dot behind a number, rules, bars of tables) do not count.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

from inforce.errors import InforceError
from inforce.markdown import ContainerKind, parse

LAYOUT = frozenset("*#|=_-–—•·▪◦‣●○■□◆▸►.)")
_SHOWN = 8


class WordsChangedError(InforceError):
    """A conversion would have changed words; it is refused."""


def words(text: str) -> tuple[str, ...]:
    """Split `text` into its words: runs of letters, digits and their marks, and every other sign that is no layout."""
    return tuple(_words(unicodedata.normalize("NFC", text)))


def words_as_read(markdown: str) -> tuple[str, ...]:
    """Split `markdown` into the words a reader is shown, the numbers of its lists included."""
    found: list[str] = []
    counted: set[int] = set()
    for block in parse(markdown).blocks:
        for container in block.path:
            is_item = container.kind is ContainerKind.ITEM and container.number is not None
            if is_item and container.key not in counted:
                counted.add(container.key)
                found.append(str(container.number))
        found.extend(words(block.text))
    return tuple(found)


def refuse_other_words(source: str, markdown: str) -> None:
    """Raise WordsChangedError unless readers of `markdown` read the words of the plain text `source`."""
    before, after = words(source), words_as_read(markdown)
    if before == after:
        return
    pairs = enumerate(itertools.zip_longest(before, after))
    place = next(number for number, (old, new) in pairs if old != new)
    old, new = (" ".join(one[max(place - _SHOWN, 0) : place + _SHOWN]) for one in (before, after))
    message = f"the conversion would change words: “{old}” would read “{new}”; import this text by hand"
    raise WordsChangedError(message)


def _words(text: str) -> Iterator[str]:
    for is_word, run in itertools.groupby(text, _belongs_to_a_word):
        signs = [sign for sign in run if unicodedata.category(sign) != "Cf"]
        if is_word and signs:
            yield "".join(signs)
        elif not is_word:
            yield from (sign for sign in signs if sign not in LAYOUT and not sign.isspace())


def _belongs_to_a_word(sign: str) -> bool:
    # Format characters (soft hyphens, joiners) neither count nor part a word.
    return sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf")
