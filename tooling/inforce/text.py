"""The canonical form of a text and its digest: what exactly was published, and what exactly was accepted.

Invariants: the same words in the same order with the same marks have the same digest on every system, whatever editor,
checkout or normalisation wrote the file. Does not judge a text and does not read files.
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
    """A SHA-256 of canonical bytes, written `sha256:` and 64 lower-case hex digits."""

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
        """The 64 hex digits alone, as `sha256sum` prints them."""
        return self.value.removeprefix("sha256:")

    def __str__(self) -> str:
        return self.value


@functools.lru_cache(2)  # a text is made canonical and then held to be so: asked twice, and long
def is_canonical(text: str) -> bool:
    """Return whether `text` is in canonical form, at a fraction of the price of making it so."""
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
    """Bring `body` into canonical form: NFC, LF line ends, no trailing blanks, one newline at the end.

    Byte order marks and blank lines before the first words go as well; no word is touched. Two blanks at the end of a
    line make no line break, because they are invisible; a backslash does. An empty body stays empty. Applying it twice
    changes nothing more.
    """
    if is_canonical(body):
        return body
    lines = unicodedata.normalize("NFC", body).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(line.rstrip(" \t") for line in lines).lstrip("\ufeff\n").rstrip("\n")
    return text + "\n" if text else ""
