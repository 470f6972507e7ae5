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
    "serial": (lambda value: value is not None and _is_count(value), "a whole number from 0"),
    "version": (_is_label, "the label of a version"),
    "base_seq": (_is_count, "a whole number from 0, or null"),
    "surface": (_is_surface, f"an object of short texts, at most {_SURFACE_CHARACTERS} characters each"),
}


class InvalidReceiptError(ReceiptError):
    """A body that is not a receipt of the signed-in user.

    :param status: HTTP status of the response: 413 if the body is too large, otherwise 400
    :param detail: what is wrong, a sentence for the developer of the page
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document (RFC 9457) for the response, a dict."""
        title = "The receipt is too large" if self.status == 413 else "This is not a receipt of the signed-in user"
        return {"type": "about:blank", "title": title, "status": self.status, "detail": str(self)}


def parse_receipt(body: bytes, subject: str) -> dict[str, Any]:
    """Return the receipt that a browser posted as a record for `check`, after strict validation.

    The app must check that its digest is a published one. `version`, `base_seq` and `surface` are optional fields.

        >>> import json, uuid
        >>> record = {"policy": "terms", "seq": 2, "act": "accepted", "at": "2027-03-01T00:00:00Z", "subject": "u_8f3c"}
        >>> receipt = {**record, "id": str(uuid.uuid4()), "language": "en", "digest": f"sha256:{64 * '0'}"}
        >>> parse_receipt(json.dumps(receipt).encode(), "u_8f3c") == receipt
        True

    :param body: body of the request, at most 16 KiB of strict JSON (RFC 8259)
    :param subject: id of the signed-in user, which the receipt must contain
    :raises InvalidReceiptError: if `body` is too large or not strict JSON, or a field is missing or has the wrong type,
        or `subject` is another one; `status` and `problem` are for the response
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
