"""Acceptances that were kept elsewhere become records, all of a file or none, and only once."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inforce.cli.commands import inforce
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS
from ledger.test_commands import SITE

PAGE = Path(__file__).parents[2] / "docs" / "ledger" / "import.md"
TERMS = ("--value", "policy=terms")


def imported(*words: str | Path) -> Result:
    """Run `inforce ledger import` in this process."""
    return CliRunner().invoke(inforce, ["ledger", "import", *map(str, words)])


def entries(database: Path) -> list[dict[str, object]]:
    exported = CliRunner().invoke(inforce, ["ledger", "export", "--database", str(database)])
    return [json.loads(line) for line in exported.stdout.splitlines()]


def test_rows_become_records_that_count_once(address: str, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(
        "\ufeffuser_id;accepted at;lang\nu_mia;2026-02-01 09:30:00+01:00;de\nu_ben;1769940000;\n\nu_ben;1769940000;\n",
        "utf-8",
    )
    columns = ("--column", "subject=user_id", "--column", "at=accepted at", "--column", "language=lang")
    words = ["csv", file, "--database", database, "--site", address, *TERMS, "--value", "version=2026-01-15"]
    first = imported(*words, *columns, "--delimiter", ";")
    assert (first.stdout, first.stderr) == ("Imported 2 acceptances; 1 were in the ledger already.\n", "")
    again = imported(*words, *columns, "--delimiter", ";")
    assert again.stdout == "Imported 0 acceptances; 3 were in the ledger already.\n"

    mia, ben = entries(database)
    assert (mia["kind"], mia["surface"], mia["caller"]) == ("import", {"channel": "import"}, "import")
    assert (mia["at"], mia["act"], mia["language"]) == ("2026-02-01T08:30:00.000Z", "accepted", "de")
    assert (ben["at"], ben["seq"], ben["language"], ben["verdict"]) == ("2026-02-01T10:00:00.000Z", 2, "en", "verified")

    async def read() -> list[dict[str, object]]:
        async with Ledger.open(LedgerPlace.parse(str(database)), KEYS) as ledger:
            assert (await ledger.stats())[0]["count"] == 2
            assert (await ledger.erase("u_ben")).count == 1
            return await ledger.records("u_mia")

    assert [record["n"] for record in asyncio.run(read())] == [0]


WRONG = {
    ",1,2026-02-01T00:00:00Z,": "subject is missing: expected the reference of a user",
    "u,3,2026-02-01T00:00:00Z,": "seq: expected a published version of terms, got 3",
    "u,one,2026-02-01T00:00:00Z,": "seq: expected the number of a version, from 1, got “one”",
    "u,,2026-02-01T00:00:00Z,": "version: expected a version of terms in the manifest, got “”",
    "u,1,2026-02-01,": "at: expected an instant with its zone",
    "u,1,2999-01-01T00:00:00Z,": "at: expected an instant in the past, got 2999-01-01T00:00:00Z",
    "u,2,2024-02-01T00:00:00Z,": "at: expected an instant after the publication at",
    "u,1,2026-02-01T00:00:00Z,consented": "act: expected an answer to the act accept of terms 1, got consented",
    "u,1,2026-02-01T00:00:00Z,signed": "act: expected",
    "u,1": "expected 4 cells as in the header, got 2",
    '"u': "is not CSV",
}


def test_each_wrong_row_is_named_and_nothing_is_imported(address: str, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("\n".join(["subject,seq,at,act", "u_mia,1,2026-02-01T00:00:00Z,", *WRONG]), "utf-8")
    ended = imported("csv", file, "--database", database, "--site", address, *TERMS)
    assert ended.exit_code == 1
    *lines, last = ended.stderr.splitlines()
    for line, (number, message) in zip(lines, enumerate(WRONG.values(), 3), strict=True):
        assert line.startswith(f"{file}, line {number}: {message}")
    assert last == f"Nothing was imported: {len(WRONG)} rows are wrong."
    assert entries(database) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--column", "subject=customer"], "the header has no column “customer”; it has subject, seq, at"),
        (["--column", "name=x"], "expected FIELD=…, where FIELD is one of subject, policy"),
        (["--value", "policy=other"], "expected a policy of the site ("),
        (["--delimiter", ";;"], "expected one character"),
        ([*TERMS, "--value", "language=fr"], "expected a language of terms 2025-01-15, got “fr”"),
        ([*TERMS, "--value", "digest=sha256:0"], "digest: expected that of the published text"),
    ],
)
def test_wrong_options_are_answered_with_a_message(
    words: list[str], message: str, address: str, database: Path, tmp_path: Path
) -> None:
    file = tmp_path / "users.csv"
    file.write_text("subject,seq,at\nu_mia,1,2026-02-01T00:00:00Z\n", "utf-8")
    ended = imported("csv", file, "--database", database, "--site", address, *words)
    assert ended.exit_code in (1, 2)
    assert message in " ".join(ended.stderr.split())
    assert isinstance(ended.exception, SystemExit)


def test_every_wrong_line_of_json_is_named(address: str, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text('{"subject": "u", "at": 1.5}\n[]\n{"a": 1, "a": 2}\n', "utf-8")
    ended = imported("jsonl", file, "--database", database, "--site", address)
    assert [line.split(", ")[1].split(":")[0] for line in ended.stderr.splitlines()[:3]] == [
        "line 1",
        "line 2",
        "line 3",
    ]
    file.write_bytes(b'{"subject": "\xff"}\n')
    ended = imported("jsonl", file, "--database", database, "--site", address)
    assert "line 1: expected UTF-8" in ended.stderr


@pytest.mark.usefixtures("database")
def test_examples_on_the_page_can_be_imported(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text("utf-8")
    files = re.findall(r"```(?:csv|json) title=\"([^\"]+)\"\n(.*?)```", page, re.DOTALL)
    commands = re.findall(r"```sh\n(inforce ledger import .*?)```", page, re.DOTALL)
    assert len(files) == len(commands) == 3
    for (name, content), written in zip(files, commands, strict=True):
        Path(name).write_text(content, "utf-8")
        words = shlex.split(written.replace("\\\n", " ").replace(SITE, address))
        ended = imported(*words[3:])
        assert (ended.stderr, ended.stdout) == ("", "Imported 2 acceptances; 0 were in the ledger already.\n")
