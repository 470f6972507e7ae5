"""Tests of the state file: the state survives restarts, killed processes and full disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from client.host import Host, answer, hang_up, serving, validated
from client.world import START, TEXT, Clock, NewReader, Reader, document, manifest
from inforce.client import Outcome, Policies, Reason
from inforce.manifest import to_bytes
from inforce.signing import generate_key, sign
from inforce.text import Digest
from special_files import SPECIAL_FILES, Make, without_waiting

PLAIN = "/policies.json"
LATER = START + timedelta(days=2)
FIRST, SECOND = int(START.timestamp()), int(LATER.timestamp())

# An app in its own process: it refreshes once at a fixed time and prints its state.
APP = """
import sys
from datetime import datetime
from inforce.client import Policies
site, state, now = sys.argv[1:4]
{before}
policies = Policies(site, state_file=state, clock=lambda: datetime.fromisoformat(now))
report = policies.refresh()
print(policies.manifest.serial if policies.manifest else None, report)
"""
KILLED_BEFORE_THE_NEW_FILE_IS_THERE = """
import os, pathlib, signal
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_IN_THE_MIDDLE_OF_WRITING = """
import os, signal
os.fsync = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
NO_SPACE_LEFT = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.fixture
def settled(host: Host, clock: Clock, reader: NewReader, state: Path) -> Reader:
    """Create an app that has a good manifest, and a host that has a newer one."""
    host.at[PLAIN] = serving(manifest)
    app = reader(state_file=state)
    app.refresh()
    clock.now = LATER
    host.at[PLAIN] = serving(lambda site: manifest(site, LATER))
    return app


def with_version(site: str, issued: datetime, policy: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """Return a manifest with `fields` of its version and of its `policy` changed; None removes a field."""
    changed = document(site, issued)
    (listed,) = changed["policies"]
    listed.update(policy or {})
    (version,) = listed["versions"]
    listed["versions"] = [{name: value for name, value in (version | fields).items() if value is not None}]
    return to_bytes(changed)


def http_date(instant: datetime) -> str:
    """Return `instant` as the value of a Date header."""
    return format_datetime(instant, usegmt=True)


def app_of_its_own(host: Host, state: Path, before: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run an app in another process, which executes `before` first."""
    command = [sys.executable, "-W", "error", "-c", APP.format(before=before), host.url, str(state), LATER.isoformat()]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(command, capture_output=True, text=True, check=check, env=environment)


class TestRestarts:
    def test_state_is_restored_without_a_request(
        self, host: Host, reader: NewReader, settled: Reader, state: Path
    ) -> None:
        settled.refresh()
        host.at[PLAIN] = hang_up

        again = reader(state_file=state)

        assert again.serial == SECOND
        assert again.refresh() is None
        assert len(host.asked) == 2

    def test_rollback_is_detected_across_a_restart(
        self, host: Host, clock: Clock, reader: NewReader, settled: Reader, state: Path
    ) -> None:
        settled.refresh()
        clock.pass_by(days=2)
        host.at[PLAIN] = serving(manifest)

        report = reader(state_file=state).refresh()

        assert report is not None
        assert report.reason is Reason.ROLLBACK

    def test_restart_loop_does_not_overload_a_failing_host(self, host: Host, reader: NewReader, state: Path) -> None:
        host.at[PLAIN] = answer(b"", status=503, Retry_After="3600")

        for _ in range(3):
            reader(state_file=state).refresh()

        assert len(host.asked) == 1

    def test_serial_is_forgotten_with_the_key_that_signed_it(
        self, host: Host, clock: Clock, reader: NewReader, state: Path
    ) -> None:
        old, new = generate_key(), generate_key()
        tomorrow = START + timedelta(hours=20)
        host.at["/policies.jws.json"] = serving(
            lambda site: sign(manifest(site, tomorrow), [old]), Date=http_date(tomorrow)
        )
        reader(state_file=state, keys=[old.public.to_jwk()]).refresh()

        app = reader(state_file=state, keys=[new.public.to_jwk()])

        assert app.serial is None
        assert app.reports[-1].reason is Reason.SIGNATURE
        host.at["/policies.jws.json"] = serving(lambda site: sign(manifest(site), [new]))
        clock.pass_by(days=1)
        report = app.refresh()
        assert report is not None
        assert report.reason is None
        assert app.serial == int(START.timestamp())

    def test_versions_and_host_time_are_forgotten_with_the_key_that_signed_them(
        self, host: Host, reader: NewReader, state: Path
    ) -> None:
        """A stolen key may also have signed other texts and an expiry that makes a distant time acceptable."""
        stolen, new = generate_key(), generate_key()
        site = host.url
        hostile = document(site, expires_at="2099-01-01T00:00:00Z")
        hostile["policies"][0]["versions"][0]["digests"] = {"en": str(Digest.of("other words"))}
        host.at["/policies.jws.json"] = answer(sign(to_bytes(hostile), [stolen]), Date="Thu, 01 Jan 2098 00:00:00 GMT")
        reader(state_file=state, keys=[stolen.public.to_jwk()]).refresh()
        host.at["/policies.jws.json"] = answer(sign(manifest(site), [new]))

        app = reader(state_file=state, keys=[new.public.to_jwk()])
        report = app.refresh()

        assert report is not None
        assert report.reason is None
        assert app.check()["outcome"] == "block"

    def test_serial_is_kept_while_one_of_its_keys_is_trusted(
        self, host: Host, clock: Clock, reader: NewReader, state: Path
    ) -> None:
        old, new = generate_key(), generate_key()
        both = [old.public.to_jwk(), new.public.to_jwk()]
        tomorrow = START + timedelta(hours=20)
        host.at["/policies.jws.json"] = serving(
            lambda site: sign(manifest(site, tomorrow), [old, new]), Date=http_date(tomorrow)
        )
        reader(state_file=state, keys=both).refresh()

        app = reader(state_file=state, keys=[new.public.to_jwk()])
        host.at["/policies.jws.json"] = serving(lambda site: sign(manifest(site), [new]))
        clock.pass_by(days=1)
        report = app.refresh()

        assert report is not None
        assert report.reason is Reason.ROLLBACK

    def test_manifest_whose_serial_differs_from_its_issue_time_is_refused(self, host: Host, reader: NewReader) -> None:
        host.at["/policies.json"] = serving(lambda site: manifest(site, serial=int(START.timestamp()) + 1))

        app = reader()
        report = app.refresh()

        assert report is not None
        assert report.reason is Reason.SCHEMA

    def test_manifest_inserted_into_the_file_needs_a_valid_signature(
        self, host: Host, reader: NewReader, state: Path
    ) -> None:
        host.at[PLAIN] = serving(manifest)
        reader(state_file=state).refresh()

        app = reader(state_file=state, keys=[generate_key().public.to_jwk()])

        assert app.serial is None


class TestSavedSerialFromTheFuture:
    FUTURE = START + timedelta(days=27_000)

    @pytest.fixture
    def saved(self, host: Host, clock: Clock, reader: NewReader, state: Path) -> None:
        """Save the state of an app that accepted a manifest while its clock and the host's clock were far ahead."""
        hostile = document(host.url, self.FUTURE)
        hostile["policies"][0]["versions"][0]["digests"] = {"en": str(Digest.of("other words"))}
        host.at[PLAIN] = answer(to_bytes(hostile), Date=http_date(self.FUTURE))
        clock.now = self.FUTURE
        assert reader(state_file=state).refresh() is not None
        assert json.loads(state.read_bytes())["states"]["policies.json"]["last_serial"] == self.FUTURE.timestamp()
        clock.now = START

    @pytest.mark.parametrize("headers", [{"Date": http_date(START)}, {}], ids=["host time", "no host time"])
    @pytest.mark.usefixtures("saved")
    def test_future_manifest_is_dropped_and_the_next_one_is_accepted_and_saved(
        self, host: Host, reader: NewReader, state: Path, headers: dict[str, str]
    ) -> None:
        host.at[PLAIN] = serving(manifest, **headers)

        app = reader(state_file=state)
        report = app.refresh()

        assert report is not None
        assert (report.outcome, report.reason, app.serial) == (Outcome.UPDATED, None, FIRST)
        assert app.check()["outcome"] == "block"
        assert reader(state_file=state).serial == FIRST

    @pytest.mark.usefixtures("saved")
    def test_future_manifest_is_kept_while_the_host_confirms_its_time(
        self, host: Host, reader: NewReader, state: Path
    ) -> None:
        host.at[PLAIN] = serving(manifest, Date=http_date(self.FUTURE))

        report = reader(state_file=state).refresh()

        assert report is not None
        assert report.reason is Reason.ROLLBACK


class TestTwoManifests:
    SHOP = "manifests/shop.json"

    def test_older_manifest_at_another_path_is_not_a_rollback(
        self, host: Host, settled: Reader, reader: NewReader, state: Path
    ) -> None:
        settled.refresh()
        host.at[f"/{self.SHOP}"] = serving(lambda site: manifest(site, path=self.SHOP))

        shop = reader(state_file=state, manifest=self.SHOP)
        report = shop.refresh()

        assert report is not None
        assert report.reason is None
        assert shop.serial == FIRST
        assert reader(state_file=state).serial == SECOND
        assert reader(state_file=state, manifest=self.SHOP).serial == FIRST

    def test_rollback_is_detected_per_manifest_path(
        self, host: Host, clock: Clock, settled: Reader, reader: NewReader, state: Path
    ) -> None:
        settled.refresh()
        host.at[f"/{self.SHOP}"] = serving(lambda site: manifest(site, path=self.SHOP))
        reader(state_file=state, manifest=self.SHOP).refresh()
        clock.pass_by(days=2)
        host.at[PLAIN] = serving(manifest)

        report = reader(state_file=state).refresh()

        assert report is not None
        assert report.reason is Reason.ROLLBACK

    def test_snapshot_of_another_manifest_path_is_refused(self, reader: NewReader, host: Host) -> None:
        app = reader(snapshot=manifest(host.url), manifest=self.SHOP)

        assert app.serial is None
        assert app.reports[-1].reason is Reason.WRONG_PATH

    @pytest.mark.parametrize("path", ["shop.json", "manifests/policies.json", "../x.json", "policies.jws.json", ""])
    def test_path_that_is_no_manifest_path_is_refused(self, reader: NewReader, path: str) -> None:
        with pytest.raises(ValueError, match="path of a manifest"):
            reader(manifest=path)


class TestManifestAheadOfThisMachine:
    """Without a server time, nothing from a manifest dated in the future is saved or blocks another one."""

    def test_future_manifest_is_used_by_this_process_only(self, host: Host, reader: NewReader, state: Path) -> None:
        ahead = START + timedelta(days=27_000)
        host.at[PLAIN] = serving(lambda site: manifest(site, ahead))
        app = reader(state_file=state)

        first = app.refresh()

        assert first is not None
        assert (first.outcome, first.reason, app.serial) == (Outcome.UPDATED, None, int(ahead.timestamp()))
        assert app.check()["outcome"] == "block"
        assert app.refresh() is None
        assert not state.exists()
        host.at[PLAIN] = serving(manifest)
        again = reader(state_file=state)
        assert again.serial is None
        again.refresh()
        assert (again.serial, json.loads(state.read_bytes())["states"]["policies.json"]["last_serial"]) == (
            FIRST,
            FIRST,
        )

    def test_process_accepts_an_earlier_manifest_with_other_texts_later(
        self, host: Host, clock: Clock, reader: NewReader, state: Path
    ) -> None:
        hostile = document(host.url, LATER)
        hostile["policies"][0]["versions"][0]["digests"] = {"en": str(Digest.of("other words"))}
        host.at[PLAIN] = answer(to_bytes(hostile))
        app = reader(state_file=state)
        app.refresh()
        assert app.serial == SECOND
        host.at[PLAIN] = serving(manifest)
        clock.pass_by(days=1)

        report = app.refresh()

        assert report is not None
        assert (report.outcome, report.reason, app.serial) == (Outcome.UPDATED, None, FIRST)

    def test_failure_after_a_future_manifest_does_not_save_it(
        self, host: Host, clock: Clock, reader: NewReader, state: Path
    ) -> None:
        host.at[PLAIN] = serving(lambda site: manifest(site, LATER))
        app = reader(state_file=state)
        app.refresh()
        host.at[PLAIN] = hang_up
        clock.pass_by(days=1)
        app.refresh()
        assert app.serial == SECOND
        assert not state.exists()

    def test_snapshot_ahead_of_the_clock_does_not_block_an_earlier_manifest(
        self, host: Host, reader: NewReader, state: Path
    ) -> None:
        app = reader(state_file=state, snapshot=manifest(host.url, LATER))
        assert app.serial == SECOND
        host.at[PLAIN] = serving(manifest)

        app.refresh()

        assert app.serial == FIRST

    def test_saved_manifest_whose_serial_differs_from_its_issue_time_is_dropped(
        self, host: Host, reader: NewReader, state: Path
    ) -> None:
        host.at[PLAIN] = serving(manifest)
        reader(state_file=state).refresh()
        saved = json.loads(state.read_bytes())
        saved["states"]["policies.json"]["manifest"] = manifest(host.url, serial=FIRST + 1).decode()
        saved["digest"] = str(Digest.of(json.dumps(saved["states"], sort_keys=True)))
        state.write_text(json.dumps(saved), "utf-8")

        app = reader(state_file=state)

        assert (app.serial, app.reports[-1].reason) == (None, Reason.SCHEMA)
        app.refresh()
        assert app.serial == FIRST


class TestCrashes:
    @pytest.mark.parametrize(
        "before",
        [
            pytest.param(KILLED_BEFORE_THE_NEW_FILE_IS_THERE, id="before the new file replaces the old one"),
            pytest.param(KILLED_IN_THE_MIDDLE_OF_WRITING, id="while the new file is written"),
        ],
    )
    def test_killing_a_process_before_it_saves_leaves_the_last_good_state(
        self, host: Host, settled: Reader, reader: NewReader, state: Path, before: str
    ) -> None:
        saved = state.read_bytes()

        process = app_of_its_own(host, state, before, check=False)

        assert process.returncode == -9
        assert state.read_bytes() == saved
        again = reader(state_file=state)
        assert again.serial == settled.serial == FIRST
        again.refresh()
        assert again.serial == SECOND

    def test_full_disk_leaves_the_old_file_and_the_new_manifest_in_use(
        self, host: Host, settled: Reader, state: Path
    ) -> None:
        before = state.read_bytes()

        process = app_of_its_own(host, state, NO_SPACE_LEFT)

        assert process.stdout.startswith(f"{SECOND} updated: state-file: the state file {state} cannot be written: ")
        assert state.read_bytes() == before
        assert settled.serial == FIRST

    def test_missing_folder_is_reported_and_raises_no_error(
        self, host: Host, reader: NewReader, tmp_path: Path
    ) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader(state_file=tmp_path / "none" / "state.json")

        report = app.refresh()

        assert report is not None
        assert (report.outcome, report.reason, app.serial) == (Outcome.UPDATED, Reason.STATE_FILE, FIRST)


def swapped_byte(data: bytes) -> bytes:
    place = data.index(b'"sha256:', data.index(b'"known"')) + 12
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("nothing in it", lambda data: data[:0]),
    ("half of it", lambda data: data[: len(data) // 2]),
    ("a bit turned over", swapped_byte),
    ("zeros", lambda data: b"\0" * len(data)),
    ("something else", lambda data: data[:0] + b'{"hello":"world"}'),
    ("a list", lambda data: data[:0] + b"[]"),
    ("thirty thousand levels", lambda data: data[:0] + b"[" * 30_000),
    ("the state of another site", lambda data: data.replace(b'"site": "http', b'"site": "https', 1)),
]


class TestDamage:
    @pytest.mark.parametrize("damage", [pytest.param(damage, id=name) for name, damage in DAMAGES])
    def test_damaged_file_is_reported_and_replaced_and_the_app_starts(
        self, settled: Reader, reader: NewReader, state: Path, damage: Callable[[bytes], bytes]
    ) -> None:
        state.write_bytes(damage(state.read_bytes()))

        app = reader(state_file=state)

        assert app.serial is None
        assert app.reports[-1].reason is Reason.STATE_FILE
        app.refresh()
        assert app.serial == SECOND
        assert reader(state_file=state).serial == SECOND
        assert settled.serial == FIRST

    def test_damage_during_a_run_has_no_effect(self, settled: Reader, state: Path) -> None:
        state.write_bytes(b"{")

        report = settled.refresh()

        assert report is not None
        assert (report.outcome, report.reason, settled.serial) == (Outcome.UPDATED, None, SECOND)

    def test_folder_in_place_of_the_file_is_reported(self, host: Host, reader: NewReader, state: Path) -> None:
        state.mkdir()
        host.at[PLAIN] = serving(manifest)

        app = reader(state_file=state)

        assert app.reports[-1].reason is Reason.STATE_FILE
        app.refresh()
        assert app.serial == FIRST

    @pytest.mark.parametrize(("make", "kind"), SPECIAL_FILES)
    @pytest.mark.parametrize("name", ["state.json", ".state.json.lock"], ids=["the file", "its lock"])
    def test_special_file_is_reported_without_blocking_and_not_replaced(
        self, host: Host, reader: NewReader, tmp_path: Path, name: str, make: Make, kind: str
    ) -> None:
        make(tmp_path / name)
        before = (tmp_path / name).lstat().st_ino
        host.at[PLAIN] = serving(manifest)

        with without_waiting():
            app = reader(state_file=tmp_path / "state.json")
            report = app.refresh()

        assert report is not None
        assert (report.outcome, report.reason, app.serial) == (Outcome.UPDATED, Reason.STATE_FILE, FIRST)
        assert f"got {kind}" in report.detail or "Is a directory" in report.detail
        assert (tmp_path / name).lstat().st_ino == before

    def test_snapshot_is_used_if_the_file_is_damaged(self, host: Host, reader: NewReader, state: Path) -> None:
        state.write_bytes(b"{")

        app = reader(state_file=state, snapshot=manifest(host.url))

        assert (app.serial, app.reports[-1].reason) == (FIRST, Reason.STATE_FILE)


class TestTwoProcesses:
    def test_one_process_polls_and_the_other_reads_its_state(self, host: Host, settled: Reader, state: Path) -> None:
        app_of_its_own(host, state)
        count = len(host.asked)

        report = settled.refresh()

        assert report is None
        assert (settled.serial, len(host.asked)) == (SECOND, count)

    def test_slow_process_does_not_replace_a_newer_state(
        self, host: Host, settled: Reader, reader: NewReader, state: Path
    ) -> None:
        slow, fast = settled, reader(state_file=state)

        def meanwhile(site: str) -> bytes:
            newest = LATER + timedelta(hours=1)
            host.at[PLAIN] = serving(lambda site: manifest(site, newest), Date=http_date(newest))
            fast.refresh()
            return manifest(site, LATER)

        host.at[PLAIN] = serving(meanwhile, Date=http_date(LATER))
        slow.refresh()

        newest = int((LATER + timedelta(hours=1)).timestamp())
        assert (fast.serial, slow.serial, reader(state_file=state).serial) == (newest, newest, newest)

    def test_different_manifests_with_one_serial_in_two_processes_are_detected(
        self, host: Host, settled: Reader, reader: NewReader, state: Path
    ) -> None:
        second = reader(state_file=state)

        def meanwhile(site: str) -> bytes:
            host.at[PLAIN] = serving(lambda site: manifest(site, LATER, poll_seconds=60))
            second.refresh()
            return manifest(site, LATER)

        host.at[PLAIN] = serving(meanwhile)
        report = settled.refresh()

        assert report is not None
        assert (report.outcome, report.reason, settled.serial) == (Outcome.KEPT, Reason.EQUIVOCATION, FIRST)
        assert "another process received" in report.detail

    def test_concurrent_writes_leave_one_complete_file(self, host: Host, state: Path) -> None:
        instants = [START + timedelta(minutes=minute) for minute in range(12)]
        apps = [Policies(host.url, state_file=state, clock=lambda now=now: now) for now in instants]  # type: ignore[misc]
        snapshots = [manifest(host.url, now) for now in instants]
        host.at[PLAIN] = lambda exchange: answer(snapshots.pop(), Date=http_date(instants[-1]))(exchange)

        threads = [Thread(target=app.refresh) for app in apps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert json.loads(state.read_bytes())["states"]["policies.json"]["last_serial"] == int(instants[-1].timestamp())

    def test_lock_held_for_more_than_a_second_is_reported(self, settled: Reader, state: Path) -> None:
        import fcntl

        with state.with_name(".state.json.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            report = settled.refresh()

        assert report is not None
        assert (report.outcome, report.reason, settled.serial) == (Outcome.UPDATED, Reason.STATE_FILE, SECOND)
        assert report.detail.endswith("state.json cannot be written: another process holds the lock")

    def test_link_in_place_of_the_lock_is_reported_and_not_followed(
        self, settled: Reader, state: Path, tmp_path: Path
    ) -> None:
        state.with_name(".state.json.lock").unlink()
        state.with_name(".state.json.lock").symlink_to("elsewhere")

        report = settled.refresh()

        assert report is not None
        assert (report.outcome, report.reason, settled.serial) == (Outcome.UPDATED, Reason.STATE_FILE, SECOND)
        assert not (tmp_path / "elsewhere").exists()


class TestWhatIsKept:
    def test_versions_removed_from_the_manifest_remain_known(
        self, host: Host, settled: Reader, reader: NewReader, state: Path
    ) -> None:
        host.at[PLAIN] = serving(lambda site: manifest(site, LATER, policies=[]))
        settled.refresh()
        host.at["/terms/2026-01-01/en.md"] = answer(TEXT.encode(), Content_Type="text/markdown")

        assert reader(state_file=state).text().markdown == TEXT

    def test_act_and_amended_version_remain_known(
        self, host: Host, clock: Clock, reader: NewReader, state: Path
    ) -> None:
        known = {"amends": 1, "act": "acknowledge", "change": "notice"}
        host.at[PLAIN] = serving(lambda site: with_version(site, START, **known))
        reader(state_file=state).refresh()
        clock.now = LATER
        host.at[PLAIN] = serving(lambda site: with_version(site, LATER, **known | {"amends": None}))
        other = reader(state_file=state)
        report = other.refresh()
        host.at["/terms/2026-01-01/en.md"] = answer(TEXT.encode(), Content_Type="text/markdown")

        assert (report and report.reason, other.text().act) == (Reason.CHANGED_VERSION, "acknowledge")

    def test_policy_may_change_its_act_if_known_versions_keep_theirs(self, host: Host, settled: Reader) -> None:
        host.at[PLAIN] = serving(lambda site: with_version(site, LATER, {"act": "consent"}, act="accept"))

        report = settled.refresh()

        assert (report and report.outcome, settled.serial) == (Outcome.UPDATED, SECOND)

    def test_etag_is_kept_across_a_restart(self, host: Host, clock: Clock, reader: NewReader, state: Path) -> None:
        host.at[PLAIN] = validated(manifest(host.url), '"v1"')
        reader(state_file=state).refresh()
        clock.now = LATER

        report = reader(state_file=state).refresh()

        assert report is not None
        assert report.outcome is Outcome.UNCHANGED
        assert host.asked[-1][1]["if-none-match"] == '"v1"'
