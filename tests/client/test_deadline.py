"""Answers are processed outside the event loop of the app, and within the time limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from client.host import Host, answer
from client.world import Clock, NewReader, manifest
from inforce.client import AsyncPolicies, Outcome, Reason, RefusedError
from inforce.client.core import Core
from inforce.client.http import Request, Response
from inforce.client.limits import Limits
from inforce.client.transport import Steps, carried, carried_and_waited


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Return an event for which endless work waits; it is set when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def steps(url: str, work: Callable[[], Any]) -> Steps[Any]:
    yield Request(url=url, limit=1_000)
    return work()


def test_event_loop_runs_while_an_answer_is_processed(host: Host) -> None:
    """The work waits for an event that only the event loop sets, so that work on the event loop would never end."""
    host.at["/x"] = answer(b"{}")

    async def app() -> bool:
        served = threading.Event()
        asyncio.get_running_loop().call_later(0.05, served.set)
        return await carried(steps(host.url + "x", lambda: served.wait(10)), Limits())

    assert asyncio.run(app())


def test_event_loop_runs_while_a_manifest_is_processed(
    host: Host, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.at["/policies.json"] = answer(manifest(host.url))
    original, threads = Core.on_response, []

    async def app() -> None:
        served = threading.Event()

        def slow(*given: Any) -> Any:
            threads.append(served.wait(10))
            return original(*given)

        monkeypatch.setattr(Core, "on_response", slow)
        asyncio.get_running_loop().call_later(0.05, served.set)
        await AsyncPolicies(host.url, clock=clock).refresh()

    asyncio.run(app())
    assert threads == [True]


@pytest.mark.parametrize("waiting", [False, True], ids=["asyncio", "threads"])
def test_endless_processing_times_out(host: Host, held: threading.Event, waiting: bool) -> None:
    host.at["/x"] = answer(b"{}")
    endless, limits = steps(host.url + "x", lambda: held.wait(60)), Limits(seconds=1)

    def ask() -> Any:
        return carried_and_waited(endless, limits) if waiting else asyncio.run(carried(endless, limits))

    with pytest.raises(RefusedError) as refused:
        ask()
    assert refused.value.reason is Reason.TIMEOUT


def test_manifest_that_takes_too_long_is_refused_and_requested_again(
    host: Host, reader: NewReader, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.at["/policies.json"] = answer(manifest(host.url))
    app = reader(limits=Limits(seconds=1))
    monkeypatch.setattr(Core, "on_response", lambda *_: held.wait(60))
    report = app.refresh()
    assert report is not None
    assert (report.outcome, report.reason) == (Outcome.KEPT, Reason.TIMEOUT)
    assert app.refresh() is None


def test_documented_errors_are_raised_to_the_caller() -> None:
    def refuse() -> None:
        raise RefusedError(Reason.MISSING, "x")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("inforce.client.transport.fetch_and_wait", lambda *_: Response(status=200, headers={}))
        with pytest.raises(RefusedError, match="missing"):
            carried_and_waited(steps("https://policies.shop.example/x", refuse), Limits())
