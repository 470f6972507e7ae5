"""Policies in a FastAPI app: the routes of `starlette` with their OpenAPI descriptions, and the gate as a dependency.

    acceptance = Acceptance(AsyncPolicies(site), SqlRecords.sqlite("records.db"), subject_of)
    app = FastAPI(lifespan=acceptance.lifespan, **gated(acceptance))
    include_policies(app, acceptance)

Not responsible for: what the routes and the gate do, see `starlette`.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.exceptions import WebSocketException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.client.frameworks.records import RecordStore, SqlRecords
from inforce.client.frameworks.replies import RefusedRequestError
from inforce.client.frameworks.starlette import Acceptance, as_response, browser_file
from inforce.client.problem import MEDIA_TYPE

__all__ = ["Acceptance", "RecordStore", "SqlRecords", "gated", "include_policies"]

_PROBLEM: Final = {
    "type": "object",
    "description": "a problem document (RFC 9457)",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "policies": {"type": "array", "items": {"type": "object"}, "description": "what is due, with status 403"},
    },
}
_RECEIPT: Final = {name: value for name, value in RECEIPT_SCHEMA.items() if name != "$schema"}
_RECORDS: Final = {"type": "array", "items": {"type": "object"}}


def _described(status: int, description: str) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}}


_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    **_described(400, "The body is not a receipt"),
    **_described(401, "No user is signed in"),
    **_described(403, "The receipt is of another user"),
    **_described(409, "Another receipt has this id"),
    **_described(413, "The body has more than 16 KiB"),
    **_described(415, "The body is not application/json"),
    **_described(422, "The site never published this version, label or text, or the version requires another act"),
    **_described(503, "The receipt cannot be checked now; send it again later"),
}


def include_policies(app: FastAPI, acceptance: Acceptance, prefix: str = "/policies") -> None:
    """Add the routes below `prefix` to `app`, and the answer to requests of blocked users.

        >>> include_policies(app, acceptance)
        >>> sorted(app.openapi()["paths"])
        ['/policies/due', '/policies/receipts', '/policies/records']

    :param prefix: path below which the gate leaves everything open
    """
    acceptance.leave_open(prefix)
    router = APIRouter(prefix=prefix, tags=["policies"])
    router.add_api_route(
        "/receipts",
        acceptance.receive,
        methods=["POST"],
        status_code=201,
        summary="Store the user's answer",
        responses={200: {"description": "The receipt is stored already"}, **_REFUSALS},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _RECEIPT}}}},
    )
    for path, endpoint, summary, schema, refusals in (
        ("/records", acceptance.list_records, "List the user's answers", _RECORDS, {}),
        ("/due", acceptance.due, "Decide what the user owes", {"type": "object"}, _described(401, "No user")),
    ):
        content = {200: {"content": {"application/json": {"schema": schema}}}, **refusals}
        router.add_api_route(path, endpoint, summary=summary, responses=content)
    app.include_router(router)
    app.router.add_route(f"{prefix}/browser/{{name:path}}", browser_file, include_in_schema=False)
    app.add_exception_handler(RefusedRequestError, _refusal)


def _refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedRequestError):
        raise error
    return as_response(error.reply)


def gated(acceptance: Acceptance) -> dict[str, Any]:
    """Return arguments for FastAPI, APIRouter or a route, with which a blocked user gets 403 (RFC 9457).

        >>> orders = APIRouter(prefix="/orders", **gated(acceptance))

    Call `include_policies` for the same app. All routes of an app, including those without FastAPI, are behind the gate
    with `app.add_middleware(acceptance.gate)` instead.
    """

    async def policies_accepted(request: HTTPConnection) -> None:
        reply = await acceptance.refusal(request)
        if reply and request.scope["type"] == "websocket":
            raise WebSocketException(1008, reply.document["title"])
        if reply:
            raise RefusedRequestError(reply)

    return {
        "dependencies": [Depends(policies_accepted)],
        "responses": _described(403, "The user must accept policies first"),
    }
