"""ENC: characters that are misleading, invisible or damaged."""

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
def byte_order_mark(ctx: CheckContext) -> Iterator[Finding]:
    """Report files that begin with a byte order mark; the published text never contains it."""
    for file in ctx.files:
        if file.content.startswith(BOM):
            yield byte_order_mark.finding(
                file.place(0),
                "The file begins with a byte order mark, which is not part of the published text.",
                evidence="U+FEFF",
                fix="Save the file as “UTF-8”, not “UTF-8 with BOM”. The published text is the same in both cases.",
            )


@rule("ENC-newline", Severity.NOTE, "Lines end with a carriage return.")
def carriage_return(ctx: CheckContext) -> Iterator[Finding]:
    """Report files with carriage returns; the published text always has line feeds."""
    for file in ctx.files:
        if (offset := file.content.find("\r")) >= 0:
            yield carriage_return.finding(
                file.place(offset),
                "Lines of this file end with a carriage return, which is not part of the published text.",
                evidence="U+000D",
                fix="Choose the line ending “LF” in your editor. The published text is the same in both cases.",
            )


@rule("ENC-control", Severity.ERROR, "A file contains a control character.")
def control_character(ctx: CheckContext) -> Iterator[Finding]:
    """Report control characters, except those that ENC-mojibake reports."""
    for file in ctx.files:
        if not CONTROL.search(file.content):
            continue
        damage = find_damage(file.content)
        for sign in each_once(match for match in CONTROL.finditer(file.content) if not _is_within(match, damage)):
            yield control_character.finding(
                file.place(sign.match.start()),
                f"This line contains {_named(sign.match[0])}{sign.times}; browsers and apps show it differently.",
                evidence=file.word_at(*sign.match.span()),
                fix="Delete it, and type the intended character.",
            )


@rule("ENC-private", Severity.ERROR, "A file contains a character whose meaning depends on the font.")
def private_use_character(ctx: CheckContext) -> Iterator[Finding]:
    """Report characters of the private use areas, such as the bullets of a word processor."""
    for file in ctx.files:
        for sign in each_once(PRIVATE.finditer(file.content)):
            yield private_use_character.finding(
                file.place(sign.match.start()),
                f"The character U+{ord(sign.match[0]):04X} has a meaning only in one font{sign.times}; "
                "readers see an empty box.",
                evidence=file.word_at(*sign.match.span()),
                fix="Replace it. A bullet is “- ” at the beginning of the line.",
            )


@rule("ENC-lost", Severity.ERROR, "A file contains a replacement character in place of a lost one.")
def replacement_character(ctx: CheckContext) -> Iterator[Finding]:
    """Report U+FFFD, which programs write in place of characters they cannot decode."""
    for file in ctx.files:
        for sign in each_once(re.finditer("\ufffd+", file.content)):
            yield replacement_character.finding(
                file.place(sign.match.start()),
                f"A character was lost and replaced with “�”{sign.times}.",
                evidence=file.word_at(*sign.match.span()),
                fix="Look up the word in the original and type it again.",
            )


@rule("ENC-mojibake", Severity.ERROR, "A file contains words garbled by a wrong encoding.")
def mojibake(ctx: CheckContext) -> Iterator[Finding]:
    """Report UTF-8 that was decoded with another encoding, and suggest the original."""
    for file in ctx.files:
        reported: set[str] = set()
        for damage in find_damage(file.content):
            words = file.word_at(damage.start, damage.stop)
            if words not in reported:
                reported.add(words)
                yield mojibake.finding(
                    file.place(damage.start),
                    f"“{words}” is garbled by a wrong encoding.",
                    evidence=words,
                    fix=_repair_fix(file, damage),
                )


@rule("ENC-invisible", Severity.ERROR, "A file contains an invisible zero-width character.")
def invisible_character(ctx: CheckContext) -> Iterator[Finding]:
    """Report zero-width characters outside the scripts that need them."""
    for file in ctx.files:
        hidden = (match for match in INVISIBLE.finditer(file.content) if not _is_needed(file.content, match))
        for sign in each_once(hidden):
            yield invisible_character.finding(
                file.place(sign.match.start()),
                f"This line contains {_named(sign.match[0])}{sign.times}. It is invisible and makes searches fail.",
                evidence=_spelt(file.word_at(*sign.match.span()), sign.match[0]),
                fix="Delete it, for example by retyping the word.",
            )


@rule("ENC-bidi", Severity.ERROR, "A file contains an invisible character that changes the writing direction.")
def direction_character(ctx: CheckContext) -> Iterator[Finding]:
    """Report direction overrides in all lines, and other direction marks in left-to-right lines."""
    for file in ctx.files:
        controls = (match for match in BIDI.finditer(file.content) if _misleads(file.content, match))
        for sign in each_once(controls):
            yield direction_character.finding(
                file.place(sign.match.start()),
                f"This line contains {_named(sign.match[0])}{sign.times}, which can change the order of words.",
                evidence=_spelt(file.word_at(*sign.match.span()), sign.match[0]),
                fix="Delete it, for example by retyping the words.",
            )


@rule("ENC-script", Severity.ERROR, "A word contains look-alike letters of another script.")
def mixed_script(ctx: CheckContext) -> Iterator[Finding]:
    """Report Latin words with Cyrillic or Greek look-alike letters, and the reverse."""
    for file in ctx.files:
        if not (OTHER_ALPHABET.search(file.content) and MIXTURE.search(file.content)):
            continue
        for sign in each_once(WORD.finditer(file.content)):
            if strangers := lookalikes(sign.match[0]):
                names = ", ".join(_named(letter) for letter in dict.fromkeys(strangers))
                yield mixed_script.finding(
                    file.place(sign.match.start()),
                    f"“{sign.match[0]}” contains look-alike letters of another script{sign.times}: {names}.",
                    evidence=sign.match[0],
                    fix="Type the word again with one keyboard layout.",
                )


@rule("ENC-nfc", Severity.NOTE, "A letter and its accent are stored as separate characters.")
def not_nfc(ctx: CheckContext) -> Iterator[Finding]:
    """Report the first line that is not in Unicode normal form C; the published text always is."""
    for file in ctx.files:
        if unicodedata.is_normalized("NFC", file.content):
            continue
        offset = 0
        for line in file.content.splitlines(keepends=True):
            if not unicodedata.is_normalized("NFC", line):
                yield not_nfc.finding(
                    file.place(offset),
                    "Letters and accents in this line are stored separately; each is published as one character.",
                    evidence=_unnormalised_word(line),
                    fix="You need not do anything. Retyping the word makes the file identical to the published text.",
                )
                break
            offset += len(line)


def _is_within(match: re.Match[str], damage: list[DamagedText]) -> bool:
    return any(damaged.start <= match.start() < damaged.stop for damaged in damage)


def _repair_fix(file: File, damage: DamagedText) -> str:
    if not damage.repaired:
        return "Look up the words in the original and type them again."
    word = file.word_at(damage.start, damage.stop)
    wrong = file.content[damage.start : damage.stop]
    return f"It was probably “{word.replace(wrong, damage.repaired)}”. Compare it with the original."


def _is_needed(content: str, match: re.Match[str]) -> bool:
    if match[0] == "\u200b":
        return separates_words(_line_around(content, match))
    around = content[max(0, match.start() - 1) : match.start()] + content[match.end() : match.end() + 1]
    return match[0] in "\u200c\u200d" and any(joins_here(character) for character in around)


def _misleads(content: str, match: re.Match[str]) -> bool:
    if match[0] in OVERRIDES:
        return True
    return not any(is_rtl(character) for character in _line_around(content, match))


def _line_around(content: str, match: re.Match[str]) -> str:
    """Return the line around `match`, at most `LINE` characters on each side."""
    start = max(content.rfind("\n", 0, match.start()) + 1, match.start() - LINE)
    stop = content.find("\n", match.end(), match.end() + LINE)
    return content[start : stop if stop >= 0 else match.end() + LINE]


def _named(character: str) -> str:
    name = unicodedata.name(character, "").lower() or "a control character"
    return f"U+{ord(character):04X} ({name})"


def _spelt(words: str, character: str) -> str:
    return words.replace(character, f"<U+{ord(character):04X}>")


def _unnormalised_word(line: str) -> str:
    return next((word for word in line.split() if not unicodedata.is_normalized("NFC", word)), line.strip())


RULES = (
    not_utf8,
    byte_order_mark,
    carriage_return,
    control_character,
    private_use_character,
    replacement_character,
    mojibake,
    invisible_character,
    direction_character,
    mixed_script,
    not_nfc,
)
