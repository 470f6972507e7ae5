"""ENC: characters that are not what they look like, or that nobody can see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import on_reading, rule
from inforce.checks.rules.mojibake import DamagedText, find_damage
from inforce.checks.rules.scripts import (
    MIXTURE,
    OTHER_ALPHABET,
    WORD,
    is_rtl,
    joins_here,
    lookalikes,
    separates_words,
)
from inforce.checks.text import File, each_once

BOM = "\ufeff"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd]")
INVISIBLE = re.compile(r"(?<!^)\ufeff|[\u200b-\u200d\u2060-\u2064\u180e\u115f\u1160\u3164\uffa0]")
BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LINE = 500
OVERRIDES = frozenset("\u202d\u202e")

not_utf8 = on_reading("ENC-utf8", "A file is not encoded in UTF-8.")


@rule("ENC-bom", Severity.NOTE, "A file begins with a byte order mark.")
def bom(book: CheckContext) -> Iterator[Finding]:
    """Look at the first character; the published text goes without it either way."""
    for file in book.files:
        if file.content.startswith(BOM):
            yield bom.finding(
                file.place(0),
                "The file begins with a byte order mark, which is not part of the published text.",
                evidence="U+FEFF",
                fix="Save it as “UTF-8” instead of “UTF-8 with BOM”; published is the same text either way.",
            )


@rule("ENC-newline", Severity.NOTE, "Lines end with a carriage return.")
def newline(book: CheckContext) -> Iterator[Finding]:
    """Look for carriage returns; the published text has line feeds either way."""
    for file in book.files:
        if (offset := file.content.find("\r")) >= 0:
            yield newline.finding(
                file.place(offset),
                "Lines of this file end with a carriage return, which is not part of the published text.",
                evidence="U+000D",
                fix="Choose the line ending “LF” in your editor; published is the same text either way.",
            )


@rule("ENC-control", Severity.ERROR, "A file contains a control character.")
def control(book: CheckContext) -> Iterator[Finding]:
    """Look for control characters that are not part of mojibake, which has a rule of its own."""
    for file in book.files:
        if not CONTROL.search(file.content):
            continue
        damage = find_damage(file.content)
        for found in each_once(one for one in CONTROL.finditer(file.content) if not _is_within(one, damage)):
            yield control.finding(
                file.place(found.match.start()),
                f"{_named(found.match[0])} stands here{found.times}; browsers and apps show it in different ways.",
                evidence=file.word_at(*found.match.span()),
                fix="Delete it, and type what was meant to be there.",
            )


@rule("ENC-private", Severity.ERROR, "A file contains a character whose meaning depends on the font.")
def private(book: CheckContext) -> Iterator[Finding]:
    """Look for characters of the private use areas, such as the bullets of a word processor."""
    for file in book.files:
        for found in each_once(PRIVATE.finditer(file.content)):
            yield private.finding(
                file.place(found.match.start()),
                f"The character U+{ord(found.match[0]):04X} has a meaning in one font only{found.times}; "
                "readers see an empty box.",
                evidence=file.word_at(*found.match.span()),
                fix="Replace it: a bullet is “- ” at the beginning of the line.",
            )


@rule("ENC-lost", Severity.ERROR, "A file contains a replacement character in place of a lost one.")
def lost(book: CheckContext) -> Iterator[Finding]:
    """Look for U+FFFD, which programs write where they could not read."""
    for file in book.files:
        for found in each_once(re.finditer("\ufffd+", file.content)):
            yield lost.finding(
                file.place(found.match.start()),
                f"“�” stands where a character was lost{found.times}.",
                evidence=file.word_at(*found.match.span()),
                fix="Look the word up in the original and type it again.",
            )


@rule("ENC-mojibake", Severity.ERROR, "A file contains words garbled by a wrong encoding.")
def mojibake(book: CheckContext) -> Iterator[Finding]:
    """Look for UTF-8 that was read in another encoding, and say what it was."""
    for file in book.files:
        seen: set[str] = set()
        for damage in find_damage(file.content):
            words = file.word_at(damage.start, damage.stop)
            if words not in seen:
                seen.add(words)
                yield mojibake.finding(
                    file.place(damage.start),
                    f"“{words}” is damaged by a wrong encoding.",
                    evidence=words,
                    fix=_repair(file, damage),
                )


@rule("ENC-invisible", Severity.ERROR, "A file contains an invisible zero-width character.")
def invisible(book: CheckContext) -> Iterator[Finding]:
    """Look for zero-width characters outside the scripts that need them."""
    for file in book.files:
        hidden = (found for found in INVISIBLE.finditer(file.content) if not _is_needed(file.content, found))
        for found in each_once(hidden):
            yield invisible.finding(
                file.place(found.match.start()),
                f"{_named(found.match[0])} stands here{found.times}: nobody sees it, but searches stumble over it.",
                evidence=_spelt(file.word_at(*found.match.span()), found.match[0]),
                fix="Delete it; retyping the word does that.",
            )


@rule("ENC-bidi", Severity.ERROR, "A file contains an invisible character that changes the writing direction.")
def bidi(book: CheckContext) -> Iterator[Finding]:
    """Look for overrides anywhere, and for other controls in lines that are written from left to right only."""
    for file in book.files:
        controls = (found for found in BIDI.finditer(file.content) if _misleads(file.content, found))
        for found in each_once(controls):
            yield bidi.finding(
                file.place(found.match.start()),
                f"{_named(found.match[0])} stands here{found.times}: it can make words appear in another order.",
                evidence=_spelt(file.word_at(*found.match.span()), found.match[0]),
                fix="Delete it; retyping the words does that.",
            )


@rule("ENC-script", Severity.ERROR, "A word contains look-alike letters of another script.")
def mixed_script(book: CheckContext) -> Iterator[Finding]:
    """Look for words of Latin letters with Cyrillic or Greek ones among them that look Latin, and the reverse."""
    for file in book.files:
        if not (OTHER_ALPHABET.search(file.content) and MIXTURE.search(file.content)):
            continue
        for found in each_once(WORD.finditer(file.content)):
            if strangers := lookalikes(found.match[0]):
                names = ", ".join(_named(letter) for letter in dict.fromkeys(strangers))
                yield mixed_script.finding(
                    file.place(found.match.start()),
                    f"“{found.match[0]}” holds letters of another script that only look right{found.times}: {names}.",
                    evidence=found.match[0],
                    fix="Type the word again on one keyboard layout.",
                )


@rule("ENC-nfc", Severity.NOTE, "A letter and its accent are stored as separate characters.")
def not_nfc(book: CheckContext) -> Iterator[Finding]:
    """Look for the first line that is not in Unicode's normal form C; the published text is."""
    for file in book.files:
        if unicodedata.is_normalized("NFC", file.content):
            continue
        offset = 0
        for line in file.content.splitlines(keepends=True):
            if not unicodedata.is_normalized("NFC", line):
                yield not_nfc.finding(
                    file.place(offset),
                    "Letters of this line are stored in parts; they are published as one character each.",
                    evidence=_unnormalised_word(line),
                    fix="Nothing needs doing; retyping the word makes file and published text the same.",
                )
                break
            offset += len(line)


def _is_within(found: re.Match[str], damage: list[DamagedText]) -> bool:
    return any(one.start <= found.start() < one.stop for one in damage)


def _repair(file: File, damage: DamagedText) -> str:
    if not damage.repaired:
        return "Look the words up in the original and type them again."
    word = file.word_at(damage.start, damage.stop)
    wrong = file.content[damage.start : damage.stop]
    return f"It was probably “{word.replace(wrong, damage.repaired)}”; compare with the original."


def _is_needed(content: str, found: re.Match[str]) -> bool:
    if found[0] == "\u200b":
        return separates_words(_line_around(content, found))
    around = content[max(0, found.start() - 1) : found.start()] + content[found.end() : found.end() + 1]
    return found[0] in "\u200c\u200d" and any(joins_here(character) for character in around)


def _misleads(content: str, found: re.Match[str]) -> bool:
    if found[0] in OVERRIDES:
        return True
    return not any(is_rtl(character) for character in _line_around(content, found))


def _line_around(content: str, found: re.Match[str]) -> str:
    """Cut out the line of `found`, at most as much of it as anybody sees at once."""
    start = max(content.rfind("\n", 0, found.start()) + 1, found.start() - LINE)
    stop = content.find("\n", found.end(), found.end() + LINE)
    return content[start : stop if stop >= 0 else found.end() + LINE]


def _named(character: str) -> str:
    name = unicodedata.name(character, "").lower() or "a control character"
    return f"U+{ord(character):04X} ({name})"


def _spelt(words: str, character: str) -> str:
    return words.replace(character, f"<U+{ord(character):04X}>")


def _unnormalised_word(line: str) -> str:
    return next((word for word in line.split() if not unicodedata.is_normalized("NFC", word)), line.strip())


RULES = (
    not_utf8,
    bom,
    newline,
    control,
    private,
    lost,
    mojibake,
    invisible,
    bidi,
    mixed_script,
    not_nfc,
)
