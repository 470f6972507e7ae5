"""The unit of systemd and the image: the unit is valid and hardened, and the process reports when it is ready."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from client.published_site import Published
from inforce.cli import ledger_serve
from inforce.ledger.keys import LedgerKeys
from ledger.test_commands import local_copy, site  # noqa: F401 - a fixture

DEPLOY = Path(__file__).parents[2] / "tooling" / "deploy"
UNIT = (DEPLOY / "inforce-ledger.service").read_text("utf-8")
IMAGE = (DEPLOY / "Containerfile").read_text("utf-8")
PROGRAM = "/opt/inforce/bin/inforce"


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unit, with the program of this environment."""
    file = tmp_path_factory.mktemp("systemd") / "inforce-ledger.service"
    file.write_text(UNIT.replace(PROGRAM, str(Path(sys.executable).with_name("inforce"))), "utf-8")
    return file


def test_unit_is_valid(unit: Path) -> None:
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    own = [line for line in checked.stderr.splitlines() if unit.name in line]
    assert (checked.returncode, own) == (0, [])


def test_unit_exposes_little(unit: Path) -> None:
    words = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", str(unit)]
    rated = subprocess.run(words, capture_output=True, text=True, check=False)
    assert rated.returncode == 0, rated.stdout[-200:]


def command_of_the_unit(database: Path, address: str) -> list[str]:
    """Return the command of the unit for another database, site and port."""
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    words = line.replace("/var/lib/inforce-ledger/ledger.db", str(database)).replace("${SITE}", address).split()
    return [sys.executable, "-m", "inforce.cli", *words[1:], "--port", "0"]


def test_process_reports_that_it_answers(site: Published, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    credentials, state = tmp_path / "credentials", tmp_path / "state"
    credentials.mkdir()
    state.mkdir()
    LedgerKeys.generate().write(credentials / "ledger-keys")
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, local_copy(site.folder) as address:
        manager.bind(place)
        manager.settimeout(20)
        process = subprocess.Popen(
            command_of_the_unit(state / "ledger.db", address),
            env={**os.environ, "NOTIFY_SOCKET": place, "CREDENTIALS_DIRECTORY": str(credentials)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert manager.recv(100) == b"READY=1"
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(2)]
            assert (lines[0][:5], "answers at" in lines[1]) == ("key: ", True)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.communicate()
    # Credentials are read-only under systemd: nothing else was written there.
    assert [file.name for file in credentials.iterdir()] == ["ledger-keys"]
    assert (state / "ledger-site.json").exists()


@pytest.mark.parametrize("name", ["@inforce-test-{}", "/absent/{}", "vsock:2:1234", ""])
def test_report_without_a_reader_is_no_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    place = name.format(os.getpid())
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        if place.startswith("@"):  # an abstract socket
            manager.bind(place.replace("@", "\0", 1))
        ledger_serve._notify("READY=1")
        assert not place.startswith("@") or manager.recv(100) == b"READY=1"


def test_image_installs_pinned_packages_only_and_runs_as_a_user_without_rights() -> None:
    commands = IMAGE.replace("\\\n", " ")
    installs = [each.strip() for each in re.findall(r"pip install([^&\n]*)", commands)]
    assert len(installs) == 2
    assert "--require-hashes --requirement /build/ledger.txt" in installs[0]
    assert installs[1] == "--no-deps --no-index /build/inforce-*.whl"
    last = IMAGE.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert f'ENTRYPOINT ["{PROGRAM}", "ledger"]' in last
