"""Scripts: look-alike letters, and the scripts that need invisible characters.

Invariants: a word counts as mixed only if every letter of one of its scripts looks like a letter of the other, so that
“SMSка” and “kΩ” are accepted. The lists contain letters that look alike in common typefaces; they are not a copy of
Unicode's confusables.
"""

from __future__ import annotations

import re
import unicodedata

_L = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_C = "\u0400-\u052f"
_G = "\u0370-\u037d\u037f-\u03ff\u1f00-\u1fff"
_LATIN, _CYRILLIC, _GREEK = (re.compile(f"[{letters}]") for letters in (_L, _C, _G))
OTHER_ALPHABET = re.compile(f"[{_C}{_G}]")
MIXTURE = re.compile(f"[{_L}][{_C}{_G}]|[{_C}{_G}][{_L}]")
WORD = re.compile(f"[{_L}{_C}{_G}]+")
_LOOK_LATIN = frozenset("АВЕКМНОРСТХУаеорсухіјѕІЈЅԁһӏԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινρυ")
_LOOK_OTHER = frozenset("ABEKMHOPCTXYaeopcyxijsIJSZNvudhqw")
_JOINING = re.compile(
    r"[\u0600-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefe"
    r"\u2190-\u2bff\ufe0f\u20e3\U00010a00-\U00011fff\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf]")


def lookalikes(word: str) -> str:
    """Return the letters of `word` from another script that look like its own; empty if there are none."""
    if word.isascii():
        return ""
    latin = _LATIN.findall(word)
    for other in (_CYRILLIC.findall(word), _GREEK.findall(word)):
        if latin and other:
            if len(other) <= len(latin) and _LOOK_LATIN.issuperset(other):
                return "".join(other)
            if len(latin) <= len(other) and _LOOK_OTHER.issuperset(latin) and _is_inside(word):
                return "".join(latin)
    return ""


def joins_here(character: str) -> bool:
    """Return whether joiners have a meaning next to `character`: in Arabic and Indic scripts, and in emoji."""
    return bool(_JOINING.match(character))


def separates_words(line: str) -> bool:
    """Return whether `line` contains a script that separates words with zero-width spaces, such as Thai or Khmer."""
    return bool(_WITHOUT_SPACES.search(line))


def is_rtl(character: str) -> bool:
    """Return whether `character` is written from right to left."""
    return unicodedata.bidirectional(character) in ("R", "AL")


def _is_inside(word: str) -> bool:
    """Return whether a Latin letter follows another script, or begins a word before four or more other letters.

    Return False for an abbreviation with an ending, such as “SMSка”.
    """
    scripts = "".join("L" if _LATIN.match(letter) else "-" for letter in word)
    return "-L" in scripts or scripts.startswith("L----")
