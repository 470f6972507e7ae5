"""The gate: a blocked user gets 403, with the due policies as JSON or, for a page, with the prompt."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction
from threading import Thread
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

from inforce.client.frameworks.django.acceptance import refusal
from inforce.client.frameworks.django.configuration import configuration
from inforce.client.frameworks.django.views import as_response

_START_SECONDS: Final = 3.0


@sync_and_async_middleware
def policy_gate(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Return the middleware; the first poll of the policy site begins in the background."""
    first = Thread(target=configuration().policies.refresh, name="inforce-refresh", daemon=True)
    first.start()
    if iscoroutinefunction(get_response):

        async def gate(request: HttpRequest) -> Any:
            return await sync_to_async(_blocked)(request, first) or await get_response(request)

        return gate
    return lambda request: _blocked(request, first) or get_response(request)


def _blocked(request: HttpRequest, first: Thread) -> HttpResponse | None:
    """Return the answer to the request of a blocked user; a few seconds after the start, wait for the first poll."""
    if configuration().policies.manifest is None:
        first.join(_START_SECONDS)
    reply = refusal(request)
    if reply and "text/html" in request.headers.get("accept", ""):
        response = render(request, "inforce_policies/blocked.html", status=reply.status)
        response["Cache-Control"] = "no-store"
        return response
    return as_response(reply) if reply else None
