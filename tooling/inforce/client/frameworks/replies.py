"""What the packages for frameworks answer: statuses, JSON documents and headers, independent of a framework.

Invariants: an answer about a user is not cached; an error is a problem document (RFC 9457) and never has status 404.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from inforce.client.frameworks.visitors import is_visitor
from inforce.client.problem import MEDIA_TYPE, STATUS
from inforce.client.receipts import (
    RECEIPT_BYTES,
    ReceiptProblem,
    ReceiptProblemError,
    is_same_receipt,
    parse_receipt,
    refuse_other_subject,
)

_TITLES: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "unauthenticated": (401, "Sign in first"),
        "actor-mismatch": (403, "This user cannot act for another one"),
        "id-conflict": (409, "Another receipt has this id"),
        "unsupported-media-type": (415, "A receipt is application/json"),
        "unavailable": (503, "The ledger does not answer now"),
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: `document` is its JSON body."""

    status: int
    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The body in UTF-8."""
        return json.dumps(self.document, ensure_ascii=False).encode()

    @property
    def all_headers(self) -> dict[str, str]:
        """All headers of the response."""
        return {"Content-Type": "application/json", "Cache-Control": "no-store", **self.headers}


class RefusedRequestError(Exception):
    """A request that is answered with the problem document `reply`."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.document["title"])
        self.reply = reply


def refused(kind: str) -> RefusedRequestError:
    """Return the error for a request that fails for the reason `kind`: `unauthenticated` and the like."""
    status, title = _TITLES[kind]
    document = {"type": kind, "title": title, "status": status}
    later = {"Retry-After": "60"} if status == 503 else {}
    return RefusedRequestError(Reply(status, document, {"Content-Type": MEDIA_TYPE, **later}))


def refused_receipt(error: ReceiptProblemError) -> Reply:
    """Return the answer to a receipt that `Policies.record` refused."""
    return Reply(error.status, error.problem, error.headers)


def blocked(problem: Mapping[str, Any]) -> Reply:
    """Return the answer to a request of a user who must accept first, given the result of `Policies.problem`."""
    return Reply(STATUS, problem, {"Content-Type": MEDIA_TYPE})


def stored(record: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> Reply:
    """Return the answer to a receipt that is stored; `earlier` is the record that had its id, None if it is new.

    Raise RefusedRequestError if that record is another one.
    """
    if earlier is not None and not is_same_receipt(earlier, record):
        raise refused("id-conflict")
    kept = record if earlier is None else earlier
    return Reply(200 if earlier else 201, {"id": kept["id"], "received_at": kept["received_at"]})


def check_media_type(content_type: str) -> None:
    """Raise RefusedRequestError unless `content_type` is JSON, which no form of another site can send."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise refused("unsupported-media-type")


def check_length(content_length: str) -> None:
    """Raise ReceiptProblemError if the header `content_length` announces more bytes than a receipt may have."""
    if content_length.isdecimal() and (len(content_length) > 9 or int(content_length) > RECEIPT_BYTES):
        raise ReceiptProblemError(ReceiptProblem.TOO_LARGE, f"expected at most {RECEIPT_BYTES:,} bytes")


def checked_receipt(body: bytes, reference: str, linked: Sequence[str], *, visiting: bool) -> dict[str, Any]:
    """Return the receipt in `body` for a ledger, which verifies what it states, with `auth` set by this server.

    An answer from before signing in has the same `auth` when it is sent again later, so that it is the same receipt.

    :param body: what a browser posted
    :param reference: reference of the user or visitor
    :param linked: other references of the user
    :param visiting: whether no user is signed in
    :raises ReceiptProblemError: if it is no receipt, or one of another user
    """
    receipt = parse_receipt(body)
    refuse_other_subject(receipt, reference, linked)
    return {**receipt, "auth": "none" if visiting or is_visitor(receipt["subject"]) else "session"}


def acts_for_self(record: Mapping[str, Any], references: Sequence[str]) -> bool:
    """Return whether the user with these `references` acted for themselves, as far as `record` states."""
    actor = record.get("actor")
    return not actor or (actor["capacity"] == "self" and actor["ref"] in references)
