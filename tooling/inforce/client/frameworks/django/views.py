"""The routes: receipts, records, the decision, and the files of the browser client."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from inforce.client.frameworks.django.acceptance import decision_of, records_of, store
from inforce.client.frameworks.files import BROWSER_FILES
from inforce.client.frameworks.replies import (
    RefusedRequestError,
    Reply,
    check_length,
    check_media_type,
    refused,
    refused_receipt,
)
from inforce.client.receipts import RECEIPT_BYTES, ReceiptProblemError
from inforce.errors import LedgerUnavailableError


@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Store the receipt that a browser posts; the middleware of Django has checked its CSRF token."""
    try:
        check_media_type(request.headers.get("content-type", ""))
        check_length(request.headers.get("content-length", ""))
        return as_response(store(request, request.read(RECEIPT_BYTES + 1)))
    except RefusedRequestError as error:
        return as_response(error.reply)
    except ReceiptProblemError as error:
        return as_response(refused_receipt(error))


@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Answer with the records of the user, or of the visitor, for the attribute `records` of the prompt."""
    try:
        return as_response(Reply(200, records_of(request)))
    except LedgerUnavailableError:
        return as_response(refused("unavailable").reply)


@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """Answer with the decision about the user."""
    try:
        decision = decision_of(request)
    except LedgerUnavailableError:
        return as_response(refused("unavailable").reply)
    return as_response(refused("unauthenticated").reply if decision is None else Reply(200, decision))


@require_GET
def browser_file(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a file of the browser client."""
    file = BROWSER_FILES.get(name)
    if file is None:
        raise Http404
    fresh = file.etag in request.headers.get("if-none-match", "")
    return HttpResponse(b"" if fresh else file.content, status=304 if fresh else 200, headers=file.headers)


def as_response(reply: Reply) -> HttpResponse:
    """Return `reply` as a response of Django."""
    return HttpResponse(reply.body, status=reply.status, headers=reply.all_headers)
