"""Parse the receipt that a browser posts, strictly, and create the error response for an invalid one.

Invariants: a returned receipt is a strict JSON object with every field of a readable record and with the signed-in user
as its subject; an invalid body raises only InvalidReceiptError.
Not responsible for: comparing the digest with a published one; storing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from inforce.acceptance import check_record
from inforce.errors import ManifestError, ReceiptError, ShapeError
from inforce.manifest import parse_json
from inforce.manifest.words import POLICY_ID, VERSION_LABEL

RECEIPT_BYTES: Final = 16_384

_FIELDS: Final = {
    "id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "policy": re.compile(POLICY_ID),
    "language": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}"),
    "digest": re.compile(r"sha256:[0-9a-f]{64}"),
}


def _is_label(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(VERSION_LABEL, value) is not None


def _is_count(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def _is_surface(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(each, str | bool | None) and len(f"{name}{each}") <= _SURFACE_CHARACTERS
        for name, each in value.items()
    )


_SURFACE_CHARACTERS: Final = 256
_OPTIONAL: Final[dict[str, tuple[Callable[[object], bool], str]]] = {
    "version": (_is_label, "the label of a version"),
    "base_seq": (_is_count, "a whole number from 0, or null"),
    "surface": (_is_surface, f"an object of short texts, at most {_SURFACE_CHARACTERS} characters each"),
}


class InvalidReceiptError(ReceiptError):
    """A body that is not a receipt of the signed-in user. `status` is the HTTP status of the response: 400 or 413."""

    def __init__(self, status: int, detail: str) -> None:
        """Create the error for a body rejected with `status` because of `detail`."""
        super().__init__(detail)
        self.status = status

    @property
    def problem(self) -> dict[str, Any]:
        """Return the problem document (RFC 9457) for the response."""
        title = "The receipt is too large" if self.status == 413 else "This is not a receipt of the signed-in user"
        return {"type": "about:blank", "title": title, "status": self.status, "detail": str(self)}


def parse_receipt(body: bytes, subject: str) -> dict[str, Any]:
    """Return the receipt in `body`, whose subject must be `subject`, the reference of the signed-in user.

    Raise InvalidReceiptError if it is larger than 16 KiB, is not strict JSON, lacks a field, has a field of the wrong
    type, or has another subject. `version`, `base_seq` and `surface` are optional.
    """
    if len(body) > RECEIPT_BYTES:
        raise InvalidReceiptError(413, f"expected at most {RECEIPT_BYTES:,} bytes")
    try:
        receipt = parse_json(body)
        check_record(receipt)
    except (ManifestError, ShapeError) as wrong:
        raise InvalidReceiptError(400, str(wrong)) from None
    for name, pattern in _FIELDS.items():
        value = receipt.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise InvalidReceiptError(400, f"{name}: expected text that matches {pattern.pattern}")
    for name, (is_valid, expected) in _OPTIONAL.items():
        if name in receipt and not is_valid(receipt[name]):
            raise InvalidReceiptError(400, f"{name}: expected {expected}")
    if receipt["subject"] != subject:
        raise InvalidReceiptError(400, "subject: expected the signed-in user")
    return dict(receipt)
