"""A published log is verified by golang.org/x/mod/sumdb, the implementation of the Go project."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from inforce.cli.ledger_log import publish
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS, ORIGIN, SITE, receipt

SIZES = (5, 256, 300)
PROVEN = (0, 4, 255, 256, 293, 299)
SOURCE = Path(__file__).parent / "sumdb" / "main.go"


class Log(NamedTuple):
    """A published log in `folder`, earlier checkpoints and proofs in `files`, and the program that verifies them."""

    folder: Path
    files: list[Path]
    program: Path

    def verify(self, *files: Path, key: str = str(KEYS.verifier(ORIGIN))) -> subprocess.CompletedProcess[str]:
        words = [self.program, self.folder, key, *files]
        return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A log that was published at each of `SIZES`."""
    folder = tmp_path_factory.mktemp("log")
    place = LedgerPlace.parse(str(folder / "ledger.db"))
    assert place.files
    KEYS.write(folder / "ledger.keys.json")
    files = []

    async def grow(size: int) -> None:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            await ledger.add(
                [receipt(n) for n in range(ledger.size, size)], "shop", ["verified"] * (size - ledger.size)
            )
            for n in PROVEN:
                if n < size:
                    files.append(folder / f"{n}-{size}.tlog-proof")
                    files[-1].write_bytes(await ledger.proof(n))

    for size in SIZES:
        asyncio.run(grow(size))
        run = CliRunner().invoke(publish, [str(folder / "public"), "--database", str(place.files[0])])
        assert run.exit_code == 0, run.output
        files.append(folder / f"checkpoint-{size}")
        files[-1].write_bytes((folder / "public" / "checkpoint").read_bytes())
    return Log(folder / "public", files, built(folder))


def built(folder: Path) -> Path:
    """Build the program with Go and its library from Debian."""
    program = folder / "sumdb"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "go")}
    subprocess.run(["go", "build", "-o", program, SOURCE], env={**environment, "CGO_ENABLED": "0"}, check=True)
    return program


def test_note_tiles_proofs_and_consistency_are_verified(log: Log) -> None:
    ended = log.verify(*log.files)
    assert ended.stderr == ""
    assert ended.stdout.startswith(f"verified 300 leaves and {len(log.files)} files; root ")
    assert len(log.files) == 2 + 3 + 6 + len(SIZES)


def test_other_key_is_refused(log: Log) -> None:
    assert "malformed" in log.verify(key="x").stderr
    assert "no verifiable signatures" in log.verify(key=str(KEYS.verifier("other.example/ledger"))).stderr


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_altered_file_is_refused(log: Log, path: str, tmp_path: Path) -> None:
    shutil.copytree(log.folder, tmp_path / "log")
    file = tmp_path / "log" / path
    content = file.read_bytes()
    file.write_bytes(content[:30] + bytes([content[30] ^ 1]) + content[31:])
    assert log._replace(folder=tmp_path / "log").verify().returncode == 1


def test_altered_proof_and_fork_are_refused(log: Log, tmp_path: Path) -> None:
    proof = (log.folder.parent / "293-300.tlog-proof").read_bytes()
    other = tmp_path / "other.tlog-proof"
    other.write_bytes(proof.replace(b"index 293", b"index 292"))
    assert "invalid transparency proof" in log.verify(other).stderr
    place = LedgerPlace.parse(str(tmp_path / "fork.db"))

    async def fork() -> bytes:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            await ledger.add([receipt(9), receipt(8)], "shop", ["verified"] * 2)
            return ledger.checkpoint()

    (tmp_path / "fork").write_bytes(asyncio.run(fork()))
    assert "invalid transparency proof" in log.verify(tmp_path / "fork").stderr
