"""Timestamps of checkpoints: asked of a local authority, checked by the library and by openssl, and stored."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from inforce.cli.ledger_stamp import stamp
from inforce.errors import LedgerError
from inforce.ledger.evidence.collect import evidence_zip
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.log.proof import LogProof
from inforce.ledger.stamps import KNOWN, MATCHES, UNREAD, VERIFIED, Stamp, read_roots, stamp_checkpoint
from inforce.ledger.storage.database import LedgerPlace
from ledger.authority import answering, new_authority, openssl, stamp_query
from ledger.receipts import KEYS, SITE, receipt


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    new_authority(folder)
    return folder


@pytest.fixture(scope="module")
def tsa(authority: Path) -> Iterator[str]:
    """The address of the authority."""
    with answering(authority) as address:
        yield address


async def grown(ledger: Ledger, number: int) -> bytes:
    """Add a receipt and return the new checkpoint, without waiting for the next second."""
    await ledger.add([receipt(number)], "shop", ["verified"])
    ledger._signed_at = float("-inf")
    return ledger.checkpoint()


def verified_by_openssl(stored: Stamp, folder: Path, roots: Path) -> bool:
    note, response, query = (folder / name for name in ("checkpoint", "checkpoint.tsr", "checkpoint.tsq"))
    for path, content in ((note, stored.note), (response, stored.response), (query, stored.request)):
        path.write_bytes(content)
    by_data = openssl("ts", "-verify", "-data", note, "-in", response, "-CAfile", roots)
    return by_data + openssl("ts", "-verify", "-queryfile", query, "-in", response, "-CAfile", roots) != b""


def test_stamp_is_verified_stored_and_used_for_the_pack(
    place: LedgerPlace, authority: Path, tsa: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inforce.ledger.evidence.pack.to_pdf", lambda _: b"%PDF")
    roots = read_roots(authority / "ca.pem")

    async def work() -> None:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            await grown(ledger, 1)
            note = await grown(ledger, 2)
            assert ledger.stamps.first_after(0) == []
            assert stamp_checkpoint(ledger.stamps, f"{tsa}plain", roots) == (2, VERIFIED)
            assert stamp_checkpoint(ledger.stamps, f"{tsa}plain", roots) == (2, KNOWN)
            assert stamp_checkpoint(ledger.stamps, f"{tsa}chain", roots) == (2, UNREAD)
            await grown(ledger, 3)
            assert stamp_checkpoint(ledger.stamps, f"{tsa}plain", []) == (3, MATCHES)
            await grown(ledger, 4)
            for n, sizes in ((0, [2, 2]), (1, [2, 2]), (2, [3]), (3, [])):
                assert [each.size for each in ledger.stamps.first_after(n)] == sizes
            for stored in ledger.stamps.first_after(1):
                assert stored.note == note
                assert verified_by_openssl(stored, tmp_path, authority / "ca.pem")
            with zipfile.ZipFile(io.BytesIO(await evidence_zip(ledger, 0, tmp_path))) as pack:
                proof, stored_note = pack.read("record.tlog-proof"), pack.read("checkpoint")
                assert pack.read("checkpoint.tsr") in [each.response for each in ledger.stamps.first_after(0)]
                assert "openssl ts -verify" in pack.read("README.txt").decode()
                assert {"checkpoint.tsq", "checkpoint-2.tsr", "checkpoint-2.tsq"} < set(pack.namelist())
            assert stored_note == note  # the first stamped one, although the log has grown
            assert Checkpoint.parse(LogProof.parse(proof).note.text).size == 2

    asyncio.run(work())


def test_stored_stamp_cannot_be_changed(place: LedgerPlace) -> None:
    async def work() -> None:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            ledger.stamps.add(Stamp(1, "https://tsa.example/", b"note", b"request", b"response"))
            for statement in ("UPDATE stamps SET size = 2", "DELETE FROM stamps"):
                with ledger._database.reading() as connection, pytest.raises(DBAPIError, match="the log can only grow"):
                    connection.exec_driver_sql(statement)

    asyncio.run(work())


def test_invalid_answer_is_refused_and_not_stored(sqlite_place: LedgerPlace, authority: Path, tsa: str) -> None:
    problems = {
        "refusing": "the authority refused: Message digest algorithm is not supported",
        "page": "the answer is not a timestamp",
        "missing": "does not answer: HTTP Error 404",
        "last": "the timestamp answers another request",
    }
    own, other = read_roots(authority / "ca.pem"), read_roots(authority / "tsa.pem")

    async def work() -> None:
        async with Ledger.open(sqlite_place, KEYS, SITE) as ledger:
            with pytest.raises(LedgerError, match="no checkpoint was signed yet"):
                stamp_checkpoint(ledger.stamps, tsa, own)
            await grown(ledger, 1)
            with pytest.raises(LedgerError, match="the timestamp is not valid"):
                stamp_checkpoint(ledger.stamps, f"{tsa}plain", other)  # an answer about this checkpoint
            for path in ("last", "page", "missing", "refusing"):
                with pytest.raises(LedgerError, match=problems[path]):
                    stamp_checkpoint(ledger.stamps, tsa + path, own)
            await grown(ledger, 2)
            stamp_query(authority, "plain")
            with pytest.raises(LedgerError, match="the timestamp is not of this checkpoint"):
                stamp_checkpoint(ledger.stamps, f"{tsa}last", own)
            for address, problem in (("ftp://x", "expected the http or https"), ("http://127.0.0.1:1/", "answer")):
                with pytest.raises(LedgerError, match=problem):
                    stamp_checkpoint(ledger.stamps, address, own)
            assert ledger.stamps.first_after(0) == []

    asyncio.run(work())


def test_command_stamps_while_the_service_runs_and_without_it(
    sqlite_place: LedgerPlace, authority: Path, tsa: str
) -> None:
    assert sqlite_place.files
    database = sqlite_place.files[0]
    KEYS.write(database.with_suffix(".keys.json"))
    words = ["--tsa", f"{tsa}plain", "--database", str(database)]
    trusting = [*words, "--tsa-ca", str(authority / "ca.pem")]

    async def work() -> None:
        async with Ledger.open(sqlite_place, KEYS, SITE) as ledger:
            await grown(ledger, 1)
            run = await asyncio.to_thread(CliRunner().invoke, stamp, trusting)
            assert run.output == f"{tsa}plain stamped the checkpoint of 1 entry. The signature is verified.\n"
            await ledger.add([receipt(2)], "shop", ["verified"])

    asyncio.run(work())
    run = CliRunner().invoke(stamp, words)
    assert "stamped the checkpoint of 2 entries. It is of this checkpoint; give --tsa-ca" in run.output
    assert "It had done so before" in CliRunner().invoke(stamp, words).output
    wrong = CliRunner().invoke(stamp, [*words, "--tsa-ca", str(authority / "tsa.key")])
    assert "expected certificates in PEM" in str(wrong.exception)


def test_command_does_not_hide_that_the_secrets_are_those_of_another_ledger(database: Path) -> None:
    other = database.with_name("other.json")
    LedgerKeys.generate().write(other)
    words = ["--tsa", "http://127.0.0.1:9/", "--database", str(database), "--keys", str(other)]
    ended = CliRunner().invoke(stamp, words)
    assert "keys of another ledger" in str(ended.exception)
