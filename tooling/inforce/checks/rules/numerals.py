"""Numbers in prose, normalised for comparison across languages: digits of any script, separators, words, months.

Invariants: `10,000`, `10.000`, `１０ ０００` and `1万` are the same number. A number written as a word counts as
present but is not required. Number words are listed for some languages only.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"(\d{1,3})((?:([.,'’\u00a0\u202f ])\d{3})(?:\3\d{3})*)(?:[.,](\d+))?")
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000, "만": 10_000, "억": 100_000_000}
_HAN_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HAN_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万两兩萬]{1,20}")


def _counted(words: str, numbers: str = "") -> dict[str, int]:
    values = [int(number) for number in numbers.split()] if numbers else range(1, len(words.split()) + 1)
    return {form: value for value, forms in zip(values, words.split(), strict=True) for form in forms.split("/")}


_TENS = "20 30 40 50 60 70 80 90 100 1000"
_WORDS: Mapping[str, dict[str, int]] = {
    "en": _counted(
        "one/once/first two/twice/second three/third four/fourth five/fifth six/sixth seven/seventh eight/eighth"
        " nine/ninth ten/tenth eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    )
    | _counted("twenty thirty forty fifty sixty seventy eighty ninety hundred thousand", _TENS)
    | _counted("january february march april may june july august september october november december"),
    "de": _counted(
        "ein/eine/einem/einen/einer/eines/erste/ersten zwei/zweite/zweiten drei/dritte/dritten vier fünf sechs"
        " sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
    )
    | _counted("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend", _TENS)
    | _counted("januar februar märz april mai juni juli august september oktober november dezember"),
    "fr": _counted(
        "un/une/premier/première deux/deuxième trois/troisième quatre cinq six sept huit neuf dix onze douze treize"
        " quatorze quinze seize dix-sept dix-huit dix-neuf"
    )
    | _counted("vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent mille", _TENS)
    | _counted("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "es": _counted(
        "un/uno/una/primer/primero/primera dos/segundo/segunda tres/tercero cuatro cinco seis siete ocho nueve diez"
        " once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve"
    )
    | _counted("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil", _TENS)
    | _counted("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
}
_HAN = frozenset({"zh", "ja", "yue"})
KNOWN = frozenset(_WORDS) | _HAN


def numbers_in(text: str) -> dict[str, str]:
    """Return the numbers that `text` contains as digits: the normalised form, and the first written form."""
    text = unicodedata.normalize("NFKC", text)
    spelling: dict[str, str] = {}
    for match in _NUMBER.finditer(text):
        factor = _MYRIADS.get(text[match.end() : match.end() + 1], 1)
        value = _value(match[0])
        number = format(Decimal(value) * factor, "f") if factor > 1 else value
        spelling.setdefault(_trimmed(number), match[0])
    return spelling


def number_words_in(text: str, language: str) -> set[str]:
    """Return the numbers that `text` contains as words of the primary tag `language`, including months."""
    if language in _HAN:
        return {str(_han_value(match[0])) for match in _HAN_NUMBER.finditer(text)}
    words = _WORDS.get(language, {})
    values = [words[part] for word in _WORD.findall(text.lower()) for part in _parts(word, words) if part in words]
    compound = {str(tens + unit) for tens, unit in itertools.pairwise(values) if tens % 10 == 0 and unit < 10}
    return {str(value) for value in values} | compound


def _parts(word: str, words: Mapping[str, int]) -> list[str]:
    return [word] if word in words else word.split("-")


def _value(number: str) -> str:
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in number)
    if grouped := _GROUPED.fullmatch(plain):
        whole = grouped[1] + re.sub(r"\D", "", grouped[2])
        return f"{whole}.{grouped[4]}" if grouped[4] else whole
    return plain.replace(",", ".")


def _trimmed(number: str) -> str:
    whole, dot, fraction = number.partition(".")
    if dot and fraction.isdigit() and not fraction.rstrip("0"):
        return whole.lstrip("0") or "0"
    return (whole.lstrip("0") or "0") + dot + fraction


def _han_value(word: str) -> int:
    if not any(character in _HAN_UNITS for character in word):
        return int("".join(str(_HAN_DIGITS[character]) for character in word))
    total = section = digit = 0
    for character in word:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif _HAN_UNITS[character] == 10_000:
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _HAN_UNITS[character], 0
    return total + section + digit
