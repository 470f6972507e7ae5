"""Mojibake: detect UTF-8 that was decoded with another encoding, and restore it.

`informationļ¼Œemail` was `information，email`: three bytes of UTF-8 displayed as three letters of windows-1257.
Encoding them again with the wrong encoding yields valid UTF-8, which is very rare for intended words.

Invariants: only sequences whose restored form consists of ordinary characters are reported.
Not responsible for: changing a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# The most common wrong encodings, western ones first; the first one that explains a sequence is used.
CODECS = ("cp1252", "cp1254", "cp1250", "cp1257", "cp1251", "cp1253", "mac_roman", "cp437", "cp850")
WESTERN = frozenset({"cp1252", "cp1254"})
# In these encodings, letters of ordinary words can form valid sequences by chance.
LETTERED = frozenset({"cp1251", "cp1253"})

RUN = re.compile(r"[^\x00-\x7f]{2,}")
PUNCTUATION = re.compile(r"[\u2010-\u203a\u20ac\u2116\u2122\u3000-\u303f\uff01-\uff5e]")
ORDINARY = re.compile(
    r"[\u00a0-\u017f\u0192\u0218-\u021b\u02c6\u02dc"
    r"\u0386-\u03ce\u0401\u0404\u0406\u0407\u0410-\u044f\u0451\u0454\u0456\u0457\u0490\u0491"
    r"\u05d0-\u05ea\u060c\u061b\u061f\u0621-\u0652\u067e-\u06cc\u0900-\u0d7f\u0e01-\u0e5b\u1200-\u137c"
    r"\u200c\u2010-\u203a\u20ac\u2116\u2122\u2190-\u21ff\u25a0-\u25ff\u2713-\u2717"
    r"\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\U0001f300-\U0001faff]+"
)
QUOTES = frozenset("“”„‘’‚«»‹›\u00a0")
# First characters of UTF-8 punctuation, and of the replacement character, when decoded as GBK.
GBK_SIGNS = re.compile(r"[锛銆鈥][\u4e00-\u9fff\u20ac\ue000-\uf8ff?\ufffd]?[A-Za-z]?|锟斤拷")
# The first two bytes of a quotation mark; western encodings do not display the third.
TORN_QUOTE = re.compile("â€(?![\u0080-\u00ff\u0152-\u02dc\u2013-\u2122])\x9d?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedText:
    """The garbled characters `start` to `stop` of a text, and the original; empty if it is unknown."""

    start: int
    stop: int
    repaired: str


def find_damage(text: str) -> list[DamagedText]:
    """Return the garbled ranges of `text` in order, without overlaps."""
    if text.isascii():
        return []
    candidates = sorted([*_round_trips(text), *_signs(text)], key=lambda damage: (damage.start, -damage.stop))
    ranges: list[DamagedText] = []
    for damage in candidates:
        if not ranges or damage.start >= ranges[-1].stop:
            ranges.append(damage)
    return ranges


def _round_trips(text: str) -> Iterator[DamagedText]:
    for run in RUN.finditer(text):
        for codec in CODECS:
            pattern, to_byte = _tables(codec)
            for match in pattern.finditer(text, *run.span()):
                repaired = _repaired(match[0], to_byte)
                if repaired and _is_convincing(match[0], repaired, codec):
                    yield DamagedText(start=match.start(), stop=match.end(), repaired=repaired)


def _signs(text: str) -> Iterator[DamagedText]:
    for match in GBK_SIGNS.finditer(text):
        for stop in range(match.end(), match.start(), -1):
            repaired = _decoded(text[match.start() : stop].encode("gbk", errors="ignore"))
            if repaired and PUNCTUATION.match(repaired):
                yield DamagedText(start=match.start(), stop=stop, repaired=repaired)
                break
        else:
            yield DamagedText(start=match.start(), stop=match.start() + len(match[0].rstrip("?")), repaired="")
    for match in TORN_QUOTE.finditer(text):
        yield DamagedText(start=match.start(), stop=match.end(), repaired="”")


def _repaired(words: str, to_byte: dict[str, int]) -> str:
    repaired = _decoded(bytes(to_byte[character] for character in words))
    return repaired if ORDINARY.fullmatch(repaired) else ""


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


def _is_convincing(words: str, repaired: str, codec: str) -> bool:
    """Return whether `words` are garbled rather than a valid sequence by chance, such as a quoted word in capitals."""
    if PUNCTUATION.search(repaired) or len(repaired) >= (3 if codec in LETTERED else 2):
        return True
    return codec not in LETTERED and not words[-1].isalpha() and words[-1] not in QUOTES and len(words) == 2


@cache
def _tables(codec: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return a pattern for UTF-8 decoded with `codec`, and the byte of each character.

    Many encodings leave some of the bytes 80 to 9F undefined. Programs decode these as windows-1252 or as control
    characters, so both forms are included.
    """
    shown: dict[int, list[str]] = {byte: [] for byte in range(0x80, 0x100)}
    to_byte: dict[str, int] = {}
    for name, last in ((codec, 0xFF), ("cp1252", 0x9F), ("latin-1", 0x9F)):
        for byte in range(0x80, last + 1):
            character = bytes([byte]).decode(name, errors="ignore")
            if character and character not in to_byte:
                shown[byte].append(character)
                to_byte[character] = byte

    def among(first: int, last: int) -> str:
        return "[" + "".join(re.escape(sign) for byte in range(first, last + 1) for sign in shown[byte]) + "]"

    tail = among(0x80, 0xBF)
    sequences = (among(0xC2, 0xDF) + tail, among(0xE0, 0xEF) + tail * 2, among(0xF0, 0xF4) + tail * 3)
    return re.compile(f"(?:{'|'.join(sequences)})+"), to_byte
