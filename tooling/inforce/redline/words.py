"""Tokenisation of text in any script into words, each with its comparison key.

Invariants: the joined words of a text equal the text. A key ignores only invisible differences: the variant of quotes,
dashes and spaces, and the code points of a letter.

Not responsible for: borders of phrases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Ranges searched for letters and marks of scripts with spaces; other ranges of Unicode are listed below.
PLACES_OF_LETTERS = (
    *((0xAA, 0xDFF), (0xF00, 0xFFF), (0x10A0, 0x177F), (0x1800, 0x1FFF), (0x2C00, 0x2DFF)),
    *((0xA4D0, 0xABFF), (0xFB00, 0xFDFF), (0xFE70, 0xFEFC), (0xFF21, 0xFF5A)),
)


def _class_of(categories: str, places: tuple[tuple[int, int], ...]) -> str:
    """Return the content of a character class: the letters of `places` in one of the major `categories`."""
    tokens = []
    start = previous = -2
    for code in (code for first, last in places for code in range(first, last + 1)):
        if unicodedata.category(chr(code))[0] not in categories:
            continue
        if code != previous + 1:
            tokens.append((start, previous))
            start = code
        previous = code
    tokens.append((start, previous))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in tokens[1:])


MARKS = _class_of("M", ((0x300, 0xDFF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE2F)))
_LETTERS = "A-Za-z" + _class_of("LM", PLACES_OF_LETTERS) + "\uac00-\ud7a3\U00010000-\U0001cfff\U0001d400-\U0001d7cb"
_JOINERS = "\u00ad\u200b-\u200d\u2060"
_HAN_AND_KANA = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u309f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_HAN_AND_KANA += "\uf900-\ufaff\U00020000-\U0003ffff"
HAN_FIGURES = "〇零一二三四五六七八九十百千万萬億亿两兩"
_CURRENCY = "$£¥€₤₦₩₪₫₭₮₱₴₹₺₽₿฿"
_ADDRESS = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9\-_~/#@$&+=%]"
# Names have the maximum length of mail and DNS; without a limit, matching long ones would take quadratic time.
_LABEL = r"[A-Za-z0-9\-]{1,63}+"

TOKEN = re.compile(
    rf"""
      [A-Za-z]+(?=[ ,;)\n]|\.[ \n]|\.\Z)                                # most words; a shortcut for speed
    | \s+
    | https?://{_ADDRESS}                                              # addresses whole
    | [A-Za-z0-9._%+\-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,16}}
    | {_LABEL}(?:\.{_LABEL}){{0,16}}\.[a-z]{{2,63}}\b(?![@\-])
    | [{_CURRENCY}]?\d+(?:[.,:/'’٫٬\-–\u00a0\u202f]\d+)*[%‰٪°]?[{_LETTERS}]*
    | [{_LETTERS}](?:[{_LETTERS}\d_]|[{_JOINERS}'’\-‐‑·]+(?=[{_LETTERS}\d])|(?<=\d)\.(?=\d))*
    | [\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f]+                       # katakana runs whole
    | [{HAN_FIGURES}]{{2,}}                                              # numbers in Han characters whole
    | [{_HAN_AND_KANA}][{MARKS}\u3099\u309a\U000e0100-\U000e01ef]*    # one Han or kana character
    | [\u0e40-\u0e44\u0ec0-\u0ec4]?[\u0e01-\u0e2e\u0e81-\u0eae\u0edc-\u0edf]     # a cluster of Thai or Lao
      [\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebd\u0ec8-\u0ece]*
    | [\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*      # of Khmer
    | [\u1000-\u102a\u103f\u1050-\u1055](?:\u1039[\u1000-\u1021]|[\u102b-\u103e\u1056-\u1059])*   # of Myanmar
    | .[{MARKS}\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*              # any other sign, with what modifies it
    """,
    re.VERBOSE | re.DOTALL,
)
WORD = re.compile(r"\w")
# Maximum number of cached words: the vocabulary of a book in a few languages.
MOST_WORDS = 50_000

SPACE = " "
# The mark that ends a block; it is not the key of any word, because the key of white space is one space.
MARK = "\n"
_SPELLINGS = {"'": "‘’‚‛′ʼ＇", '"': "“”„‟″«»＂", "-": "‐‑‒–—―−﹣－", "": "\u00ad\u200b\u2060\ufeff"}
FOLDS = str.maketrans({letter: fold for fold, letters in _SPELLINGS.items() for letter in letters})
# Compatibility normalisation would convert “10²” to “102” and “①” to “1”.
KEEPS_ITS_FORM = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793]")


def fold(text: str) -> str:
    """Return `text` in comparison form: compatibility forms, uniform quotes and dashes, no invisible characters."""
    if text.isascii():
        return text
    plain = text.translate(FOLDS)
    return unicodedata.normalize("NFC" if KEEPS_ITS_FORM.search(plain) else "NFKC", plain) or text


def cut(text: str) -> list[str]:
    """Return the words of `text`; joined, they equal `text`."""
    return TOKEN.findall(text)


class Keys(dict[str, str]):
    """The comparison keys of words, computed on first use; white space of any kind is one space."""

    def __missing__(self, word: str) -> str:
        if len(self) > MOST_WORDS:
            self.clear()
        key = self[word] = SPACE if word.isspace() else fold(word)
        return key

    def of(self, words: Iterable[str]) -> list[str]:
        """Return the keys of `words`."""
        return list(map(self.__getitem__, words))


# Cached keys of words, independent of the text.
KEYS = Keys()


def keys_of(words: Iterable[str]) -> list[str]:
    """Return the comparison key of each of `words`."""
    return KEYS.of(words)
