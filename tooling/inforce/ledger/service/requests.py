"""Read the requests to the service: the key, the body, and the parameters of lists.

Invariants: a body is read only up to its limit and decoded strictly; a key is compared by the look-up of its hash.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from inforce.errors import ManifestError, quoted
from inforce.fields import LARGEST_INTEGER
from inforce.ledger.service.problems import ProblemError
from inforce.manifest import parse_json

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
SINGLE_BYTES: Final = 16_384
BATCH_BYTES: Final = 4 * 1024 * 1024
BATCH_RECEIPTS: Final = 1_000
LARGEST_PAGE: Final = 1_000
_REFERENCE = re.compile(r"[^\x00-\x1f\x7f]{1,256}")

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """Return the header `name`, in lower case, of an ASGI request; empty if it is absent."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def bearer_key(scope: Mapping[str, Any]) -> str:
    """Return the key in the Authorization header (RFC 6750); empty if there is none."""
    scheme, _, key = header(scope, b"authorization").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


async def read_body(scope: Mapping[str, Any], receive: Receive, limit: int, media: str = JSON) -> bytes:
    """Return the body of a request with at most `limit` bytes.

    Raise ProblemError for a larger one, before all of it is read, and for another media type than `media`.
    """
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    if kind != media:
        raise ProblemError("unsupported-media-type", f"expected {media}, got {quoted(kind)}")
    length = header(scope, b"content-length")
    if length.isdecimal() and (len(length) > 12 or int(length) > limit):
        raise _too_large(limit)
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ProblemError("malformed", "the connection was closed before the end of the body")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(limit: int) -> ProblemError:
    return ProblemError("too-large", f"expected a body of at most {limit:,} bytes")


def parse_body(body: bytes) -> Any:
    """Return the decoded JSON of `body`; raise ProblemError unless it is strict JSON (RFC 7493)."""
    try:
        return parse_json(body)
    except ManifestError as wrong:
        raise ProblemError("malformed", str(wrong)) from None


def parse_object(body: bytes, known: frozenset[str]) -> dict[str, Any]:
    """Return the JSON object of `body`; raise ProblemError for anything else and for a field that is not `known`."""
    return parse_fields(parse_body(body), known)


def parse_fields(value: object, known: frozenset[str]) -> dict[str, Any]:
    """Return the object `value`; raise ProblemError for anything else and for a field that is not `known`."""
    if not isinstance(value, dict):
        raise ProblemError("malformed", f"expected an object, got {type(value).__name__}")
    for name in value:
        if name not in known:
            raise ProblemError("malformed", f"{quoted(name)} is not a field of this request")
    return value


def is_reference(value: object) -> bool:
    """Return whether `value` is a reference of a subject."""
    return isinstance(value, str) and bool(_REFERENCE.fullmatch(value))


def reference(value: object, field: str) -> str:
    """Return `value`, a subject reference in `field`; raise ProblemError for anything else."""
    if not isinstance(value, str) or not is_reference(value):
        raise ProblemError("malformed", f"{field}: expected a reference of 1 to 256 characters")
    return value


def whole_number(text: str | None, field: str, default: int, least: int, most: int = LARGEST_INTEGER) -> int:
    """Return the number in the parameter `field`; raise ProblemError unless it is from `least` to `most`."""
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,16}", text) or not least <= int(text) <= most:
        raise ProblemError(
            "malformed", f"{field}: expected a whole number from {least} to {most:,}, got {quoted(text)}"
        )
    return int(text)
