"""Fetch over HTTP with httpx2: the only module that opens connections.

Invariants: one deadline covers the whole fetch; no body exceeds its limit during decompression; no cookie is stored or
sent; no redirect leaves the origin.
Not responsible for: checking what it fetched (see `core`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from threading import Thread
from typing import TypeAlias, TypeVar, cast

import httpx2

from inforce.client.deadline import finish_within
from inforce.client.http import Request, Response, redirected
from inforce.client.limits import Limits
from inforce.client.results import Reason, RefusedError

T = TypeVar("T")
# A generator that yields requests, receives responses and returns a result. It does no I/O.
Steps: TypeAlias = Generator[Request, Response, T]

_HEADERS = {"accept": "application/json, */*;q=0.1", "accept-encoding": "gzip", "user-agent": "inforce-client"}


async def fetch(request: Request, limits: Limits) -> Response:
    """Fetch `request` within `limits`; raise RefusedError, with the reason, on failure."""
    with _refusing(request, limits):
        async with _client(limits, secure=request.url.startswith("https:")) as client:
            return await _timed(client, request, limits)


async def fetch_all(requests: Sequence[Request], limits: Limits, together: int = 8) -> list[Response | RefusedError]:
    """Fetch all `requests`, each within `limits` and `together` at a time; a failed one has a RefusedError as its
    result.
    """
    turns = asyncio.Semaphore(together)
    secure = any(request.url.startswith("https:") for request in requests)
    async with _client(limits, secure=secure) as client:

        async def one(request: Request) -> Response | RefusedError:
            async with turns:
                try:
                    with _refusing(request, limits):
                        return await _timed(client, request, limits)
                except RefusedError as refusal:
                    return refusal

        return await asyncio.gather(*map(one, requests))


def fetch_and_wait(request: Request, limits: Limits) -> Response:
    """Fetch `request` like `fetch`, for callers without an event loop.

    Only an event loop can end a fetch at its deadline whatever it waits for, so one runs in a separate thread.
    """
    answer: Future[Response] = Future()
    with _refusing(request, limits):
        Thread(target=_deliver, args=(request, limits, answer), name="inforce-fetch", daemon=True).start()
        return answer.result()


def _deliver(request: Request, limits: Limits, answer: Future[Response]) -> None:
    """Set the result of `request` on `answer` as soon as it is known, before the event loop is closed."""

    async def fetching() -> None:
        answer.set_result(await fetch(request, limits))

    begun = fetching()
    try:
        asyncio.run(begun)
    except BaseException as problem:  # any exception belongs to the waiting caller
        if not answer.done():
            answer.set_exception(problem)
    finally:
        begun.close()


@contextlib.contextmanager
def _refusing(request: Request, limits: Limits) -> Iterator[None]:
    """Convert every error outside this program, of the host, the network or the machine, to a RefusedError."""
    try:
        yield
    except TimeoutError as cause:
        raise RefusedError(Reason.TIMEOUT, f"{request.url} took longer than {limits.seconds:g} seconds") from cause
    except RefusedError:
        raise
    except Exception as cause:  # a hostile answer makes httpx2 and the codecs raise undocumented exceptions
        detail = f"{request.url} cannot be fetched: {cause or type(cause).__name__}"
        raise RefusedError(Reason.UNREACHABLE, detail) from cause


async def _timed(client: httpx2.AsyncClient, request: Request, limits: Limits) -> Response:
    async with asyncio.timeout(limits.seconds):
        return await _followed(client, request, limits)


async def carried(steps: Steps[T], limits: Limits) -> T:
    """Fetch the requests that `steps` yields, one after the other, and return its result.

    Answers are processed outside the event loop and within the time limit.
    """
    request, result = _advance(steps)
    while request is not None:
        response = await fetch(request, limits)
        process = partial(_advance, steps, response)
        request, result = await asyncio.to_thread(finish_within, limits.seconds, request.url, process)
    return cast(T, result)


def carried_and_waited(steps: Steps[T], limits: Limits) -> T:
    """Do the same as `carried`, for callers without an event loop."""
    request, result = _advance(steps)
    while request is not None:
        response = fetch_and_wait(request, limits)
        request, result = finish_within(limits.seconds, request.url, partial(_advance, steps, response))
    return cast(T, result)


def _advance(steps: Steps[T], response: Response | None = None) -> tuple[Request | None, T | None]:
    """Send `response` to `steps`, None at the start; return the next request, or None and the result."""
    try:
        return (next(steps) if response is None else steps.send(response)), None
    except StopIteration as done:  # a generator returns its value this way
        return None, done.value


def _client(limits: Limits, *, secure: bool) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        verify=_context() if secure else False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        timeout=limits.seconds,
        headers=_HEADERS,
    )


async def _followed(client: httpx2.AsyncClient, request: Request, limits: Limits) -> Response:
    for _ in range(limits.redirects + 1):
        response = await _once(client, request)
        ahead = redirected(request, response)
        if ahead is None:
            return response
        request = ahead
    raise RefusedError(Reason.REDIRECT, f"{request.url} exceeds the limit of {limits.redirects} redirects")


async def _once(client: httpx2.AsyncClient, request: Request) -> Response:
    async with client.stream(request.method, request.url, headers=request.headers) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = bytearray()
        if response.status_code == 200:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > request.limit:
                    detail = f"{request.url} has more than the limit of {request.limit:,} bytes"
                    raise RefusedError(Reason.TOO_LARGE, detail)
        return Response(status=response.status_code, headers=headers, body=bytes(body))


@lru_cache(maxsize=1)
def _context() -> SSLContext:
    """Load the system's certificates once, because loading takes longer than a fetch."""
    return httpx2.create_ssl_context()
