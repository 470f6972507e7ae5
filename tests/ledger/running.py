"""A ledger in files that answers on a port of this machine, in a thread; it can be stopped and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import uvicorn

from inforce.client import AsyncPolicies
from inforce.ledger.keys import SCOPES
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.app import Service
from inforce.ledger.service.server import listening_socket
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS


class RunningLedger:
    """A ledger of the policy site `site` in `folder`; `key` is a key with all scopes."""

    def __init__(self, folder: Path, site: str) -> None:
        self._place, self._site = LedgerPlace.parse(str(folder / "ledger.db")), site
        self.key, self.port = "", 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Answer requests, at the same address as before."""
        started = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        assert started.wait(20)

    def stop(self) -> None:
        """Answer no requests until `start` is called."""
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def add_key(self, caller: str, scopes: Sequence[str]) -> str:
        """Return a new key of `caller`."""
        return self._ledger.app_keys.add(caller, scopes)

    def records(self, subject: str) -> list[dict[str, Any]]:
        """Return the records of `subject` that the ledger answers."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx2.post(f"{self.address}v1/subjects/records", json={"subject": subject}, headers=headers)
        records: list[dict[str, Any]] = answer.json()
        return records

    async def _serve(self, started: Event) -> None:
        async with Ledger.open(self._place, KEYS, self._site) as ledger:
            self._ledger = ledger
            self.key = self.key or ledger.app_keys.add("shop", SCOPES)
            policies = AsyncPolicies(self._site)
            await policies.refresh()  # so that the first receipt is verified
            service = Service(ledger, policies)
            with listening_socket("127.0.0.1", self.port) as listening:
                self.port = listening.getsockname()[1]
                self._server = uvicorn.Server(uvicorn.Config(service, access_log=False, log_level="error"))
                serving = asyncio.create_task(self._server.serve([listening]))
                while not self._server.started and not serving.done():
                    await asyncio.sleep(0.01)
                started.set()
                await serving


@contextmanager
def running_ledger(folder: Path, site: str) -> Iterator[RunningLedger]:
    """Run a ledger until the end of the block."""
    ledger = RunningLedger(folder, site)
    try:
        yield ledger
    finally:
        ledger.stop()
