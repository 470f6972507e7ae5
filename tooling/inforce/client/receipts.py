"""Parse the receipt that a browser posts, strictly, and create the error response for an invalid one.

Invariants: a returned receipt is a strict JSON object with every field of a readable record and with the signed-in user
as its subject; an invalid body raises only InvalidReceiptError.
Not responsible for: comparing the digest with a published one; storing.
"""

from __future__ import annotations

from typing import Any, Final

from inforce.acceptance import check_record
from inforce.errors import ManifestError, ReceiptError, ShapeError
from inforce.fields import Fields, LenientFields, matching
from inforce.manifest import parse_json
from inforce.manifest.words import DIGEST, POLICY_ID, VERSION_LABEL

RECEIPT_BYTES: Final = 16_384

_SURFACE_CHARACTERS: Final = 256
_id = matching(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "a UUID in lower case")
_policy = matching(POLICY_ID, "a policy id")
_version = matching(VERSION_LABEL, "a version label")
_language = matching(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", "a language tag")
_digest = matching(DIGEST, "“sha256:” and 64 hexadecimal digits")


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

    The app must check that its digest is a published one. `version`, `serial`, `base_seq` and `surface` are
    optional fields; null means absent.

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
        _check_fields(LenientFields(receipt), subject)
    except (ManifestError, ShapeError) as wrong:
        raise InvalidReceiptError(400, str(wrong)) from None
    return dict(receipt)


def _check_fields(receipt: Fields, subject: str) -> None:
    """Check the fields that `check_record` does not require; raise ShapeError for the first invalid one."""
    receipt.parsed("id", _id)
    receipt.parsed("policy", _policy)
    receipt.parsed("language", _language)
    receipt.parsed("digest", _digest)
    receipt.parsed("version", _version, None)
    receipt.integer("serial", None, least=0)
    receipt.integer("base_seq", None, least=0)
    surface = receipt.shape("surface", {})
    for name in surface.names():
        value = surface.value(name, "")
        if not isinstance(value, str | bool) or len(f"{name}{value}") > _SURFACE_CHARACTERS:
            raise surface.error(name, f"expected a text of at most {_SURFACE_CHARACTERS} characters, true or false")
    if receipt.text("subject") != subject:
        raise receipt.error("subject", "expected the signed-in user")
