"""The service as an ASGI app: it finds the route, checks the key and its scope, and answers.

Invariants: a request without a valid key learns nothing; a route states the scope that it needs; every error is a
problem document (RFC 9457); no answer about a subject is cached.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from inforce.client import AsyncPolicies
from inforce.errors import LedgerError
from inforce.ledger.ledger import Caller, Ledger
from inforce.ledger.service.callers import Callers
from inforce.ledger.service.journal import Exchange, Journal
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.rate import RateLimit
from inforce.ledger.service.requests import bearer_key
from inforce.ledger.service.responses import from_problem
from inforce.ledger.service.routes import ROUTES, LedgerRoute, Parts, receipts
from inforce.ledger.service.verdicts import Verdicts

RECEIPTS: Final = "/v1/receipts"
_EXCHANGE: Final = "inforce.exchange"
_OF_STATUS: Final = {404: "not-found", 405: "method-not-allowed"}


class Service:
    """The ledger as an ASGI app.

    :param ledger: the ledger, open
    :param policies: the client of the policy site
    :param origins: origins whose pages may call the service (CORS)
    :param audience: what `aud` of tokens may be, beside the origin of the log; empty if nothing else
    :param rate: requests per second that a caller may send; 0: no limit
    :param log: function that writes one line per request; None: no log
    :param place: the address of the files of the site, or a folder with a copy; None: the site
    """

    def __init__(
        self,
        ledger: Ledger,
        policies: AsyncPolicies,
        *,
        origins: Sequence[str] = (),
        audience: str = "",
        rate: int = 0,
        log: Callable[[str], object] | None = None,
        place: str | Path | None = None,
    ) -> None:
        callers = Callers(ledger.app_keys, filter(None, (ledger.origin, audience)))
        self.parts = Parts(ledger, policies, Verdicts(policies), callers, Journal(log), place or ledger.site)
        self._rate = RateLimit(rate)
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Date", "Retry-After"],
        )
        self._direct = not origins
        self._routed = Starlette(
            routes=[self._route(each) for each in ROUTES],
            middleware=[cors] if origins else [],
            exception_handlers={
                HTTPException: _http_problem,
                ProblemError: _problem,
                LedgerError: _problem,
                Exception: _failed,
            },
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and report it."""
        if scope["type"] != "http":
            await self._routed(scope, receive, send)
            return
        exchange = scope[_EXCHANGE] = Exchange(scope["method"])

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        try:
            await self._answered(scope, receive, answer)
        except Exception as fault:  # reported without its message, which may contain what the client sent
            exchange.fault = fault
            if not exchange.status:
                response = await _failed(Request(scope), fault)
                await response(scope, receive, answer)
        finally:
            self.parts.journal.add(exchange)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; receipts do not pass the router, which would cost as much as keeping them."""
        if self._direct and scope["path"] == RECEIPTS and scope["method"] == "POST":
            response = await self._received(Request(scope, receive))
            await response(scope, receive, send)
            return
        await self._routed(scope, receive, send)

    async def _received(self, request: Request) -> Response:
        request.scope[_EXCHANGE].route = RECEIPTS
        try:
            return await receipts(self.parts, request, self._caller(request.scope, "write", tokens=True))
        except (ProblemError, LedgerError) as problem:
            return await _problem(request, problem)

    def _caller(self, scope: Scope, needed: str, *, tokens: bool) -> Caller:
        """Return the caller whose key or token is in the request; raise ProblemError unless it permits this."""
        caller = self.parts.callers.of(bearer_key(scope))
        scope[_EXCHANGE].caller = caller.name
        self._rate.take((caller.name, caller.token and caller.token.subject))
        if caller.token and not tokens:
            raise ProblemError("scope", "this request needs a key; a token permits what its own user may do")
        if needed not in caller.scopes:
            raise ProblemError("scope", f"this request needs a key with the scope {needed}")
        return caller

    def _route(self, route: LedgerRoute) -> Route:
        async def answer(request: Request) -> Response:
            request.scope[_EXCHANGE].route = route.pattern
            caller = self._caller(request.scope, route.scope, tokens=route.tokens) if route.scope else None
            return await route.answer(self.parts, request, caller)

        return Route(route.path, answer, methods=[route.method])

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:  # noqa: ARG002 - Starlette passes the app
        """Poll the policy site and settle what is unverified while the service runs."""
        settling = asyncio.create_task(self.parts.verdicts.keep_settling(self.parts.ledger))
        try:
            yield
        finally:
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)


async def _problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001 - Starlette passes the request
    return from_problem(problem if isinstance(problem, ProblemError) else ProblemError("unavailable", str(problem)))


async def _failed(request: Request, fault: Exception) -> Response:  # noqa: ARG001 - Starlette passes both
    return from_problem(ProblemError("failed", "the ledger failed; see its log"))


async def _http_problem(request: Request, problem: Exception) -> Response:
    status, headers = 500, None
    if isinstance(problem, HTTPException):
        status, headers = problem.status_code, problem.headers
    response = from_problem(ProblemError(_OF_STATUS.get(status, "malformed"), f"{request.method} is not answered here"))
    response.headers.update(headers or {})  # Allow, for another method
    return response
