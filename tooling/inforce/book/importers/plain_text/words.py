"""The words of a text, and the check that a conversion kept them in the same order.

Invariants: the rendered text is compared, so a renumbered list item or a character removed by Markdown is detected.
Layout characters (bullets, the dot after a number, rules, table bars) are ignored.
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
    """A conversion would change words."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`: runs of letters, digits and marks, and every other non-layout character."""
    return tuple(_words(unicodedata.normalize("NFC", text)))


def words_as_read(markdown: str) -> tuple[str, ...]:
    """Return the words of the rendered `markdown`, including the numbers of its lists."""
    shown: list[str] = []
    counted: set[int] = set()
    for block in parse(markdown).blocks:
        for container in block.path:
            is_item = container.kind is ContainerKind.ITEM and container.number is not None
            if is_item and container.key not in counted:
                counted.add(container.key)
                shown.append(str(container.number))
        shown.extend(words(block.text))
    return tuple(shown)


def refuse_other_words(source: str, markdown: str) -> None:
    """Raise WordsChangedError unless the rendered `markdown` has the words of the plain text `source`."""
    before, after = words(source), words_as_read(markdown)
    if before == after:
        return
    pairs = enumerate(itertools.zip_longest(before, after))
    place = next(number for number, (old, new) in pairs if old != new)
    old, new = (" ".join(text[max(place - _SHOWN, 0) : place + _SHOWN]) for text in (before, after))
    message = f"the conversion would change words: “{old}” would become “{new}”; convert this text to Markdown manually"
    raise WordsChangedError(message)


def _words(text: str) -> Iterator[str]:
    for is_word, run in itertools.groupby(text, _belongs_to_a_word):
        signs = [sign for sign in run if unicodedata.category(sign) != "Cf"]
        if is_word and signs:
            yield "".join(signs)
        elif not is_word:
            yield from (sign for sign in signs if sign not in LAYOUT and not sign.isspace())


def _belongs_to_a_word(sign: str) -> bool:
    # Format characters (soft hyphens, joiners) are ignored and do not split a word.
    return sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf")
