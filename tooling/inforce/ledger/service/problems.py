"""The errors of the service as problem documents (RFC 9457): their types, titles and statuses.

Invariants: a detail never contains a subject reference or a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from inforce.errors import InforceError

MEDIA_TYPE: Final = "application/problem+json"
PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request is malformed"),
    "unauthenticated": (401, "A valid key or token is required"),
    "scope": (403, "The key or token does not permit this"),
    "subject-mismatch": (403, "The token belongs to another subject"),
    "not-found": (404, "There is no such resource"),
    "method-not-allowed": (405, "The resource has no such method"),
    "id-conflict": (409, "Another record has this id"),
    "erased": (410, "The record was erased"),
    "too-large": (413, "The request is too large"),
    "unsupported-media-type": (415, "The body has an unsupported media type"),
    "act-mismatch": (422, "This version requires another act"),
    "digest-contradicts": (422, "This text was never published"),
    "held": (423, "A legal hold protects this subject"),
    "rate": (429, "The caller sent too many requests"),
    "failed": (500, "The ledger failed"),
    "unavailable": (503, "The ledger cannot answer now"),
}
RETRY_SECONDS: Final = 30


class ProblemError(InforceError):
    """A request that is answered with a problem document.

    :param kind: a key of `PROBLEMS`
    :param detail: what is wrong, a sentence for the developer of the app
    :param more: further members of the document
    """

    def __init__(self, kind: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status, self.title = PROBLEMS[kind]
        self.more = more

    @property
    def document(self) -> dict[str, Any]:
        """The problem document, a dict."""
        return {"type": self.kind, "title": self.title, "status": self.status, "detail": str(self), **self.more}

    @property
    def body(self) -> bytes:
        """The problem document as JSON in UTF-8."""
        return json.dumps(self.document, ensure_ascii=False).encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the response."""
        headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
        if self.kind in ("rate", "unavailable"):
            headers["Retry-After"] = str(self.more.get("retry_after", RETRY_SECONDS))
        if self.kind == "unauthenticated":
            headers["WWW-Authenticate"] = "Bearer"
        return headers
