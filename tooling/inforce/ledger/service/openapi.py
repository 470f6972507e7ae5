"""The OpenAPI 3.1 description of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.fields import LARGEST_INTEGER
from inforce.ledger.service.notices import NOTICE_SCHEMA
from inforce.ledger.service.problems import MEDIA_TYPE, PROBLEMS
from inforce.manifest import words

_Schema = dict[str, Any]
_REFERENCE: Final = {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\u0000-\u001f\u007f]+$"}
_TAGS: Final = {"type": "array", "items": {"type": "string"}}
_NUMBER: Final = {"type": "integer", "minimum": 0}


def _object(properties: Mapping[str, Any], *required: str, closed: bool = False) -> _Schema:
    schema: _Schema = {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    if closed:
        schema["additionalProperties"] = False
    return schema


def _json(schema: Mapping[str, Any]) -> _Schema:
    return {"application/json": {"schema": schema}}


def _named(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _strict(schema: Mapping[str, Any]) -> _Schema:
    """Return `schema` for bodies: what it does not describe is ignored, but is strict JSON, too."""
    inner = {name: _strict(field) for name, field in schema.get("properties", {}).items()}
    more = {"properties": inner, "additionalProperties": _named("Value")} if inner else {}
    return {**{name: value for name, value in schema.items() if name != "$schema"}, **more}


_RECEIPT: Final = _strict(RECEIPT_SCHEMA)
_WHOLE: Final = {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER}
_VALUE: Final = {
    "description": "any JSON value with whole numbers only",
    "anyOf": [
        {"type": ["string", "boolean", "null"]},
        _WHOLE,
        {"type": "array", "items": _named("Value")},
        {"type": "object", "additionalProperties": _named("Value")},
    ],
}
_KEPT: Final = _object(
    {
        "id": {"type": "string"},
        "n": _NUMBER,
        "received_at": {"type": "string"},
        "verdict": {"enum": ["verified", "unverified", "contradicted"]},
        "status": {"type": "integer"},
    },
    *("id", "n", "received_at", "verdict"),
)
_RECORD: Final = {"type": "object", "description": "the receipt with received_at, n, caller, verdict and leaf"}
_PROBLEM: Final = _object(
    {
        "type": {"enum": list(PROBLEMS)},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    *("type", "title", "status", "detail"),
)
_ENTRIES: Final = _object(
    {"entries": {"type": "array", "items": _named("Entry")}, "next": {"type": "integer"}}, "entries"
)
_CERTIFICATE: Final = _object(
    {
        "n": _NUMBER,
        "count": _NUMBER,
        "erased_at": {"type": "string", "format": "date-time"},
        "size": _NUMBER,
        "proven": {"type": "boolean"},
        "backups_until": {"type": "string", "format": "date"},
    },
    *("n", "count", "erased_at", "size", "proven", "backups_until"),
)
_INSTANT: Final = RECEIPT_SCHEMA["properties"]["at"]
_BATCH: Final = {"type": "array", "minItems": 1, "maxItems": 1000, "items": _named("Value")}
_SUBJECT: Final = _object({"subject": _REFERENCE}, "subject", closed=True)
_DECISION: Final = _object(
    {
        "subject": _REFERENCE,
        "since": {**_INSTANT, "type": ["string", "null"]},
        "languages": {**_TAGS, "type": ["array", "null"]},
        "audience": {**_TAGS, "type": ["array", "null"]},
        "seen": {"type": ["object", "null"], "additionalProperties": _WHOLE},
        "deferred": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "object", "additionalProperties": _named("Value")},
        },
    },
    "subject",
    closed=True,
)


def _operation(
    summary: str, responses: Mapping[int, Any], *problems: int, body: Mapping[str, Any] | None = None, **more: Any
) -> _Schema:
    documented = {str(status): {"description": summary, **content} for status, content in responses.items()}
    for status in problems:
        titles = [title for code, title in PROBLEMS.values() if code == status]
        documented[str(status)] = {
            "description": "; ".join(titles),
            "content": {MEDIA_TYPE: {"schema": _named("Problem")}},
        }
    operation: _Schema = {"summary": summary, "responses": documented, **more}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _parameter(name: str, place: str, schema: Mapping[str, Any]) -> _Schema:
    return {"name": name, "in": place, "required": place == "path", "schema": dict(schema)}


_CURSOR: Final = [
    _parameter("after", "query", {"type": "integer", "minimum": -1, "maximum": 2**53 - 1}),
    _parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 1000}),
]
_REF: Final = [_parameter("ref", "path", _REFERENCE)]
_ID: Final = [_parameter("id", "path", {"type": "string"})]
_READ: Final = (401, 403, 429, 500, 503)
_POSTED: Final = (400, *_READ, 413, 415)
_TEXT: Final = {"content": {"text/plain": {"schema": {"type": "string"}}}}
_LINES: Final = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
_OPEN: Final[list[Any]] = []


def _receipt_paths() -> dict[str, _Schema]:
    results = _object({"results": {"type": "array", "items": {"type": "object"}}}, "results")
    kept = {"content": _json(_named("Kept"))}
    return {
        "/v1/receipts": {
            "post": _operation(
                "Keep a receipt, or up to 1,000 with a result each",
                {200: {"content": _json({"anyOf": [_named("Kept"), results]})}, 201: kept, 202: kept},
                *(*_POSTED, 409, 410, 422),
                body={"oneOf": [_named("Receipt"), _BATCH]},
            )
        },
        "/v1/decisions": {
            "post": _operation(
                "Return what a subject owes now",
                {200: {"content": _json(_object({"decision": {"type": "object"}, "records": {"type": "array"}}))}},
                *_POSTED,
                body=_DECISION,
            )
        },
        "/v1/due": {
            "post": _operation(
                "Return those of a long list who owe an answer",
                {200: _LINES},
                *_POSTED,
                parameters=[_parameter("least", "query", {"enum": ["notice", "prompt"]})],
                requestBody={"required": True, **_LINES},
            )
        },
        "/v1/receipts/{id}": {
            "get": _operation(
                "Return a receipt of the caller",
                {200: {"content": _json(_named("Entry"))}},
                *(*_READ, 404, 410),
                parameters=_ID,
            )
        },
        "/v1/receipts/{id}/proof": {
            "get": _operation("Return the inclusion proof", {200: _TEXT}, *_READ, 404, parameters=_ID)
        },
        "/v1/receipts/{id}/evidence": {
            "get": _operation(
                "Return the evidence pack",
                {200: {"content": {"application/zip": {}}}},
                *(*_READ, 404, 410),
                parameters=_ID,
            )
        },
    }


def _subject_paths() -> dict[str, _Schema]:
    records = {200: {"content": _json({"type": "array", "items": _named("Entry")})}}
    erased = {status: {"content": _json(_CERTIFICATE)} for status in (200, 202)}
    held = {200: {"content": _json(_object({"held": {"type": "boolean"}}, "held"))}}
    hold = {"on": {"type": "boolean"}, "reason": {"type": "string", "maxLength": 256}}
    named = (*_READ, 400, 404)
    return {
        "/v1/subjects/records": {
            "post": _operation("Return the records of a subject", records, *_POSTED, body=_SUBJECT)
        },
        "/v1/subjects/erase": {"post": _operation("Erase a subject", erased, *_POSTED, 423, body=_SUBJECT)},
        "/v1/subjects/hold": {
            "post": _operation(
                "Place or lift a legal hold",
                held,
                *_POSTED,
                body=_object({"subject": _REFERENCE, **hold}, "subject", closed=True),
            )
        },
        "/v1/subjects/{ref}/records": {
            "get": _operation("Return the records of a subject", records, *named, parameters=_REF)
        },
        "/v1/subjects/{ref}": {"delete": _operation("Erase a subject", erased, *named, 423, parameters=_REF)},
        "/v1/subjects/{ref}/hold": {
            "put": _operation(
                "Place or lift a legal hold", held, *_POSTED, 404, body=_object(hold, closed=True), parameters=_REF
            )
        },
        "/v1/links": {
            "post": _operation(
                "Link an anonymous reference with an account",
                {201: {"content": _json(_object({"n": _NUMBER}, "n"))}},
                *_POSTED,
                body=_object(
                    {"subject": _REFERENCE, "linked": _REFERENCE, "linked_token": {"type": "string"}},
                    "subject",
                    "linked",
                    closed=True,
                ),
            )
        },
    }


def _notices() -> _Schema:
    results = _object({"results": {"type": "array", "items": {"type": "object"}}}, "results")
    body = {"oneOf": [_named("Notice"), _BATCH]}
    return _operation("Record what users were told", {200: {"content": _json(results)}}, *_POSTED, body=body)


def _listed_notices() -> _Schema:
    listed = _list("Return the notices after a number", _ENTRIES)
    about = [_parameter("policy", "query", {"type": "string", "pattern": f"^{words.POLICY_ID}$"})]
    about.append(_parameter("seq", "query", {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}))
    return {**listed, "parameters": [*_CURSOR, *about]}


def _log_paths() -> dict[str, _Schema]:
    return {
        "/v1/notices": {"post": _notices(), "get": _listed_notices()},
        "/v1/changes": {"get": _list("Return the entries of the log after a number", _ENTRIES)},
        "/v1/unverified": {"get": _list("Return the records that wait for a verdict", _ENTRIES)},
        "/v1/export": {
            "get": _operation(
                "Return all entries after a number as JSON Lines",
                {200: _LINES},
                *_READ,
                400,
                parameters=_CURSOR,
            )
        },
        "/v1/stats": {
            "get": _operation(
                "Return the number of records per policy, version, act and day",
                {200: {"content": _json(_object({"counts": {"type": "array"}}, "counts"))}},
                *_READ,
            )
        },
        "/v1/checkpoint": {"get": _operation("Return the signed checkpoint", {200: _TEXT}, *_READ)},
        "/v1/tile/{path}": {
            "get": _operation(
                "Return a tile of the log",
                {200: {"content": {"application/octet-stream": {}}}},
                *_READ,
                404,
                parameters=[_parameter("path", "path", {"type": "string"})],
            )
        },
        "/v1/manifests/{digest}": {
            "get": _operation(
                "Return a manifest that the ledger has verified",
                {200: {"content": _json({"type": "object"})}},
                *(*_READ, 400, 404),
                parameters=[_parameter("digest", "path", {"type": "string", "pattern": f"^({words.DIGEST})$"})],
            )
        },
        "/metrics": {"get": _operation("Return metrics for Prometheus", {200: _TEXT}, *_READ)},
        "/healthz": {"get": _state("Return that the process runs")},
        "/readyz": {"get": _state("Return that receipts can be kept")},
        "/openapi.json": {"get": _state("Return this description")},
    }


def _list(summary: str, schema: Mapping[str, Any]) -> _Schema:
    return _operation(summary, {200: {"content": _json(schema)}}, 400, *_READ, parameters=_CURSOR)


def _state(summary: str) -> _Schema:
    return _operation(summary, {200: {"content": _json({"type": "object"})}}, 500, 503, security=_OPEN)


def openapi() -> dict[str, Any]:
    """Return the description of all routes as an OpenAPI 3.1 document, a dict."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "inforce ledger", "version": "1", "description": "Who accepted exactly what."},
        "security": [{"key": []}],
        "paths": {**_receipt_paths(), **_subject_paths(), **_log_paths()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Value": _VALUE,
                "Receipt": _RECEIPT,
                "Notice": NOTICE_SCHEMA,
                "Kept": _KEPT,
                "Entry": _RECORD,
                "Problem": _PROBLEM,
            },
        },
    }
