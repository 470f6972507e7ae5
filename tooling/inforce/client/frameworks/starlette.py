"""Policies in a Starlette app: routes for receipts, records and the decision, a gate as middleware, and the lifespan.

    acceptance = Acceptance(AsyncPolicies(site), SqlRecords.sqlite("records.db"), subject_of)
    app = Starlette(
        routes=[*routes, acceptance.mount("/policies")],
        middleware=[Middleware(acceptance.gate)],
        lifespan=acceptance.lifespan,
    )

Invariants: a policy site or ledger that does not answer neither prevents the start nor blocks a user; the gate passes
every request and response on as it is, so streaming works; a receipt is read only up to its limit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from inspect import isawaitable
from typing import Any, Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from inforce.acceptance import Decision, SubjectForm
from inforce.client.frameworks.files import BROWSER_FILES
from inforce.client.frameworks.ledger import LedgerRecords
from inforce.client.frameworks.paths import ProtectedPaths
from inforce.client.frameworks.records import Record, RecordStore, SqlRecords, addressed
from inforce.client.frameworks.replies import (
    RefusedRequestError,
    Reply,
    acts_for_self,
    blocked,
    check_length,
    check_media_type,
    checked_receipt,
    refused,
    refused_receipt,
    stored,
)
from inforce.client.frameworks.visitors import new_visitor, postpone, references, visitor
from inforce.client.policies import AsyncPolicies
from inforce.client.receipts import RECEIPT_BYTES, ReceiptProblemError
from inforce.client.requests import accept_language
from inforce.errors import LedgerUnavailableError

__all__ = ["Acceptance", "RecordStore", "SqlRecords"]

Subject: TypeAlias = str | SubjectForm | None
_Read: TypeAlias = Callable[[str], Any]
_POLL_SECONDS: Final = 60.0  # `refresh` does nothing unless a poll is due
_START_SECONDS: Final = 3.0


class Acceptance:
    """The policies of an app: what its users owe, and the records of what they answered.

    :param policies: the client of the policy site
    :param records: where the app stores records, a `RecordStore`; None with `ledger`
    :param subject_of: function that returns the signed-in user of a request: a reference, or a dict like `SubjectForm`
        with `id`, `since` and `linked`; None if no user is signed in. It may be a coroutine function
    :param protects: paths that a user can open only after accepting what is due, each with everything below it
    :param open_paths: exceptions below them: export, closing the account, signing out, support
    :param audience_of: function that returns the tags that apply to the user of a request
    :param accepts: function of a request and a record that returns whether the user may act as `actor` of the record
        states; by default users act for themselves only
    :param ledger: address of a ledger that stores the records instead
    :param ledger_key: key of this app in the ledger, with the scopes `write` and `read`
    :raises TypeError: without `subject_of`, and unless exactly one of `records` and `ledger` is given
    """

    def __init__(
        self,
        policies: AsyncPolicies,
        records: RecordStore | None = None,
        subject_of: Callable[[Any], Subject | Awaitable[Subject]] | None = None,
        *,
        ledger: str = "",
        ledger_key: str = "",
        protects: Iterable[str] = ("/",),
        open_paths: Iterable[str] = (),
        audience_of: Callable[[Any], Sequence[str]] | None = None,
        accepts: Callable[[Any, Record], bool] | None = None,
    ) -> None:
        if subject_of is None or (records is None) == (not ledger):
            message = "expected subject_of, and either records or the address of a ledger"
            raise TypeError(message)
        self.policies = policies
        self.ledger = LedgerRecords(ledger, ledger_key) if ledger else None
        self.records: RecordStore = self.ledger or records  # type: ignore[assignment]  # one of them is given
        self._subject_of = subject_of
        self._paths = ProtectedPaths(protects, open_paths)
        self._audience_of = audience_of
        self._accepts = accepts

    def mount(self, prefix: str = "/policies") -> Mount:
        """Return the routes below `prefix`, which the gate leaves open.

        They are `/receipts` (POST), `/records`, `/due`, and `/browser/prompt.js` with the other files for the page.
        """
        self.leave_open(prefix)
        routes = [
            Route("/receipts", self.receive, methods=["POST"]),
            Route("/records", self.list_records),
            Route("/due", self.due),
            Route("/browser/{name:path}", browser_file),
        ]
        return Mount(prefix, routes=routes)

    def leave_open(self, path: str) -> None:
        """Add `path`, with everything below it, to the paths that the gate leaves open."""
        self._paths.leave_open(path)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:  # noqa: ARG002 - Starlette passes the app
        """Poll the policy site while the app runs; the app starts after a few seconds whatever the site does."""
        polling = asyncio.create_task(self._poll())
        first = asyncio.create_task(self.policies.refresh())
        await asyncio.wait({first}, timeout=_START_SECONDS)
        try:
            yield
        finally:
            for task in (polling, first):
                task.cancel()
            await asyncio.gather(polling, first, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            await self.policies.refresh()

    def gate(self, app: ASGIApp) -> ASGIApp:
        """Return `app` behind the gate: a blocked user gets 403 with the due policies (RFC 9457).

        Add it inside the middleware that signs users in: `Middleware(acceptance.gate)`.
        """

        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("http", "websocket"):
                return await app(scope, receive, send)
            reply = await self.refusal(HTTPConnection(scope))
            if reply is None:
                return await app(scope, receive, send)
            if scope["type"] == "http":
                return await as_response(reply)(scope, receive, send)
            # Before it is accepted, closing a WebSocket answers its request with status 403.
            return await send({"type": "websocket.close", "code": 1008, "reason": reply.document["title"]})

        return gated

    async def refusal(self, request: HTTPConnection) -> Reply | None:
        """Return the answer to the request of a blocked user; None if the request may continue."""
        # A preflight request carries no user.
        if request.scope.get("method") == "OPTIONS" or not self._paths.is_protected(request.scope["path"]):
            return None
        # Records of a ledger that may be outdated let a user pass, and never block one.
        reads = [self.ledger.recent, self.ledger.current] if self.ledger else [self.records.records]
        decision = None
        for read in reads:
            try:
                decision = await self._decide(request, read)
            except LedgerUnavailableError:
                return None
            if decision is None or decision["outcome"] != "block":
                return None
        return blocked(self.policies.problem(decision)) if decision else None

    async def decision(self, request: HTTPConnection) -> Decision | None:
        """Return the decision about the user of `request`; None if no user is signed in.

        Raise LedgerUnavailableError if the ledger has not answered for ten minutes.
        """
        return await self._decide(request, self.records.records)

    async def _decide(self, request: HTTPConnection, read: _Read) -> Decision | None:
        subject = await self._subject(request)
        if subject is None:
            return None
        records: Any = await self._records_of(subject, read)
        languages = accept_language(request.headers.get("accept-language", ""))
        audience = self._audience_of(request) if self._audience_of else ()
        return await self.policies.check(records, subject, languages=languages, audience=audience)

    async def reference(self, request: HTTPConnection) -> str:
        """Return the attribute `subject` of the page: the user, or a random reference in the session of a visitor."""
        subject = await self._subject(request)
        return subject["id"] if subject else new_visitor(request.session)

    async def due(self, request: Request) -> Response:
        """Answer with the decision about the user."""
        try:
            decision = await self.decision(request)
        except LedgerUnavailableError:
            return as_response(refused("unavailable").reply)
        return as_response(refused("unauthenticated").reply if decision is None else Reply(200, decision))

    async def list_records(self, request: Request) -> Response:
        """Answer with the records of the user, or of the visitor, for the attribute `records` of the prompt."""
        subject = await self._subject(request)
        reference = visitor(_session(request))
        read = self.records.records
        try:
            if subject:
                return as_response(Reply(200, await self._records_of(subject, read)))
            return as_response(Reply(200, await _called(read, reference) if reference else []))
        except LedgerUnavailableError:
            return as_response(refused("unavailable").reply)

    async def forget(self, reference: str) -> Any:
        """Erase the user `reference`, and return what the store returns: the certificate of a ledger.

        :raises HeldError: if a legal hold in the ledger protects the user
        :raises LedgerUnavailableError: if the ledger does not answer; call it again later
        """
        return await _called(self.records.forget, reference)

    async def receive(self, request: Request) -> Response:
        """Store the receipt that a browser posts."""
        try:
            return as_response(await self._store(request))
        except RefusedRequestError as error:
            return as_response(error.reply)
        except ReceiptProblemError as error:
            return as_response(refused_receipt(error))

    async def _store(self, request: Request) -> Reply:
        subject = await self._subject(request)
        reference = subject["id"] if subject else visitor(_session(request))
        if reference is None:
            raise refused("unauthenticated")
        check_media_type(request.headers.get("content-type", ""))
        check_length(request.headers.get("content-length", ""))
        linked = subject.get("linked", []) if subject else []
        body = await _body(request)
        if self.ledger:
            record = checked_receipt(body, reference, linked, visiting=subject is None)
        else:
            record = await self.policies.record(body, reference, linked=linked)
        if self._accepts is None and not acts_for_self(record, [reference, *linked]):
            raise refused("actor-mismatch")
        if self._accepts and record.get("actor") and not self._accepts(request, record):
            raise refused("actor-mismatch")
        if self.ledger:
            return await run_in_threadpool(self.ledger.forward, record, reference)
        return stored(record, await _called(self.records.add, record, reference))

    async def _subject(self, request: HTTPConnection) -> SubjectForm | None:
        """Return the signed-in user, with the references of the session, whose records then belong to the user."""
        found = self._subject_of(request)
        subject = await found if isawaitable(found) else found
        if subject is None:
            return None
        form: SubjectForm = {"id": subject} if isinstance(subject, str) else subject
        new, linked = references(_session(request), form["id"])
        if new:
            try:
                await _called(self.records.link, new, form["id"])
            except LedgerUnavailableError:
                postpone(_session(request), new)
        return {**form, "linked": [*form.get("linked", []), *linked]}

    async def _records_of(self, subject: SubjectForm, read: _Read) -> list[Record]:
        """Return the records of `subject` and of all references linked with them, without duplicates."""
        owners = dict.fromkeys([subject["id"], *subject.get("linked", [])])
        lists = [await _called(read, owner) for owner in owners]
        return addressed(list({record["id"]: record for each in lists for record in each}.values()), subject["id"])


async def browser_file(request: Request) -> Response:
    """Answer with a file of the browser client."""
    name = request.path_params["name"]
    file = BROWSER_FILES.get(name)
    if file is None:
        return Response(status_code=404)
    fresh = file.etag in request.headers.get("if-none-match", "")
    return Response(b"" if fresh else file.content, 304 if fresh else 200, file.headers)


def as_response(reply: Reply) -> Response:
    """Return `reply` as a response of Starlette."""
    return Response(reply.body, reply.status, reply.all_headers)


def _session(request: HTTPConnection) -> dict[str, Any]:
    return request.session if "session" in request.scope else {}


async def _body(request: Request) -> bytes:
    """Return the body of `request`, or its beginning if it has more bytes than a receipt may have."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > RECEIPT_BYTES:
            break
    return body


async def _called(function: Callable[..., Any], *arguments: object) -> Any:
    """Return the result of a method of the store, which may be a coroutine function; others run in a thread."""
    if asyncio.iscoroutinefunction(function):
        return await function(*arguments)
    return await run_in_threadpool(function, *arguments)
