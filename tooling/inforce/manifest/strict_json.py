"""Parse JSON strictly, as RFC 7493 (I-JSON) or stricter, so that every parser reads a text in the same way.

Invariants: no duplicate fields; numbers are integers that every reader represents exactly; nesting is limited; text is
valid Unicode. Nothing recurses before the depth is checked.
Not responsible for: the meaning of the fields.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from inforce.errors import ManifestError, quoted
from inforce.fields import LARGEST_INTEGER, first_duplicate

DEEPEST = 16
# Possessive quantifiers, and an unfinished string, even one ending in a backslash, extends to the end of the text: the
# pattern scans any input at most once.
_STRING = re.compile(r'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)', re.DOTALL)
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(raw: bytes, *, limit: int | None = None) -> Any:
    """Decode `raw` as strict JSON of at most `limit` bytes.

    Raise ManifestError for anything but UTF-8 without byte order mark, for duplicate fields, fractions, exponents,
    `-0`, numbers beyond 2^53 - 1, NaN and Infinity, lone surrogates, and more than 16 levels of nesting.
    """
    if limit is not None and len(raw) > limit:
        raise ManifestError("", f"has {len(raw):,} bytes, more than the limit of {limit:,}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise ManifestError("", f"is not UTF-8 at byte {cause.start}") from cause
    _refuse_depth(raw)
    try:
        data = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as cause:
        raise ManifestError("", f"is not JSON: {cause}") from cause
    if _ESCAPED_SURROGATE.search(text):
        _refuse_lone_surrogates(data)
    return data


def _refuse_depth(raw: bytes) -> None:
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return
    depth = 0
    for mark in _outside_strings(raw).translate(None, _NO_MARKS):
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise ManifestError("", f"is nested more than {DEEPEST} levels deep")
        else:
            depth -= 1


def _outside_strings(raw: bytes) -> bytes:
    """Return what is outside of strings in `raw`; without a backslash, what has an even number of quotes before it."""
    if b"\\" in raw:
        return _STRING.sub("", raw.decode("latin-1")).encode("latin-1")  # a character for each byte
    marks = raw.translate(None, _NO_MARKS).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def _refuse_lone_surrogates(data: object) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as cause:
        raise ManifestError("", "contains a lone surrogate, which is not valid text (RFC 7493)") from cause


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ManifestError(str(first_duplicate(name for name, _ in pairs)), "occurs twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > len(str(LARGEST_INTEGER)) + 1 or digits == "-0" or abs(int(digits)) > LARGEST_INTEGER:
        _refuse_number(digits)
    return int(digits)


def _refuse_number(text: str) -> NoReturn:
    raise ManifestError("", f"expected whole numbers below 2^53, got {quoted(text)}")


# A decoder that is made once: making one costs as much as decoding a short text.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_refuse_number, parse_constant=_refuse_number
)
