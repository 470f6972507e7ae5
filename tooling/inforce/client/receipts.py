"""Check the receipt that a browser posts, and create the response for one that an app must not store.

Invariants: a receipt is stored only if it has the shape of version 1, the user as its subject, and the act, label and
digest of a version that was published; every other outcome is a `ReceiptProblemError` with its response. An answer
that a newer manifest could prove is a temporary problem: the browser keeps it.
Not responsible for: fetching; storing; the date of an act, which the decision judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from inforce.acceptance.receipt import read_receipt
from inforce.acceptance.record_history import fits
from inforce.client.results import Reason, RefusedError
from inforce.client.state import KnownVersion
from inforce.errors import ManifestError, ReceiptError, ShapeError, quoted
from inforce.manifest import Manifest, parse_json

RECEIPT_BYTES: Final = 16_384
_SET_BY_SERVER: Final = ("received_at", "auth")


class ReceiptProblem(StrEnum):
    """Why a receipt is not stored; the `type` of the problem document.

    - `malformed`: the body is not a receipt (400)
    - `subject-mismatch`: the receipt is of another user (403)
    - `too-large`: the body has more than 16 KiB (413)
    - `act-mismatch`: the version requires another act (422)
    - `digest-contradicts`: the site never published this version, label or text (422)
    - `unavailable`: the site does not answer, or the page knows a newer manifest; the browser sends it again (503)
    """

    MALFORMED = "malformed"
    SUBJECT_MISMATCH = "subject-mismatch"
    TOO_LARGE = "too-large"
    ACT_MISMATCH = "act-mismatch"
    DIGEST_CONTRADICTS = "digest-contradicts"
    UNAVAILABLE = "unavailable"


_RESPONSES: Final[Mapping[ReceiptProblem, tuple[int, str]]] = {
    ReceiptProblem.MALFORMED: (400, "This is not a receipt"),
    ReceiptProblem.SUBJECT_MISMATCH: (403, "This is the receipt of another user"),
    ReceiptProblem.TOO_LARGE: (413, "The receipt is too large"),
    ReceiptProblem.ACT_MISMATCH: (422, "This version requires another act"),
    ReceiptProblem.DIGEST_CONTRADICTS: (422, "This text was never published"),
    ReceiptProblem.UNAVAILABLE: (503, "The receipt cannot be checked now"),
}


class ReceiptProblemError(ReceiptError):
    """A receipt that the app must not store; `status`, `headers` and `problem` are the response.

    :param kind: why
    :param detail: what is wrong, a sentence for the developer of the page
    """

    def __init__(self, kind: ReceiptProblem, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status, self._title = _RESPONSES[kind]

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document (RFC 9457) for the response, a dict."""
        return {"type": str(self.kind), "title": self._title, "status": self.status, "detail": str(self)}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the response: its media type and, for status 503, `Retry-After`."""
        later = {"Retry-After": "60"} if self.status == 503 else {}
        return {"Content-Type": "application/problem+json", **later}


def parse_receipt(body: bytes) -> dict[str, Any]:
    """Return the receipt that a browser posted, after strict validation of its shape.

    It has only the fields of the schema `policy-receipt-1.json`; fields that a server sets are dropped. To store it,
    call `Policies.record`, which also checks the user and the text.

        >>> import json
        >>> receipt = {
        ...     "type": "policy-receipt", "spec": "1.0", "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe0",
        ...     "policy": "terms", "seq": 2, "version": "2", "language": "en", "digest": f"sha256:{64 * '0'}",
        ...     "act": "accepted", "serial": 1800000000, "subject": "u_8f3c", "at": "2027-03-01T00:00:00Z",
        ... }
        >>> parse_receipt(json.dumps({**receipt, "received_at": "2027-03-01T00:00:00Z"}).encode()) == receipt
        True

    :param body: body of the request, at most 16 KiB of strict JSON (RFC 8259)
    :raises ReceiptProblemError: if `body` is too large or not strict JSON, or a field is missing or invalid
    """
    if len(body) > RECEIPT_BYTES:
        raise ReceiptProblemError(ReceiptProblem.TOO_LARGE, f"expected at most {RECEIPT_BYTES:,} bytes")
    try:
        return read_receipt(parse_json(body))
    except (ManifestError, ShapeError) as wrong:
        raise ReceiptProblemError(ReceiptProblem.MALFORMED, str(wrong)) from None


def is_same_receipt(stored: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Return whether two records with one id are the same receipt, sent twice: equal except for what the server sets.

        >>> stored = {"id": "1", "act": "accepted", "received_at": "2027-03-01T00:00:00.000Z"}
        >>> is_same_receipt(stored, {**stored, "received_at": "2027-03-02T00:00:00.000Z"})
        True

    :param stored: the record that the app has stored
    :param record: the record that `Policies.record` has returned
    """
    first, second = (
        {name: value for name, value in each.items() if name not in _SET_BY_SERVER} for each in (stored, record)
    )
    return first == second


def refuse_other_subject(receipt: Mapping[str, Any], subject: str, linked: Iterable[str]) -> None:
    """Raise ReceiptProblemError unless the subject of `receipt` is `subject` or one of the `linked` references."""
    if receipt["subject"] not in (subject, *linked):
        raise ReceiptProblemError(
            ReceiptProblem.SUBJECT_MISMATCH, "subject: expected the signed-in user or a linked reference"
        )


def unpublished(
    receipt: Mapping[str, Any], version: KnownVersion | None, manifest: Manifest | None
) -> ReceiptProblemError | None:
    """Return what contradicts `receipt` in `version`, the published one that it names; None if nothing does.

    Raise RefusedError if a manifest newer than `manifest`, the one in use, could resolve the contradiction.
    """
    problem = _problem(receipt, version)
    if problem and (manifest is None or receipt["serial"] > manifest.serial):
        known = f"the serial {manifest.serial}" if manifest else "no manifest"
        detail = f"the page knows the serial {receipt['serial']}, this server {known}; {problem}"
        raise RefusedError(Reason.UNPROVEN, detail)
    return problem


def _problem(receipt: Mapping[str, Any], version: KnownVersion | None) -> ReceiptProblemError | None:
    policy, act, language = receipt["policy"], receipt["act"], receipt["language"]
    if version is None:
        detail = f"{policy} has no published version {receipt['seq']}"
        return ReceiptProblemError(ReceiptProblem.DIGEST_CONTRADICTS, detail)
    name = f"{policy} {version.version}"
    for field, published in (("version", version.version), ("digest", version.digests.get(language))):
        if receipt[field] != str(published):
            detail = f"{field}: expected {published} for {name} in {language}, got {quoted(receipt[field], 80)}"
            return ReceiptProblemError(ReceiptProblem.DIGEST_CONTRADICTS, detail)
    if not fits(act, version.act):
        return ReceiptProblemError(ReceiptProblem.ACT_MISMATCH, f"act: {name} requires {version.act}, got {act}")
    return None


def received(receipt: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return the record to store for `receipt`, received at `now`; the app sets `auth`."""
    kept = {name: value for name, value in receipt.items() if name not in _SET_BY_SERVER}
    return {**kept, "received_at": now}
