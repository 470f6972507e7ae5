"""Tests of the client as an app uses it: polling, decisions without delay, and verified texts."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import inforce.client
from book_builder import BookBuilder, instant
from client.host import Behaviour, Host, answer, hang_up, redirect, serving, silence, validated
from client.world import SHORT, START, SUBJECT, TEXT, Clock, NewReader, digests_path, document, manifest, proven
from inforce import address
from inforce.client import AsyncPolicies, Outcome, Policies, Reason, RefusedError
from inforce.errors import DigestMismatchError, SetupError, ShapeError, SignatureError, UnknownVersionError
from inforce.manifest import to_bytes
from inforce.signing import Algorithm, generate_key, sign
from inforce.text import Digest

SITE = "https://policies.shop.example/"
NAIVE = datetime(2027, 3, 1)  # noqa: DTZ001 - tests are about a time without a zone
PLAIN, SIGNED, TEXT_FILE = "/policies.json", "/policies.jws.json", "/terms/2026-01-01/en.md"
LATER = START + timedelta(days=2)
FIRST, SECOND = int(START.timestamp()), int(LATER.timestamp())


OLD_TEXT = "# Terms\n\nLong ago.\n"
OLDER = {"seq": 1, "version": "2025-01-01", "digests": {"en": str(Digest.of(OLD_TEXT))}}


def publish(host: Host, *older: dict[str, Any]) -> None:
    """Serve a manifest of version 2 on `host`, and the digests of `older` versions."""
    stated, digests = proven(host.url, *older)
    host.at[PLAIN] = answer(to_bytes(stated))
    host.at[digests_path(stated)] = answer(digests)


class TestAsking:
    def test_first_check_fetches_the_manifest_and_decides(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)

        decision = reader().check([])

        (policy,) = decision["policies"]
        assert (decision["outcome"], policy["reason"], policy["target_seq"]) == ("block", "first-time", 2)

    def test_no_request_is_sent_before_the_poll_is_due(self, host: Host, clock: Clock, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader()
        app.check([])

        clock.pass_by(seconds=86_399)
        app.check([])

        assert len(host.asked) == 1

    def test_due_poll_runs_in_the_background(self, host: Host, clock: Clock, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader()
        app.check([])
        clock.now = LATER
        host.at[PLAIN] = serving(lambda site: manifest(site, LATER))

        app.check([])

        for thread in threading.enumerate():
            if thread.name == "inforce-refresh":
                thread.join(5)
        assert app.serial == SECOND

    def test_requests_are_conditional_and_without_cookies(self, host: Host, clock: Clock, reader: NewReader) -> None:
        host.at[PLAIN] = lambda exchange: answer(manifest(host.url), ETag='"1"', Set_Cookie="a=b")(exchange)
        app = reader()
        app.refresh()
        clock.now = LATER
        app.refresh()

        (_, first), (_, second) = host.asked
        assert ("if-none-match" in first, second["if-none-match"]) == (False, '"1"')
        assert ("cookie" in first, "cookie" in second) == (False, False)

    def test_304_keeps_the_manifest_and_restarts_the_interval(
        self, host: Host, clock: Clock, reader: NewReader
    ) -> None:
        host.at[PLAIN] = validated(manifest(host.url), '"1"')
        app = reader()
        app.refresh()
        clock.now = LATER

        report = app.refresh()

        assert report is not None
        assert (report.outcome, report.reason, app.serial) == (Outcome.UNCHANGED, None, FIRST)
        assert app.refresh() is None

    def test_same_bytes_are_reported_as_unchanged(self, host: Host, clock: Clock, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader()
        app.refresh()
        clock.now = LATER

        report = app.refresh()

        assert report is not None
        assert report.outcome is Outcome.UNCHANGED

    def test_redirect_within_the_site_is_followed(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = redirect("/legal/policies.json", status=308)
        host.at["/legal/policies.json"] = serving(manifest)
        app = reader()

        app.refresh()

        assert app.serial == FIRST

    def test_cookies_of_a_redirect_are_not_sent(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = answer(b"", status=302, Location="/b", Set_Cookie="a=b; Path=/")
        host.at["/b"] = serving(manifest)

        reader().refresh()

        assert [("cookie" in headers) for _, headers in host.asked] == [False, False]

    def test_site_below_a_path_is_polled_below_that_path(self, host: Host, reader: NewReader) -> None:
        host.at["/legal/policies.json"] = serving(lambda site: manifest(f"{site}legal/"))
        app = reader(address=f"{host.url}legal/")

        app.refresh()

        assert app.serial == FIRST

    def test_compressed_manifest_is_read(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(lambda site: gzip.compress(manifest(site)), Content_Encoding="gzip")
        app = reader()

        app.refresh()

        assert app.serial == FIRST

    def test_unknown_minor_specification_and_unknown_fields_are_accepted(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(lambda site: manifest(site, spec="1.9", future={"a": [None]}))
        app = reader()

        assert app.check([])["outcome"] == "block"


class TestBusyHosts:
    @pytest.mark.parametrize(
        ("retry_after", "waited"),
        [
            pytest.param("36000", 45_000, id="seconds are honoured"),
            pytest.param("0", 21_600, id="but not less than the client's own delay"),
            pytest.param("99999999999999999999", 108_000, id="up to a day"),
            pytest.param("Sun, 20 Sep 2026 16:00:00 GMT", 45_000, id="a date is honoured"),
            pytest.param("Sun, 20 Sep 2020 06:00:00 GMT", 21_600, id="a past date is ignored"),
            pytest.param("Sun, 20 Sep 2099 06:00:00 GMT", 108_000, id="a distant date is limited to a day"),
            pytest.param("-1", 21_600, id="a negative number is ignored"),
            pytest.param("1.5", 21_600, id="a fraction is ignored"),
            pytest.param("soon", 21_600, id="a word is ignored"),
            pytest.param("٣٦٠٠".encode().decode("latin-1"), 21_600, id="other digits are ignored"),
            pytest.param("Mon, 99 Foo 2026 99:00:00 GMT", 21_600, id="an invalid date is ignored"),
        ],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_header_is_respected(
        self, host: Host, clock: Clock, reader: NewReader, retry_after: str, waited: int, status: int
    ) -> None:
        app = reader(snapshot=manifest(host.url))
        host.at[PLAIN] = answer(b"", status=status, Retry_After=retry_after)
        app.refresh()

        clock.pass_by(seconds=waited - 1)
        assert app.refresh() is None
        clock.pass_by(seconds=1)
        assert app.refresh() is not None

    def test_with_a_manifest_retry_delays_grow_from_a_quarter_of_the_interval(
        self, host: Host, clock: Clock, reader: NewReader
    ) -> None:
        app = reader(snapshot=manifest(host.url))
        host.at[PLAIN] = hang_up

        assert waits(app, clock) == [21_600, 43_200, 86_400, 86_400]

    def test_without_a_manifest_retry_delays_grow_from_one_minute(self, clock: Clock, reader: NewReader) -> None:
        assert waits(reader(), clock)[:4] == [60, 120, 240, 480]


def waits(app: Any, clock: Clock) -> list[int]:
    """Refresh repeatedly as soon as it is due; return the seconds between refreshes."""
    app.refresh()
    instants = [clock.now]
    while len(instants) < 5:
        clock.pass_by(seconds=60)
        if app.refresh():
            instants.append(clock.now)
    return [int((later - earlier).total_seconds()) for earlier, later in itertools.pairwise(instants)]


class TestOneQuestionPerProcess:
    def test_other_threads_use_the_old_manifest_during_a_refresh(self, host: Host, clock: Clock) -> None:
        policies = Policies(host.url, snapshot=manifest(host.url), limits=SHORT, clock=clock)
        host.at[PLAIN] = silence

        decisions = [policies.check([], SUBJECT)["outcome"] for _ in range(50)]  # type: ignore[arg-type]  # plain data

        assert decisions == ["block"] * 50
        for thread in threading.enumerate():
            if thread.name == "inforce-refresh":
                thread.join(5)
        assert len(host.asked) == 1

    def test_other_tasks_use_the_old_manifest_during_a_refresh(self, host: Host, clock: Clock) -> None:
        policies = AsyncPolicies(host.url, snapshot=manifest(host.url), limits=SHORT, clock=clock)
        host.at[PLAIN] = silence

        async def many() -> list[str]:
            asked = [policies.check([], SUBJECT) for _ in range(50)]  # type: ignore[arg-type]  # plain data
            decisions = await asyncio.gather(*asked)
            await asyncio.sleep(0.7)
            return [decision["outcome"] for decision in decisions]

        assert asyncio.run(many()) == ["block"] * 50
        assert len(host.asked) == 1

    def test_process_forked_during_a_refresh_polls_independently(self, host: Host, clock: Clock) -> None:
        policies = Policies(host.url, snapshot=manifest(host.url), limits=SHORT, clock=clock)
        with policies._session.turn() as request:
            assert request is not None
            assert not policies._session.is_due
            policies._session._process = os.getpid() - 1  # the state of a child process after a fork

            assert policies._session.is_due


class TestSnapshots:
    def test_app_that_never_reached_the_site_uses_its_snapshot(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = hang_up

        assert reader(snapshot=manifest(host.url)).check([])["outcome"] == "block"

    def test_snapshot_does_not_replace_a_newer_state(
        self, host: Host, clock: Clock, reader: NewReader, tmp_path: Path
    ) -> None:
        clock.now = LATER
        host.at[PLAIN] = serving(lambda site: manifest(site, LATER))
        reader(state_file=tmp_path / "state.json").refresh()

        assert reader(state_file=tmp_path / "state.json", snapshot=manifest(host.url)).serial == SECOND

    def test_newer_snapshot_replaces_the_state(self, host: Host, reader: NewReader, tmp_path: Path) -> None:
        host.at[PLAIN] = serving(manifest)
        reader(state_file=tmp_path / "state.json").refresh()

        snapshot = manifest(host.url, LATER)
        assert reader(state_file=tmp_path / "state.json", snapshot=snapshot).serial == SECOND

    @pytest.mark.parametrize(
        ("snapshot", "reason"),
        [
            pytest.param(lambda site: manifest(site, serial=FIRST + 1), Reason.SCHEMA, id="one with another serial"),
            pytest.param(lambda site: b"{", Reason.NOT_JSON, id="a damaged one"),  # noqa: ARG005 - common signature
            pytest.param(lambda site: manifest(site + "x/"), Reason.WRONG_SITE, id="one of another site"),
        ],
    )
    def test_invalid_snapshot_is_reported_and_the_app_starts(
        self, host: Host, reader: NewReader, snapshot: Callable[[str], bytes], reason: Reason
    ) -> None:
        host.at[PLAIN] = serving(manifest)

        app = reader(snapshot=snapshot(host.url))

        assert app.reports[-1].reason is reason
        assert app.check([])["outcome"] == "block"


class TestKeys:
    def test_client_with_keys_requests_and_accepts_the_signed_file(self, host: Host, reader: NewReader) -> None:
        key, other = generate_key(), generate_key(Algorithm.ES256)
        host.at[SIGNED] = serving(lambda site: sign(manifest(site), [key, other]))
        app = reader(keys=[other.public.to_jwk()])

        app.refresh()

        assert (app.serial, [path for path, _ in host.asked]) == (FIRST, [SIGNED])

    def test_private_key_in_an_app_is_rejected(self) -> None:
        with pytest.raises(SignatureError, match="this is a private key"):
            Policies("https://policies.shop.example/", keys=[generate_key().to_jwk()])


class TestSites:
    @pytest.mark.parametrize(
        "site",
        [
            "http://policies.shop.example/",
            "https://policies.shop.example",
            "https://user:secret@policies.shop.example/",
            "https://policies.shop.example/?a=b",
            "https://policies.shop.example/#a",
            "https:///",
            "ftp://127.0.0.1/",
            "policies.shop.example/",
            "https://policies .shop.example/",
            "https://[/",
        ],
    )
    def test_untrustworthy_site_is_rejected(self, site: str) -> None:
        with pytest.raises(ValueError, match=r"https address|IPv6"):
            Policies(site)

    @pytest.mark.parametrize(
        "site", ["https://policies.shop.example/", "http://localhost:8000/", "http://[::1]/legal/"]
    )
    def test_https_is_required_except_on_localhost(self, site: str) -> None:
        assert Policies(site).manifest is None

    @pytest.mark.parametrize("limits", [{"seconds": 0}, {"manifest": -1}, {"redirects": -1}])
    def test_zero_limits_are_rejected(self, limits: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="above zero"):
            inforce.client.Limits(**limits)


class TestTexts:
    def test_text_is_fetched_once_and_verified(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = answer(TEXT.encode(), Content_Type="application/octet-stream")
        app = reader()
        app.refresh()

        first, second = app.text(), app.text()

        assert (first.markdown, first.digest, first.version) == (TEXT, Digest.of(TEXT), "2026-01-01")
        assert first == second
        assert len(host.asked) == 2

    def test_html_is_rendered_from_the_verified_text(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = answer(TEXT.encode())
        app = reader()
        app.refresh()

        assert app.text().html() == '<h1 id="terms">Terms</h1>\n<p>We keep our word.</p>\n'

    def test_missing_html_libraries_are_reported_with_the_command_to_install_them(
        self, host: Host, reader: NewReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = answer(TEXT.encode())
        app = reader()
        app.refresh()
        for name in [name for name in sys.modules if name.startswith(("inforce.markdown", "markdown_it"))]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "markdown_it", None)

        with pytest.raises(SetupError, match=r"install the wheel of inforce with its extra “html”"):
            app.text().html()

    def test_missing_language_falls_back_to_the_binding_text(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = answer(TEXT.encode())
        app = reader()
        app.refresh()

        assert app.text(language="de").language == "en"

    @pytest.mark.parametrize(
        ("behaviour", "error", "words"),
        [
            pytest.param(answer(b"# Other words\n"), DigestMismatchError, "expected sha256:", id="another text"),
            pytest.param(answer(TEXT[:-1].encode()), DigestMismatchError, "expected sha256:", id="a missing newline"),
            pytest.param(answer(b"", status=404), RefusedError, "expected status 200, got 404", id="404"),
            pytest.param(hang_up, RefusedError, "unreachable", id="no answer"),
            pytest.param(answer(b"x" * 2_000_000), RefusedError, "more than the limit of 1,048,576 bytes", id="2 MB"),
            pytest.param(redirect("http://127.0.0.1:9/"), RefusedError, "another origin", id="a redirect elsewhere"),
        ],
    )
    def test_invalid_response_is_never_returned_as_a_text(
        self, host: Host, reader: NewReader, behaviour: Behaviour, error: type[Exception], words: str
    ) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = behaviour
        app = reader()
        app.refresh()

        with pytest.raises(error, match=words):
            app.text()

    def test_unknown_version_is_rejected(self, host: Host, reader: NewReader) -> None:
        publish(host, OLDER)
        app = reader()
        app.refresh()

        with pytest.raises(UnknownVersionError, match="terms has no published version “7”"):
            app.text(seq=7)

    def test_unknown_policy_is_rejected_without_a_request(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader()
        app.refresh()

        with pytest.raises(UnknownVersionError, match="imprint has no published version “1”"):
            app.text(policy="imprint", seq=1)
        assert len(host.asked) == 1

    def test_version_missing_in_the_manifest_is_verified_with_the_digests_file(
        self, host: Host, reader: NewReader
    ) -> None:
        publish(host, OLDER)
        host.at["/terms/2025-01-01/en.md"] = answer(OLD_TEXT.encode())
        app = reader()
        app.refresh()

        assert (app.text(seq=1).version, app.text(seq=1).markdown) == ("2025-01-01", OLD_TEXT)
        assert len(host.asked) == 3

    def test_digests_that_contradict_the_manifest_are_rejected(self, host: Host, reader: NewReader) -> None:
        publish(host, OLDER, {"seq": 2, "change": "editorial"})
        app = reader()
        app.refresh()

        with pytest.raises(RefusedError):
            app.text(seq=1)

    def test_request_for_a_text_fetches_the_manifest_first(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        host.at[TEXT_FILE] = answer(TEXT.encode())

        assert reader().text().markdown == TEXT
        assert [path for path, _ in host.asked] == [PLAIN, TEXT_FILE]

    def test_same_text_under_another_number_is_fetched_once(self, host: Host, reader: NewReader) -> None:
        twice = document(host.url)
        (version,) = twice["policies"][0]["versions"]
        twice["policies"][0]["versions"].append({**version, "seq": 3, "version": "2026-02-01"})
        host.at[PLAIN] = answer(to_bytes(twice))
        host.at[TEXT_FILE] = answer(TEXT.encode())
        app = reader()
        app.refresh()

        assert (app.text(2).version, app.text(3).version, app.text(3).seq) == ("2026-01-01", "2026-02-01", 3)

    def test_text_urls_match_those_of_the_site(self, tmp_path: Path) -> None:
        BookBuilder(tmp_path).policy("terms").version("2026-01-15")
        catalog = BookBuilder(tmp_path).read().require()
        policy = catalog.policy("terms")
        (version,) = policy.versions

        assert address.text_file(policy, version, policy.binding_language) == "terms/2026-01-15/en.md"
        assert (PLAIN[1:], SIGNED[1:]) == (address.MANIFEST, address.SIGNED_MANIFEST)


class TestDecisions:
    def test_announced_version_applies_automatically_at_its_effective_date(
        self, host: Host, clock: Clock, reader: NewReader
    ) -> None:
        coming = document(host.url)
        (version,) = coming["policies"][0]["versions"]
        announced = {"seq": 3, "version": "3", "effective_at": "2026-09-21T00:00:00Z"}
        coming["policies"][0]["versions"].append({**version, **announced})
        app = reader(snapshot=to_bytes(coming))
        host.at[PLAIN] = hang_up
        record = {"policy": "terms", "seq": 2, "act": "accepted", "at": "2026-02-01T00:00:00Z", "subject": "u1"}

        assert app.check([record])["outcome"] == "notice"
        clock.now = instant("2026-09-21T00:00:00Z")
        assert app.check([record])["outcome"] == "block"

    def test_languages_and_audience_affect_the_decision(self, host: Host, clock: Clock) -> None:
        here = document(host.url)
        here["policies"][0]["audience"] = ["eu"]
        policies = Policies(host.url, snapshot=to_bytes(here), clock=clock)

        elsewhere = policies.check([], "u1", audience=["us"])
        within = policies.check([], "u1", audience=["eu"], languages=["de-AT", "en-GB"])

        assert (elsewhere["outcome"], within["outcome"]) == ("ok", "block")
        assert within["policies"][0]["language"] == "en"


class TestReports:
    def test_every_refresh_is_reported_with_a_reason_and_a_message(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = answer(b"", status=500)
        app = reader()

        app.refresh()

        assert str(app.reports[-1]) == "kept: status: expected status 200, got 500"
        assert app.policies.report == app.reports[-1]


def test_package_exports_the_documented_names() -> None:
    assert sorted(inforce.client.__all__) == [
        "AsyncPolicies",
        "Changes",
        "DigestMismatchError",
        "InforceError",
        "Limits",
        "ManifestFile",
        "Outcome",
        "Policies",
        "PolicyForm",
        "PolicyText",
        "RECEIPT_BYTES",
        "Reason",
        "ReceiptError",
        "ReceiptProblem",
        "ReceiptProblemError",
        "RefreshReport",
        "RefusedError",
        "SetupError",
        "ShapeError",
        "SignatureError",
        "UnknownVersionError",
        "accept_language",
        "is_same_receipt",
        "opens",
        "parse_receipt",
    ]
    assert (Path(inforce.client.__file__).parent.parent / "py.typed").is_file()


def test_client_loads_no_build_library() -> None:
    script = (
        "import sys\n"
        "heavy = set('mkdocs jinja2 git yaml markdown_it mdit_py_plugins babel langcodes click rich nh3 rapidfuzz'"
        " ' diff_match_patch budoux sqlalchemy starlette tzdata'.split())\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in heavy: raise ImportError(f'{name} is not there')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import inforce.client\n"
        "policies = inforce.client.Policies('http://127.0.0.1:9/', snapshot=sys.stdin.buffer.read())\n"
        "policies.refresh()\n"
        "print(policies.check([], 'u1')['outcome'], *(heavy & set(sys.modules)))\n"
    )
    expires = manifest("http://127.0.0.1:9/", expires_at="9998-01-01T00:00:00Z")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], input=expires, capture_output=True, check=False, env=environment
    )

    assert (process.stdout.decode().split(), process.stderr.decode()) == (["block"], "")


class TestInstants:
    """Instants are texts or datetimes with a zone."""

    def test_datetimes_mean_the_same_as_texts(self, host: Host, clock: Clock) -> None:
        host.at[PLAIN] = serving(manifest)
        policies = Policies(host.url, clock=clock)
        far = timezone(timedelta(hours=13))
        made = datetime(2026, 2, 1, 13, 0, 0, 7_999, far)
        record = {"policy": "terms", "seq": 2, "act": "accepted", "subject": "u1"}
        texts = policies.check(
            [{**record, "at": "2026-02-01T00:00:00.007Z", "received_at": "2026-02-01T00:00:00.007Z"}],
            {"id": "u1", "since": "2024-01-01T00:00:00Z"},
            deferred={"terms": {"seq": 2, "until": "2026-10-01T00:00:00Z"}},
        )

        moments = policies.check(
            [{**record, "at": made, "received_at": made}],
            {"id": "u1", "since": datetime(2024, 1, 1, 13, tzinfo=far)},
            deferred={"terms": {"seq": 2, "until": datetime(2026, 10, 1, tzinfo=UTC)}},
        )

        assert moments == texts
        assert moments["reason"] == "current"

    @pytest.mark.parametrize(
        ("options", "path"),
        [
            ({"subject": {"id": "u1", "since": NAIVE}}, "subject.since"),
            ({"records": [{"policy": "terms", "at": NAIVE}]}, "state.records.at"),
            ({"records": [{"policy": "terms", "received_at": NAIVE}]}, "state.records.received_at"),
            ({"deferred": {"terms": {"seq": 2, "until": NAIVE}}}, "state.deferred.terms.until"),
        ],
    )
    def test_datetime_without_zone_is_rejected(
        self, host: Host, clock: Clock, options: dict[str, Any], path: str
    ) -> None:
        host.at[PLAIN] = serving(manifest)

        with pytest.raises(ShapeError, match="expected a datetime with a zone") as raised:
            Policies(host.url, clock=clock).check(**{"records": [], "subject": "u1", **options})

        assert raised.value.path == path

    def test_clock_without_zone_is_rejected(self, host: Host) -> None:
        host.at[PLAIN] = serving(manifest)

        with pytest.raises(ShapeError, match="clock: expected a datetime with a zone"):
            Policies(host.url, clock=lambda: NAIVE).check([], "u1")


class TestAddress:
    """The files of a site can be fetched from another address."""

    def test_manifest_and_texts_of_a_site_are_read_from_another_address(
        self, host: Host, reader: NewReader, tmp_path: Path
    ) -> None:
        host.at[PLAIN] = answer(manifest(SITE))
        host.at[TEXT_FILE] = answer(TEXT.encode())
        app = reader(host.url, site=SITE, state_file=tmp_path / "state.json")

        decision = app.check()

        assert app.policies.problem(decision)["policies"][0]["page"] == f"{host.url}terms/"
        assert (decision["reason"], app.text().markdown) == ("first-time", TEXT)

    def test_manifest_of_another_site_is_refused(self, host: Host, reader: NewReader) -> None:
        host.at[PLAIN] = serving(manifest)
        app = reader(host.url, site=SITE)

        app.refresh()

        assert app.reports[-1].reason is Reason.WRONG_SITE

    @pytest.mark.parametrize(
        ("address", "site"),
        [
            ("http://policies.shop.example/", SITE),
            (SITE, "http://policies.shop.example/"),
            ("http://127.0.0.1:1", SITE),
        ],
    )
    def test_both_addresses_must_be_secure(self, address: str, site: str) -> None:
        with pytest.raises(ValueError, match="expected an https address"):
            Policies(address, site=site)
