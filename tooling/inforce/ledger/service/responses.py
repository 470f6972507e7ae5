"""The responses of the service: JSON, problem documents, lines, and the files of the log."""

from __future__ import annotations

import json
from typing import Final

from starlette.responses import Response

from inforce.ledger.service.problems import ProblemError

JSON_HEADERS: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}
LINES_HEADERS: Final = {"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"}
TILE_HEADERS: Final = {"Content-Type": "application/octet-stream", "Cache-Control": "max-age=31536000, immutable"}
CHECKPOINT_HEADERS: Final = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "max-age=5"}
METRICS_HEADERS: Final = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
PROOF_HEADERS: Final = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def json_line(document: object) -> bytes:
    """Return `document` as JSON in UTF-8 without spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def to_json(status: int, document: object) -> Response:
    """Return `document` as a JSON response."""
    return Response(json_line(document), status, JSON_HEADERS)


def from_problem(problem: ProblemError) -> Response:
    """Return `problem` as a response."""
    return Response(problem.body, problem.status, problem.headers)
