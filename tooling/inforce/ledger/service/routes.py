"""The routes of the service except for receiving receipts, each with the scope that it needs.

Invariants: every list is in the order of `n` and continues after a cursor, so that it is stable under writes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from inforce.client import AsyncPolicies
from inforce.client.frameworks.records import addressed
from inforce.errors import HeldError, quoted
from inforce.ledger.evidence.collect import evidence_zip
from inforce.ledger.ledger import Caller, Ledger
from inforce.ledger.service.callers import Callers, own_subject
from inforce.ledger.service.decisions import DUE_BYTES, DueList, counting, decided
from inforce.ledger.service.journal import Journal
from inforce.ledger.service.notices import add_notices, list_notices
from inforce.ledger.service.openapi import openapi
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.receipts import add_body
from inforce.ledger.service.requests import (
    BATCH_BYTES,
    LARGEST_PAGE,
    LINES,
    SINGLE_BYTES,
    parse_object,
    read_body,
    reference,
    whole_number,
)
from inforce.ledger.service.responses import (
    CHECKPOINT_HEADERS,
    JSON_HEADERS,
    LINES_HEADERS,
    METRICS_HEADERS,
    PROOF_HEADERS,
    TILE_HEADERS,
    json_line,
    to_json,
)
from inforce.ledger.service.verdicts import Verdicts
from inforce.text import Digest

_PAGE: Final = 100
_CIRCUMSTANCES: Final[Mapping[str, tuple[type, type, str]]] = {
    "languages": (list, str, "a list of texts"),
    "audience": (list, str, "a list of texts"),
    "seen": (dict, int, "an object with the number of a version by policy id"),
    "deferred": (dict, dict, "an object with an object by policy id"),
}
_HOLD: Final = ("on", "reason")
_LEAST: Final = ("notice", "prompt")


class Parts(NamedTuple):
    """What the routes answer from; `place` is the address of the policy site, or a folder with a copy of it."""

    ledger: Ledger
    policies: AsyncPolicies
    verdicts: Verdicts
    callers: Callers
    journal: Journal
    place: str | Path


class LedgerRoute(NamedTuple):
    """A route: `scope` is the scope of the key that it needs, empty if none; `tokens` whether a token is enough."""

    method: str
    path: str
    scope: str
    answer: Callable[[Parts, Request, Caller | None], Awaitable[Response]]
    tokens: bool = False

    @property
    def pattern(self) -> str:
        """The path as OpenAPI writes it."""
        return self.path.replace(":path", "")


async def _object(request: Request, *known: str) -> dict[str, Any]:
    return parse_object(await read_body(request.scope, request.receive, SINGLE_BYTES), frozenset(known))


async def receipts(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Keep a receipt or a list of receipts, and answer with the result."""
    body = await read_body(request.scope, request.receive, BATCH_BYTES)
    result = await add_body(parts.ledger, parts.verdicts, body, caller or Caller("", frozenset()))
    return to_json(result.status, result.document)


def _named_subject(request: Request, end: bytes = b"") -> str:
    """Return the reference in the path of `request`, one percent-encoded segment before `end`."""
    # The path that Starlette decoded no longer shows whether a slash was part of the reference.
    segments = bytes(request.scope["raw_path"]).removesuffix(end).split(b"/")
    if len(segments) != 4:
        raise ProblemError("not-found", "a slash in a reference is written %2F")
    try:
        return reference(unquote_to_bytes(segments[3]).decode("utf-8"), "the address")
    except UnicodeDecodeError:
        raise ProblemError("malformed", "the address: expected percent-encoded UTF-8") from None


async def subject_records(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer with the records of a subject that count, in the shape that the clients take."""
    return await _records(parts, caller, reference((await _object(request, "subject")).get("subject"), "subject"))


async def named_records(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer like `subject_records` for the reference in the path."""
    return await _records(parts, caller, _named_subject(request, b"/records"))


async def _records(parts: Parts, caller: Caller | None, subject: str) -> Response:
    own_subject(caller, subject)
    return to_json(200, counting(addressed(await parts.ledger.records(subject), subject)))


async def decision(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer with what a subject owes now, and the records that decide it."""
    asked = await _object(request, "subject", "since", *_CIRCUMSTANCES)
    subject = own_subject(caller, reference(asked.get("subject"), "subject"))
    circumstances = {name: asked[name] for name in _CIRCUMSTANCES if asked.get(name) is not None}
    for name, value in circumstances.items():
        outer, inner, words = _CIRCUMSTANCES[name]
        values = value.values() if isinstance(value, dict) else value
        if type(value) is not outer or not all(type(each) is inner for each in values):
            raise ProblemError("malformed", f"{name}: expected {words}")
    owed, records = await decided(parts.ledger, parts.policies, subject, asked.get("since"), **circumstances)
    return to_json(200, {"decision": owed, "records": records})


async def due(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with those of a long list of subjects who owe an answer, as JSON Lines."""
    least = request.query_params.get("least", "prompt")
    if least not in _LEAST:
        raise ProblemError("malformed", f"least: expected {' or '.join(_LEAST)}, got {quoted(least)}")
    state = await parts.policies.check([], "anyone")
    if state["outcome"] == "stale":
        raise ProblemError("unavailable", f"the ledger has no manifest of the site that applies now: {state['reason']}")
    body = await read_body(request.scope, request.receive, DUE_BYTES, LINES)
    listed = DueList(parts.ledger, parts.policies, told=least == "notice")
    return StreamingResponse(listed.lines(body), 200, LINES_HEADERS)


async def link(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Link an anonymous reference with an account; a token must prove both."""
    asked = await _object(request, "subject", "linked", "linked_token")
    subject, linked = (reference(asked.get(name), name) for name in ("subject", "linked"))
    own_subject(caller, subject)
    if subject == linked:
        raise ProblemError("malformed", "linked: expected another reference than that of subject")
    if caller and caller.token and linked not in caller.token.linked:
        other = parts.callers.of_token(str(asked.get("linked_token", "")))
        if other.name != caller.name:
            raise ProblemError("unauthenticated", "linked_token: expected a token of the same issuer")
        own_subject(other, linked)
    n = await parts.ledger.link(subject, linked)
    return to_json(201, {"n": n})


async def erase(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Erase a subject, and answer with the certificate, or with 202 while it is not proven yet."""
    return await _erased(parts, reference((await _object(request, "subject")).get("subject"), "subject"))


async def erase_named(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer like `erase` for the reference in the path."""
    return await _erased(parts, _named_subject(request))


async def _erased(parts: Parts, subject: str) -> Response:
    try:
        erasure = await parts.ledger.erase(subject)
    except HeldError as held:
        raise ProblemError("held", str(held)) from None
    return to_json(200 if erasure.proven else 202, erasure.certificate())


async def hold(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Place or lift a legal hold, which prevents erasure."""
    asked = await _object(request, "subject", *_HOLD)
    return await _held(parts, reference(asked.get("subject"), "subject"), asked)


async def hold_named(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer like `hold` for the reference in the path."""
    return await _held(parts, _named_subject(request, b"/hold"), await _object(request, *_HOLD))


async def _held(parts: Parts, subject: str, asked: Mapping[str, Any]) -> Response:
    on, reason = asked.get("on", True), asked.get("reason", "")
    if not isinstance(on, bool) or not isinstance(reason, str) or len(reason) > 256:
        raise ProblemError("malformed", "on: expected true or false; reason: expected at most 256 characters")
    await parts.ledger.hold(subject, on=on, reason=reason)
    return to_json(200, {"held": on})


async def add_notices_of(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Record what users were told, and answer with a result each."""
    body = await read_body(request.scope, request.receive, BATCH_BYTES)
    return to_json(200, {"results": await add_notices(parts.ledger, body, caller.name if caller else "")})


async def notices(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the notices after a number, in the order of the log."""
    after, limit = _page(request)
    entries = await list_notices(parts.ledger, request.query_params, after, limit)
    return to_json(200, {"entries": entries, "next": entries[-1]["n"] if entries else after})


def _page(request: Request) -> tuple[int, int]:
    asked = request.query_params
    limit = whole_number(asked.get("limit"), "limit", _PAGE, 1, LARGEST_PAGE)
    return whole_number(asked.get("after"), "after", -1, -1), limit


async def changes(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the entries after a number, in the order of the log."""
    after, limit = _page(request)
    entries = await parts.ledger.changes(after, limit)
    return to_json(200, {"entries": entries, "next": entries[-1]["n"] if entries else after})


async def unverified(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the records that wait for a verdict."""
    after, limit = _page(request)
    entries = await parts.ledger.unverified(after, limit)
    return to_json(200, {"entries": entries, "next": entries[-1]["n"] if entries else after})


async def stats(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the number of records per policy, version, act and day."""
    return to_json(200, {"counts": await parts.ledger.stats()})


async def export(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with all entries after a number as JSON Lines."""
    after, _ = _page(request)

    async def lines() -> AsyncIterator[bytes]:
        position = after
        while entries := await parts.ledger.changes(position, LARGEST_PAGE):
            yield b"".join(json_line(entry) + b"\n" for entry in entries)
            position = entries[-1]["n"]

    return StreamingResponse(lines(), 200, LINES_HEADERS)


async def _receipt(parts: Parts, request: Request, caller: Caller | None) -> Mapping[str, Any]:
    # A caller sees the receipts that it sent; a key with the scope `audit` sees all.
    everyone = caller is not None and "audit" in caller.scopes
    found = await parts.ledger.receipt(request.path_params["id"], None if everyone or caller is None else caller.name)
    if found is None:
        raise ProblemError("not-found", "this ledger has no such receipt of this caller")
    return found


async def receipt(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer with a receipt that the caller sent."""
    found = await _receipt(parts, request, caller)
    if found.get("erased"):
        raise ProblemError("erased", "the user of this receipt was erased", n=found["n"])
    return to_json(200, found)


async def proof(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer with the inclusion proof of a receipt (tlog-proof)."""
    found = await _receipt(parts, request, caller)
    return Response(await parts.ledger.proof(found["n"]), 200, PROOF_HEADERS)


async def evidence(parts: Parts, request: Request, caller: Caller | None) -> Response:
    """Answer with the evidence pack of a receipt, a zip."""
    found = await _receipt(parts, request, caller)
    if found.get("erased"):
        raise ProblemError("erased", "this receipt was erased: what it said is unreadable")
    await parts.ledger.keep_manifest(parts.policies.manifest_file)
    pack = await evidence_zip(parts.ledger, found["n"], parts.place)
    return Response(pack, 200, {"Content-Type": "application/zip", "Cache-Control": "no-store"})


async def checkpoint(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the signed checkpoint of the log (C2SP signed note)."""
    return Response(await asyncio.to_thread(parts.ledger.checkpoint), 200, CHECKPOINT_HEADERS)


async def tile(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with a tile of the log (C2SP tlog-tiles)."""
    found = parts.ledger.tile(f"tile/{request.path_params['path']}")
    if found is None:
        raise ProblemError("not-found", "the log has no such tile")
    return Response(found, 200, TILE_HEADERS)


async def manifest(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with a manifest that the ledger has verified, as fetched."""
    try:
        found = parts.ledger.manifests.find(Digest(request.path_params["digest"]))
    except ValueError as wrong:
        raise ProblemError("malformed", f"digest: {wrong}") from None
    if found is None:
        raise ProblemError("not-found", "the ledger has not verified such a manifest")
    return Response(found.content, 200, JSON_HEADERS)


async def metrics(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with counts and times in the text format of Prometheus."""
    waiting = await parts.ledger.waiting()
    commits, size = parts.ledger.commits, parts.ledger.size
    samples = (
        ("entries", "gauge", "Entries of the log.", size),
        ("unverified", "gauge", "Receipts that wait for a verdict.", waiting.number),
        ("oldest_unverified_seconds", "gauge", "How long the oldest of them has waited.", waiting.oldest),
        ("commits_total", "counter", "Commits since the start.", commits.count),
        ("committed_entries_total", "counter", "Entries in these commits.", commits.entries),
        ("commit_seconds_total", "counter", "Seconds until these commits were durable.", commits.seconds),
    )
    body = parts.journal.metrics((name, kind, text, [({}, value)]) for name, kind, text, value in samples)
    return Response(body, 200, METRICS_HEADERS)


async def alive(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer that the process runs."""
    return to_json(200, {"status": "ok"})


async def ready(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer whether receipts can be kept, and which manifest is known; a missing one does not prevent keeping."""
    manifest = parts.policies.manifest
    await parts.ledger.changes(0, 1)
    await parts.ledger.check_writing()
    return to_json(200, {"status": "ok", "serial": manifest.serial if manifest else None})


async def description(parts: Parts, request: Request, caller: Caller | None) -> Response:  # noqa: ARG001
    """Answer with the OpenAPI description of the service."""
    return Response(json.dumps(openapi()).encode(), 200, {"Content-Type": "application/json"})


ROUTES: Final = (
    LedgerRoute("POST", "/v1/receipts", "write", receipts, tokens=True),
    LedgerRoute("POST", "/v1/decisions", "read", decision, tokens=True),
    LedgerRoute("POST", "/v1/due", "read", due),
    LedgerRoute("POST", "/v1/subjects/records", "read", subject_records, tokens=True),
    LedgerRoute("POST", "/v1/subjects/erase", "erase", erase),
    LedgerRoute("POST", "/v1/subjects/hold", "erase", hold),
    LedgerRoute("GET", "/v1/subjects/{ref:path}/records", "read", named_records, tokens=True),
    LedgerRoute("DELETE", "/v1/subjects/{ref:path}", "erase", erase_named),
    LedgerRoute("PUT", "/v1/subjects/{ref:path}/hold", "erase", hold_named),
    LedgerRoute("POST", "/v1/links", "write", link, tokens=True),
    LedgerRoute("POST", "/v1/notices", "write", add_notices_of),
    LedgerRoute("GET", "/v1/notices", "export", notices),
    LedgerRoute("GET", "/v1/changes", "export", changes),
    LedgerRoute("GET", "/v1/export", "export", export),
    LedgerRoute("GET", "/v1/unverified", "audit", unverified),
    LedgerRoute("GET", "/v1/stats", "read", stats),
    LedgerRoute("GET", "/v1/receipts/{id}", "read", receipt),
    LedgerRoute("GET", "/v1/receipts/{id}/proof", "read", proof),
    LedgerRoute("GET", "/v1/receipts/{id}/evidence", "audit", evidence),
    LedgerRoute("GET", "/v1/checkpoint", "audit", checkpoint),
    LedgerRoute("GET", "/v1/tile/{path:path}", "audit", tile),
    LedgerRoute("GET", "/v1/manifests/{digest}", "audit", manifest),
    LedgerRoute("GET", "/metrics", "audit", metrics),
    LedgerRoute("GET", "/healthz", "", alive),
    LedgerRoute("GET", "/readyz", "", ready),
    LedgerRoute("GET", "/openapi.json", "", description),
)
