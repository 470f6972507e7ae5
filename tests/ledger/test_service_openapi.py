"""Requests generated from the description of the service: it answers each as described."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from requests import Session
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from uvicorn import Config, Server

from inforce.client.testing import FakeAsyncPolicies, FakeVersion
from inforce.ledger.keys import SCOPES
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.app import Service
from inforce.ledger.service.openapi import openapi
from inforce.ledger.service.server import listening_socket
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS, SITE

# A valid request may meet a conflict, an erased record, a text that was never published, or a hold.
ACCEPTED = ["2xx", "404", "409", "410", "422", "423"]
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Serve a ledger from a thread, and yield its address and a key."""
    place = LedgerPlace.parse(str(tmp_path_factory.mktemp("ledger") / "ledger.db"))
    listening = listening_socket("127.0.0.1", 0)
    listening.listen()
    started = Event()
    keys: list[str] = []
    ends: list[Callable[[], object]] = []

    async def serve() -> None:
        policies = FakeAsyncPolicies({"terms": [FakeVersion()]})
        async with Ledger.open(place, KEYS, SITE) as ledger:
            keys.append(ledger.app_keys.add("shop", SCOPES))
            server = Server(Config(Service(ledger, policies), log_level="error", lifespan="off"))
            loop = asyncio.get_running_loop()
            ends.append(lambda: loop.call_soon_threadsafe(setattr, server, "should_exit", True))
            started.set()
            await server.serve([listening])

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(20)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", keys[0]
    ends[0]()
    thread.join()
    listening.close()


def _with_digits(value: Any) -> Any:
    """Return `value` with 5 for 5.0, which JSON Schema accepts as an integer, and a strict reader does not."""
    if isinstance(value, dict):
        return {name: _with_digits(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_digits(each) for each in value]
    return int(value) if isinstance(value, float) else value


IN_RESULTS = ("post", "/v1/notices")  # answers a wrong notice in its results, also a single one
CASES = [
    pytest.param(method, path, mode, id=f"{method} {path} {mode.value}")
    for path, item in openapi()["paths"].items()
    for method, described in item.items()
    for mode in GenerationMode
    if "application/x-ndjson" not in described.get("requestBody", {}).get("content", ())  # lines are not generated
    if mode is GenerationMode.POSITIVE
    or ((method, path) != IN_RESULTS and ("requestBody" in described or path == "/v1/changes"))
]


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_answers_are_those_described(method: str, path: str, mode: GenerationMode, service: tuple[str, str]) -> None:
    address, key = service
    config = SchemathesisConfig.from_dict({**CONFIG, "headers": {"Authorization": f"Bearer {key}"}})
    schema = schemathesis.openapi.from_dict(openapi(), config=config)
    described = schema[path][method]

    @seed(7)
    @settings(
        max_examples=4,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(described.as_strategy(generation_mode=mode))
    def check(case: Case) -> None:
        if mode is GenerationMode.POSITIVE:
            case.body = _with_digits(case.body)
            assume(path != "/v1/links" or case.body["subject"] != case.body["linked"])
        case.call_and_validate(base_url=address, session=session)

    with Session() as session:
        check()
