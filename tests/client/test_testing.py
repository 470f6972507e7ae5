"""Tests of the clients for tests, and of the pages on testing and erasure."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client.receipts import receipt
from client.test_recipes import APPS, recipe
from inforce.acceptance.receipt import read_receipt
from inforce.client import ReceiptProblemError, UnknownVersionError
from inforce.client.testing import START, FakeAsyncPolicies, FakePolicies, FakeVersion


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail every connection."""

    def refuse(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_text_is_that_of_the_version_and_language() -> None:
    versions = [FakeVersion(text={"de": "# AGB\n", "en": "# Terms\n"}), FakeVersion(text="# New\n")]
    policies = FakePolicies({"terms": versions})

    assert policies.text("terms", 1, "en").markdown == "# Terms\n"
    assert policies.text("terms", 1, "fr").markdown == "# AGB\n"
    assert policies.text("terms", 2, "de").markdown == "# New\n"
    changes = policies.changes("terms", 1, 2, "de")
    assert (changes.language, {run["op"] for run in changes.runs}) == ("en", {"equal", "insert", "delete"})


def test_time_passes_only_when_the_test_sets_it() -> None:
    policies = FakePolicies({"terms": [FakeVersion(effective_at=START + timedelta(days=1))]})

    outcomes = [policies.check([], "u_mia")["policies"][0]["reason"]]
    policies.now += timedelta(days=400)
    outcomes.append(policies.check([], "u_mia")["policies"][0]["reason"])

    assert outcomes == ["upcoming", "first-time"]


def test_published_version_is_known_at_once_and_keeps_its_dates() -> None:
    policies = FakePolicies({"terms": [FakeVersion()]})
    first = policies.record(policies.receipt("terms", "u_mia"), "u_mia")

    assert policies.publish("terms", FakeVersion(effective_at=START + timedelta(days=30))) == 2
    policies.now += timedelta(days=31)
    assert policies.publish("privacy", FakeVersion(text="# Privacy\n")) == 1
    assert policies.publish("terms", FakeVersion(change="editorial")) == 3

    assert policies.manifest is not None
    assert policies.manifest.policies[0].versions[1].published_at == START
    assert policies.check([first], "u_mia")["outcome"] == "block"
    again = [policies.record(policies.receipt(policy, "u_mia"), "u_mia") for policy in ("terms", "privacy")]
    assert policies.check([first, *again], "u_mia")["outcome"] == "ok"


def test_receipt_is_one_that_the_prompt_could_post() -> None:
    policies = FakePolicies({"terms": [FakeVersion(), FakeVersion()]}, acts={"terms": "consent"})

    made = json.loads(policies.receipt("terms", "u_mia", seq=1))

    assert read_receipt(made) == made
    assert (made["act"], made["seq"]) == ("consented", 1)
    assert json.loads(policies.receipt("terms", "u_mia", act="refused"))["act"] == "refused"
    with pytest.raises(UnknownVersionError):
        policies.receipt("privacy", "u_mia")
    with pytest.raises(UnknownVersionError):
        policies.receipt("terms", "u_mia", seq=9)


def test_asynchronous_client_answers_the_same() -> None:
    policies = FakeAsyncPolicies({"terms": [FakeVersion()]})

    async def outcomes() -> list[str]:
        record = await policies.record(policies.receipt("terms", "u_mia"), "u_mia")
        decisions = [await policies.check(records, "u_mia") for records in ([], [record])]
        return [decision["outcome"] for decision in decisions] + [(await policies.text("terms", 1, "en")).language]

    assert asyncio.run(outcomes()) == ["block", "ok", "en"]
    assert str(asyncio.run(policies.refresh())) == "updated"


def test_site_that_never_answered_has_no_manifest() -> None:
    assert FakePolicies(None).check([], "u_mia")["reason"] == "no-manifest"
    assert FakePolicies(None).refresh() is None


def test_page_names_every_part_of_the_clients_for_tests() -> None:
    page = (APPS / "testing.md").read_text("utf-8")
    names = [*FakeVersion.__slots__, "publish", "receipt", "now", "FakePolicies", "FakeAsyncPolicies"]

    assert [name for name in names if f"`{name}" not in page] == []


def test_tests_of_the_page_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (APPS / "testing.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "test_shop.py").write_text("\n".join(blocks), "utf-8")

    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert ended.returncode == 0, ended.stdout
    assert "4 passed" in ended.stdout


@pytest.mark.parametrize(
    ("subject", "actor", "allowed"),
    [
        ("u_mia", None, True),
        ("u_mia", {"ref": "u_mia", "capacity": "self"}, True),
        ("u_child", {"ref": "u_mia", "capacity": "guardian"}, True),
        ("company_7", {"ref": "u_mia", "capacity": "organisation", "authority": "managing director"}, True),
        ("u_child", None, False),
        ("u_child", {"ref": "u_mia", "capacity": "organisation"}, False),
        ("u_child", {"ref": "u_noah", "capacity": "guardian"}, False),
        ("u_mia", {"ref": "u_noah", "capacity": "agent"}, False),
        ("u_other", {"ref": "u_mia", "capacity": "guardian"}, False),
    ],
)
def test_only_permitted_actors_answer_for_another_subject(
    subject: str, actor: dict[str, str] | None, allowed: bool
) -> None:
    namespace: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", (APPS / "backend.md").read_text("utf-8"), re.DOTALL)
    exec(blocks[-1], namespace)  # noqa: S102 - trusted code of the documentation
    policies = FakePolicies({"terms": [FakeVersion()]})
    body = json.dumps(json.loads(policies.receipt("terms", subject)) | {"actor": actor}).encode()

    try:
        record = namespace["record_for"](policies, body, "u_mia")
    except (PermissionError, ReceiptProblemError):
        assert not allowed
    else:
        assert allowed
        assert policies.check([record], subject)["outcome"] == "ok"


def test_erasure_deletes_the_records_of_all_references_and_the_actor_of_others() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE records (id TEXT PRIMARY KEY, subject TEXT, record TEXT)")
    subjects = {"1": "u_mia", "2": "visitor", "3": "u_child", "4": "u_noah"}
    for number, subject in subjects.items():
        actor = {"ref": "u_mia" if subject == "u_child" else subject, "capacity": "guardian"}
        record = json.dumps(receipt(id=number, subject=subject, actor=actor))
        database.execute("INSERT INTO records VALUES (?, ?, ?)", (number, subject, record))
    namespace: dict[str, Any] = {}
    exec(recipe("erasure.md"), namespace)  # noqa: S102 - trusted code of the documentation

    assert namespace["erase"](database, ["u_mia", "visitor"]) == 2

    left = {subject: json.loads(record) for subject, record in database.execute("SELECT subject, record FROM records")}
    assert left.keys() == {"u_child", "u_noah"}
    assert "actor" not in left["u_child"]
    assert left["u_noah"]["actor"]["ref"] == "u_noah"
    assert "u_mia" not in json.dumps(left)
    database.close()
