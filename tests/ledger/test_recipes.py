"""The programs of the documentation in PHP, Ruby, Go and with curl, as written, with a real ledger."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from client.host import Host, serving
from client.receipts import receipt
from client.test_recipes import unexpiring, with_history
from ledger.running import RunningLedger, running_ledger

PAGE = Path(__file__).parents[2] / "docs" / "ledger" / "recipes.md"
BLOCKS = dict(re.findall(r"```(php|ruby|go|sh)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
PROGRAMS = {"php": ["php"], "ruby": ["ruby"], "go": [], "sh": ["sh"]}
_numbers = count(1)

Run = Callable[..., list[str]]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLedger]:
    with Host() as host:
        host.at["/policies.json"] = serving(unexpiring)
        with_history(host)
        with running_ledger(tmp_path_factory.mktemp("ledger"), host.url) as running:
            yield running


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs a program of the page; that in Go is compiled."""
    language = request.param
    file = tmp_path_factory.mktemp(language) / f"receipt.{language}"
    file.write_text(BLOCKS[language], "utf-8")
    if language != "go":
        return [*PROGRAMS[language], str(file)]
    # Without modules and with cgo, the compiled standard library of Debian is used; otherwise this takes 25 seconds.
    environment = {**os.environ, "GOFLAGS": "", "GO111MODULE": "off"}
    assert subprocess.run(["gofmt", "-l", str(file)], capture_output=True, check=True).stdout == b""
    subprocess.run(["go", "build", "-o", str(file.with_suffix("")), str(file)], env=environment, check=True)
    return [str(file.with_suffix(""))]


@pytest.fixture
def run(program: list[str], ledger: RunningLedger) -> Run:
    def run(body: Any, user: str, key: str | None = None) -> list[str]:
        environment = {**os.environ, "LEDGER": ledger.address, "LEDGER_KEY": key or ledger.key, "no_proxy": "*"}
        given = body if isinstance(body, str) else json.dumps(body)
        ended = subprocess.run(
            [*program, user], input=given, env=environment, capture_output=True, text=True, check=True, timeout=30
        )
        assert ended.stderr == ""
        return ended.stdout.splitlines()

    return run


def mine(**changes: Any) -> dict[str, Any]:
    """Return a new receipt of a new user."""
    number = next(_numbers)
    own = {"id": f"01a2225b-8cf6-76f5-acf2-{number:012x}", "subject": f"ü_{number}"}
    return receipt(after=None, **{"actor": {"ref": own["subject"], "capacity": "self"}, **own, **changes})


def test_program_forwards_a_receipt_and_asks_for_the_decision(run: Run, program: list[str]) -> None:
    sent = mine(surface={})
    user = sent["subject"]

    assert run(sent | {"digest": f"sha256:{64 * '0'}", "id": mine()["id"]}, user) == ["receipt 422", "decision block"]
    assert run(sent, user) == ["receipt 201", "decision ok"]
    assert run(sent, user) == ["receipt 200", "decision ok"]
    assert run(sent | {"act": "declined"}, user) == ["receipt 409", "decision ok"]
    assert run(sent | {"id": 7}, user)[0] == "receipt 400"
    unverified = mine(seq=9, serial=9_999_999_999)
    assert run(unverified, unverified["subject"])[0] == "receipt 202"
    if program[0] != "sh":
        assert run(sent, "u_noah") == ["receipt 403"]
        assert [run(body, user) for body in ("[]", "{", "null", "")] == 4 * [["receipt 400"]]


def test_ledger_that_does_not_answer_or_refuses_the_key_loses_no_receipt(run: Run, ledger: RunningLedger) -> None:
    sent = mine()

    assert run(sent, sent["subject"], key="unknown") == ["receipt 503, again in 10 seconds", "decision unknown"]
    ledger.stop()
    try:
        assert run(sent, sent["subject"]) == ["receipt 503, again in 10 seconds", "decision unknown"]
    finally:
        ledger.start()
    assert run(sent, sent["subject"]) == ["receipt 201", "decision ok"]


def test_server_sets_how_the_user_was_signed_in(run: Run, program: list[str], ledger: RunningLedger) -> None:
    sent = mine(auth="mfa", actor={"ref": "u_other", "capacity": "agent"})
    assert run(sent, sent["subject"]) == ["receipt 201", "decision ok"]
    (record,) = ledger.records(sent["subject"])
    # The program with curl sends the receipt as it is.
    set_by_server = ("mfa", "u_other") if program[0] == "sh" else ("session", sent["subject"])
    assert (record["auth"], record["actor"]["ref"]) == set_by_server
    assert record["surface"] == sent["surface"]
