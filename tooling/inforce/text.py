"""The canonical form of a text, and its digest, which identifies the text that was published and accepted.

Invariants: the digest does not depend on the line ends, Unicode normalisation or trailing spaces that an editor or a
checkout wrote. Not responsible for: reading files and checking the text.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from dataclasses import dataclass

from inforce.errors import quoted

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """The SHA-256 of canonical bytes, written as `sha256:` and 64 lower-case hex digits."""

    value: str

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.value):
            message = f"expected “sha256:” and 64 lower-case hex digits, got {quoted(self.value, 80)}"
            raise ValueError(message)

    @classmethod
    def of(cls, data: bytes | str) -> Digest:
        """Compute the digest of `data`; a string is hashed as UTF-8."""
        raw = data.encode() if isinstance(data, str) else data
        return cls(f"sha256:{hashlib.sha256(raw).hexdigest()}")

    @property
    def hex(self) -> str:
        """The 64 hex digits without the prefix, as the program sha256sum prints them."""
        return self.value.removeprefix("sha256:")

    def __str__(self) -> str:
        return self.value


@functools.lru_cache(2)  # callers convert a text and then check it, which calls this twice for a long text
def is_canonical(text: str) -> bool:
    """Return whether `text` is in canonical form; much faster than computing it."""
    return (
        (text.isascii() or unicodedata.is_normalized("NFC", text))
        and text.endswith("\n")
        and not text.startswith(("\n", "\ufeff"))
        and not text.endswith("\n\n")
        and "\r" not in text
        and " \n" not in text
        and "\t\n" not in text
    ) or not text


def canonical(body: str) -> str:
    """Return `body` in canonical form: NFC, LF line ends, no trailing blanks, one newline at the end.

    Leading byte order marks and blank lines are removed as well. Two spaces at the end of a line, which are invisible,
    are not a line break; a backslash is. An empty body stays empty. The function is idempotent.
    """
    if is_canonical(body):
        return body
    lines = unicodedata.normalize("NFC", body).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(line.rstrip(" \t") for line in lines).lstrip("\ufeff\n").rstrip("\n")
    return text + "\n" if text else ""
