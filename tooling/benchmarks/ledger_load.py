"""The load for the benchmark of the ledger: a process that serves one, and `wrk`, which sends receipts to it.

The same service serves a peer too: a table that only grows, with group commit, but without sealing and proofs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from site_served import peak, processor_seconds

from inforce.client.testing import FakeAsyncPolicies, FakeVersion
from inforce.ledger.entries import to_instant
from inforce.ledger.keys import SCOPES, Caller, LedgerKeys, now_milliseconds
from inforce.ledger.ledger import Added, Ledger
from inforce.ledger.record import canonical
from inforce.ledger.service.app import Service
from inforce.ledger.service.server import listening_socket, run, run_loop
from inforce.ledger.storage.database import LedgerPlace

SITE = "https://policies.example.org/"
KNOWN_SUBJECTS = 10_000
BATCH = 1_000
_KEYS = LedgerKeys(wrapping=bytes(32), pseudonym=bytes(range(32)), note=bytes(range(32, 64)))
_PLAIN_TABLE = """
CREATE TABLE entries (n INTEGER PRIMARY KEY, caller TEXT, id TEXT, subject TEXT, policy TEXT, seq INTEGER, act TEXT,
  received_at INTEGER, body BLOB) STRICT
"""
_SCRIPT = """
local head, middle, tail, known, batch, counter, start = [[{head}]], [[{middle}]], [[{tail}]], {known}, {batch}, 0, 0
function init(args) math.randomseed(os.time()); start = math.random(0, 2 ^ 20 - 1) end
local function one()
  counter = counter + 1
  local subject = known > 0 and math.random(1, known) or (start .. "-" .. counter)
  return head .. string.format("%05x%07x", start, counter) .. middle .. subject .. tail
end
function request()
  local body = one()
  if batch > 1 then
    local all = {{ body }}
    for n = 2, batch do all[n] = one() end
    body = "[" .. table.concat(all, ",") .. "]"
  end
  local headers = {{["Content-Type"] = "application/json", Authorization = "Bearer {key}"}}
  return wrk.format("POST", "/v1/receipts", headers, body)
end
"""


class Load(NamedTuple):
    """What a load cost: records in a second, CPU microseconds of a record, the 99th percentile, failures, and memory.

    - `slowest`: 99th percentile of the duration of a request in milliseconds
    - `megabytes`: peak memory of the service
    """

    rate: float
    microseconds: float
    slowest: float
    failed: int
    megabytes: float


def policies() -> FakeAsyncPolicies:
    """Return the client of a site with one policy."""
    return FakeAsyncPolicies({"terms": [FakeVersion()]})


def example() -> dict[str, Any]:
    """Return a receipt of about 750 bytes, as the browser sends it."""
    surface = {
        "template": "prompt",
        "build": "sha384-" + "A" * 64,
        "screen": "sha256:" + "ef" * 32,
        "label": "I accept the terms of use",
        "language": "en",
        "outcome": "prompt",
        "opened": True,
        "channel": "web",
    }
    more = {"base_seq": 0, "manifest_digest": "sha256:" + "cd" * 32, "surface": surface, "auth": "session"}
    received: dict[str, Any] = json.loads(policies().receipt("terms", "u_SUBJECT"))
    return {**received, **more, "device_at": received["at"]}


def numbered(number: int, subject: str, like: Mapping[str, Any]) -> dict[str, Any]:
    """Return the receipt `number` of `subject`."""
    return {**like, "id": f"01a2225b-8cf6-76f5-acf2-{number:012x}", "subject": subject}


class PlainLedger:
    """A table that only grows: group commit and unique ids as in the ledger, but no sealing and no proof.

    :param path: file of the database
    """

    def __init__(self, path: Path) -> None:
        self.site, self.size, self.app_keys = SITE, 0, self
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA wal_autocheckpoint=4000",
            _PLAIN_TABLE,
            "CREATE UNIQUE INDEX ids ON entries (id, caller)",
            "CREATE INDEX subjects ON entries (subject, policy, seq, act, received_at)",
        ):
            self._database.execute(statement)
        self._waiting: list[tuple[Sequence[Mapping[str, Any]], str, asyncio.Future[list[Added]]]] = []
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def caller_of(self, key: str) -> Caller | None:
        """Return the caller of `key`."""
        return Caller("shop", frozenset(SCOPES)) if key == "plain" else None

    async def unverified(self, after: int, limit: int) -> list[dict[str, Any]]:  # noqa: ARG002 - the service passes them
        """Return nothing: no verdict is open."""
        return []

    async def add(self, receipts: Sequence[Mapping[str, Any]], caller: str, verdicts: Sequence[str]) -> list[Added]:  # noqa: ARG002 - as above
        """Add receipts and return a result each; they are durable when it returns."""
        done: asyncio.Future[list[Added]] = asyncio.get_running_loop().create_future()
        self._waiting.append((receipts, caller, done))
        self._wake.set()
        return await done

    async def _run(self) -> None:
        while await self._wake.wait():
            self._wake.clear()
            items, self._waiting = self._waiting, []
            now = now_milliseconds()
            results, rows = [], []
            for receipts, caller, _ in items:
                added = []
                for each in receipts:
                    body = canonical({**each, "received_at": to_instant(now), "caller": caller})
                    facts = (each["subject"], each["policy"], each["seq"], each["act"])
                    rows.append((self.size, caller, each["id"], *facts, now, body))
                    added.append(Added(each["id"], "created", self.size, to_instant(now), "verified"))
                    self.size += 1
                results.append(added)
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            await asyncio.to_thread(self._database.execute, "COMMIT")
            for (_, _, done), found in zip(items, results, strict=True):
                done.set_result(found)


def serve(kind: str, database: str) -> None:
    """Serve a ledger at `database`, or the peer if `kind` is “plain”; print the key and the port."""
    run_loop(_served(kind, database))


async def _served(kind: str, database: str) -> None:
    if kind == "plain":
        await _answer(PlainLedger(Path(database)), "plain")
        return
    async with Ledger.open(LedgerPlace.parse(database), _KEYS, SITE) as ledger:
        await _fill(ledger)
        await _answer(ledger, ledger.app_keys.add("shop", SCOPES))


async def _fill(ledger: Ledger) -> None:
    """Add a receipt of each known subject."""
    like = example()
    for start in range(1, KNOWN_SUBJECTS + 1, BATCH):
        some = [numbered(number, f"u_{number}", like) for number in range(start, start + BATCH)]
        await ledger.add(some, "fill", ["verified"] * BATCH)


async def _answer(ledger: Any, key: str) -> None:
    listening = listening_socket("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    await run(Service(ledger, policies()), listening, lambda: print(key, address, flush=True))


@contextlib.contextmanager
def serving(kind: str, database: str) -> Iterator[tuple[int, str, str]]:
    """Run the service in a process of its own until the end of the block; yield its pid, a key, and its address."""
    words = [sys.executable, __file__, kind, database]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            key, address = (process.stdout or sys.stdin).readline().split()
            yield process.pid, key, address
        finally:
            process.terminate()


def loaded(kind: str, database: str, *, known: bool, batch: int, connections: int, seconds: int) -> Load:
    """Serve a new ledger at `database`, send receipts for `seconds`, and return what they cost.

    :param kind: “ledger”, or “plain” for the peer
    :param known: whether the subjects are known
    :param batch: receipts in a request
    :param connections: number of connections that send at once
    """
    head, middle, tail = _parts()
    with serving(kind, database) as (pid, key, address), tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        values = {"head": head, "middle": middle, "tail": tail, "known": KNOWN_SUBJECTS if known else 0}
        script.write_text(_SCRIPT.format(**values, batch=batch, key=key))
        before = processor_seconds(pid)
        words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s", "-s", str(script)]
        printed = subprocess.run([*words, address], capture_output=True, text=True, check=True).stdout
        spent = processor_seconds(pid) - before
        answered = int(_found(r"(\d+) requests in", printed)) * batch
        rate = float(_found(r"Requests/sec:\s+([\d.]+)", printed)) * batch
        failed = int(_found(r"Non-2xx or 3xx responses: (\d+)", printed) or 0)
        return Load(rate, spent / answered * 1e6, _milliseconds(_found(r"99%\s+(\S+)", printed)), failed, peak(pid))


def _parts() -> tuple[str, str, str]:
    """Return a receipt as JSON in three parts, between which the number and the subject go."""
    text = json.dumps({**example(), "id": "01a2225b-8cf6-76f5-acf2-NUMBER"}, separators=(",", ":"))
    head, _, rest = text.partition("NUMBER")
    middle, _, tail = rest.partition("SUBJECT")
    return head, middle, tail


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match.group(1) if match else ""


def _milliseconds(text: str) -> float:
    """Return the duration that wrk prints, such as “90.12ms”, in milliseconds."""
    number, unit = re.match(r"([\d.]+)(\D+)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}[unit]


def require_wrk() -> None:
    """End the program unless `wrk` is installed."""
    if not shutil.which("wrk"):
        sys.exit("This benchmark requires wrk (https://github.com/wg/wrk); Debian has it as a package.")


if __name__ == "__main__" and len(sys.argv) == 3:
    serve(*sys.argv[1:])
