"""A time limit for processing an answer, in a thread, so that it never blocks an event loop.

Not responsible for: ending the work. Python cannot stop a thread; a daemon thread does not keep a process alive.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from inforce.client.results import Reason, RefusedError, refusing

T = TypeVar("T")


def finish_within(seconds: float, name: str, process: Callable[[], T]) -> T:
    """Return the result of `process`, which processes the answer called `name`, run in its own thread.

    Raise RefusedError if it takes longer than `seconds` or raises an undocumented exception.
    """
    result: Future[T] = Future()
    Thread(target=_deliver, args=(name, process, result), name="inforce-process", daemon=True).start()
    try:
        return result.result(seconds)
    except TimeoutError as cause:  # `process` cannot raise it: `refusing` converts it
        raise RefusedError(Reason.TIMEOUT, f"{name} took longer than {seconds:g} seconds to read") from cause


def _deliver(name: str, process: Callable[[], T], result: Future[T]) -> None:
    try:
        with refusing(name):
            processed = process()
    except BaseException as problem:
        result.set_exception(problem)
    else:
        result.set_result(processed)
