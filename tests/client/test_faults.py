"""After any answer of a host, a client keeps the last good state, reports the reason and blocks no user."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from book_builder import instant
from client import host as behaviours
from client.host import Behaviour, Host, answer, redirect, serving
from client.world import PATIENT, SHORT, START, Clock, NewReader, Reader, document, manifest
from inforce.client import Outcome, Reason
from inforce.manifest import to_bytes
from inforce.signing import PrivateKey, generate_key, sign
from inforce.text import Digest

PLAIN, SIGNED = "/policies.json", "/policies.jws.json"
LATER = START + timedelta(days=2)
RECORD = {
    "policy": "terms",
    "seq": 2,
    "act": "accepted",
    "at": "2026-02-01T00:00:00Z",
    "subject": "u1",
    "language": "en",
}


KEY = generate_key()
HTML = b"<!doctype html><title>Welcome to the hotel</title>"
OTHER_TEXT = {"en": str(Digest.of("# Other words\n"))}


def bomb(size: int) -> bytes:
    """Return a gzip file of a few kilobytes that expands to `size` blanks."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(size // 2**20):
            file.write(b" " * 2**20)
    return packed.getvalue()


BOMB = bomb(64 * 2**20)


def newer(**members: Any) -> Callable[[str], bytes]:
    """Return the next good manifest, with `members` changed."""
    return lambda site: manifest(**{"site": site, "issued": LATER, **members})


def older(site: str) -> bytes:
    """Return an earlier manifest."""
    return manifest(site, START - timedelta(days=1))


def twin(site: str) -> bytes:
    """Return another manifest with the serial that is already known."""
    return manifest(site, poll_seconds=60)


def rewritten(**members: Any) -> Callable[[str], bytes]:
    """Return the next manifest with `members` of the version in force changed."""

    def made(site: str) -> bytes:
        changed = document(site, LATER)
        changed["policies"][0]["versions"][0].update(members)
        return to_bytes(changed)

    return made


def policy_changed(**members: Any) -> Callable[[str], bytes]:
    """Return the next manifest with `members` of the policy changed."""

    def made(site: str) -> bytes:
        changed = document(site, LATER)
        changed["policies"][0].update(members)
        return to_bytes(changed)

    return made


def spelt(old: bytes, new: bytes) -> Callable[[str], bytes]:
    """Return the next manifest with the bytes `old` replaced by `new`."""
    return lambda site: newer()(site).replace(old, new, 1)


def sealed(make: Callable[[str], bytes], *keys: PrivateKey) -> Callable[[str], bytes]:
    """Return a file signed by `keys`, or by the key the app knows."""
    return lambda site: sign(make(site), keys or [KEY])


def unsigned(site: str) -> bytes:
    """Return a signed file without signatures."""
    return json.dumps({"payload": newer()(site).decode(), "signatures": []}).encode()


def to_another_scheme(exchange: behaviours.Exchange) -> None:
    """Redirect the client to the same host and port under https."""
    redirect("https" + exchange.site.url.removeprefix("http"))(exchange)


BROKEN = [
    pytest.param(answer(b""), Reason.NOT_JSON, id="nothing at all"),
    pytest.param(serving(lambda site: newer()(site)[:400]), Reason.NOT_JSON, id="half of a manifest"),
    pytest.param(behaviours.cut_short, Reason.UNREACHABLE, id="fewer bytes than announced"),
    pytest.param(behaviours.hang_up, Reason.UNREACHABLE, id="a closed connection"),
    pytest.param(behaviours.garbage, Reason.UNREACHABLE, id="another protocol"),
    pytest.param(answer(HTML, Content_Type="text/html"), Reason.CONTENT_TYPE, id="a page with status 200"),
    pytest.param(answer(HTML), Reason.NOT_JSON, id="a page declared as JSON"),
    pytest.param(serving(newer(), Content_Type="text/html"), Reason.CONTENT_TYPE, id="JSON declared as a page"),
    pytest.param(redirect("http://portal.example/login"), Reason.REDIRECT, id="a captive portal"),
    pytest.param(redirect("http://127.0.0.1:9/policies.json"), Reason.REDIRECT, id="a redirect to another port"),
    pytest.param(to_another_scheme, Reason.REDIRECT, id="a redirect to another scheme"),
    pytest.param(redirect("http://127.0.0.1:x/"), Reason.REDIRECT, id="a redirect to an invalid port"),
    pytest.param(redirect("http://[/"), Reason.REDIRECT, id="a redirect to an invalid URL"),
    pytest.param(redirect("file:///etc/passwd"), Reason.REDIRECT, id="a redirect to a file"),
    pytest.param(redirect(PLAIN), Reason.REDIRECT, id="a redirect in a circle"),
    pytest.param(answer(b"", status=302), Reason.REDIRECT, id="a redirect without a location"),
    pytest.param(answer(HTML, status=404), Reason.MISSING, id="404"),
    pytest.param(answer(b"", status=410), Reason.MISSING, id="410"),
    pytest.param(answer(HTML, status=429, Content_Type="text/html"), Reason.BUSY, id="429 with a page"),
    pytest.param(serving(newer(), status=500), Reason.STATUS, id="500 with a manifest"),
    pytest.param(answer(b"", status=503), Reason.BUSY, id="503"),
    pytest.param(serving(newer(), status=299), Reason.STATUS, id="an unknown status"),
    pytest.param(answer(b"", status=204), Reason.STATUS, id="204"),
    pytest.param(serving(newer(), status=206), Reason.STATUS, id="206"),
    pytest.param(answer(b"", status=304), Reason.UNEXPECTED_304, id="304 to an unconditional request"),
    pytest.param(serving(newer(site="https://staging.example/")), Reason.WRONG_SITE, id="another site's manifest"),
    pytest.param(serving(newer(path="manifests/shop.json")), Reason.WRONG_PATH, id="another manifest of the site"),
    pytest.param(serving(newer(path=None)), Reason.WRONG_PATH, id="an invalid path"),
    pytest.param(serving(newer(type="policy-versions")), Reason.NOT_A_MANIFEST, id="another document"),
    pytest.param(serving(newer(spec="2.0")), Reason.UNSUPPORTED_SPEC, id="a future specification"),
    pytest.param(serving(newer(poll_seconds="day")), Reason.SCHEMA, id="a field of the wrong type"),
    pytest.param(serving(spelt(b"{", b'{"serial":1,')), Reason.NOT_JSON, id="a duplicate field"),
    pytest.param(serving(spelt(b"86400", b"86400.0")), Reason.NOT_JSON, id="a fraction"),
    pytest.param(serving(spelt(b"86400", b"NaN")), Reason.NOT_JSON, id="NaN"),
    pytest.param(serving(spelt(b"terms", b"t\xe9rms")), Reason.NOT_JSON, id="bytes that are not UTF-8"),
    pytest.param(serving(spelt(b"{", b"\xef\xbb\xbf{")), Reason.NOT_JSON, id="a byte order mark"),
    pytest.param(serving(spelt(b"{", b'{"deep":' + b"[" * 30_000)), Reason.NOT_JSON, id="thirty thousand levels"),
    pytest.param(serving(lambda site: newer()(site) + b" " * 66_560), Reason.TOO_LARGE, id="65 KiB"),
    pytest.param(answer(BOMB, Content_Encoding="gzip"), Reason.TOO_LARGE, id="a gzip bomb of 64 MiB"),
    pytest.param(serving(newer(), Content_Encoding="gzip"), Reason.UNREACHABLE, id="invalid gzip"),
    pytest.param(answer(BOMB[:60_000], Content_Encoding="zip"), Reason.NOT_JSON, id="an unknown encoding"),
    pytest.param(behaviours.silence, Reason.TIMEOUT, id="no response"),
    pytest.param(behaviours.drip_body, Reason.TIMEOUT, id="a body a byte at a time"),
    pytest.param(behaviours.drip_headers, Reason.TIMEOUT, id="headers a byte at a time"),
]
CONTRADICTING = [
    pytest.param(serving(older), Reason.ROLLBACK, id="a rollback"),
    pytest.param(serving(twin), Reason.EQUIVOCATION, id="other bytes under the same serial"),
    pytest.param(serving(rewritten(digests=OTHER_TEXT)), Reason.CHANGED_VERSION, id="another text for a known version"),
    pytest.param(serving(rewritten(digests={"de": OTHER_TEXT["en"]})), Reason.CHANGED_VERSION, id="a removed language"),
    pytest.param(
        serving(rewritten(change="editorial")), Reason.CHANGED_VERSION, id="a material version no longer in force"
    ),
    pytest.param(serving(rewritten(version="2026-01-02")), Reason.CHANGED_VERSION, id="another label"),
    pytest.param(serving(rewritten(amends=1)), Reason.CHANGED_VERSION, id="an original that becomes an amendment"),
    pytest.param(serving(rewritten(act="acknowledge")), Reason.CHANGED_VERSION, id="another act of a known version"),
    pytest.param(serving(policy_changed(act="acknowledge")), Reason.CHANGED_VERSION, id="another act of its policy"),
]
UNBELIEVABLE = [
    pytest.param(
        serving(lambda site: sealed(newer())(site).replace(b"accept", b"accepT", 1)),
        Reason.SIGNATURE,
        id="a changed byte",
    ),
    pytest.param(serving(sealed(newer(), generate_key())), Reason.SIGNATURE, id="the signature of an unknown key"),
    pytest.param(serving(unsigned), Reason.SIGNATURE, id="no signature"),
    pytest.param(serving(newer()), Reason.SIGNATURE, id="the plain manifest"),
    pytest.param(answer(HTML), Reason.NOT_JSON, id="a page"),
    pytest.param(answer(sign(HTML, [KEY])), Reason.NOT_JSON, id="a signed page"),
    pytest.param(
        serving(sealed(newer(site="https://staging.example/"))), Reason.WRONG_SITE, id="another site's, signed"
    ),
    pytest.param(
        serving(sealed(newer(path="manifests/shop.json"))), Reason.WRONG_PATH, id="another manifest of the site, signed"
    ),
    pytest.param(serving(sealed(older)), Reason.ROLLBACK, id="a signed rollback"),
    pytest.param(serving(sealed(twin)), Reason.EQUIVOCATION, id="other bytes under the same serial, signed"),
    pytest.param(answer(sign(b"[" * 30_000, [KEY])), Reason.NOT_JSON, id="thirty thousand levels, signed"),
]


@pytest.fixture
def settled(host: Host, clock: Clock, reader: NewReader, tmp_path: Path) -> Reader:
    """Create an app that has a good manifest and whose next refresh is due."""
    host.at[PLAIN] = answer(manifest(host.url))
    app = reader(state_file=tmp_path / "state.json")
    report = app.refresh()
    assert report is not None
    assert report.outcome is Outcome.UPDATED
    clock.now = LATER
    return app


@pytest.mark.parametrize(("fault", "reason"), [*BROKEN, *CONTRADICTING])
def test_after_a_fault_the_last_good_state_is_kept_and_the_reason_reported(
    host: Host, settled: Reader, reader: NewReader, tmp_path: Path, fault: Behaviour, reason: Reason
) -> None:
    host.at[PLAIN] = fault
    app = reader(state_file=tmp_path / "state.json", limits=SHORT if reason is Reason.TIMEOUT else PATIENT)
    began = time.monotonic()

    report = app.refresh()

    assert time.monotonic() - began < PATIENT.seconds / 2
    assert report is not None
    assert (report.outcome, report.reason) == (Outcome.KEPT, reason), report.detail
    assert report.detail
    assert app.serial == settled.serial == int(START.timestamp())
    assert app.check([RECORD])["outcome"] == "ok"
    assert reader(state_file=tmp_path / "state.json").serial == int(START.timestamp())


@pytest.mark.parametrize(("fault", "reason"), BROKEN)
def test_without_any_manifest_the_outcome_is_stale(
    host: Host, reader: NewReader, fault: Behaviour, reason: Reason
) -> None:
    host.at[PLAIN] = fault
    app = reader(limits=SHORT if reason is Reason.TIMEOUT else PATIENT)

    decision = app.check([])

    assert (decision["outcome"], decision["reason"]) == ("stale", "no-manifest")
    assert app.reports[-1].reason is reason


@pytest.mark.parametrize(("fault", "reason"), UNBELIEVABLE)
def test_client_with_keys_rejects_manifests_without_a_trusted_signature(
    host: Host, clock: Clock, reader: NewReader, fault: Behaviour, reason: Reason
) -> None:
    host.at[SIGNED] = serving(sealed(manifest))
    app = reader(keys=[KEY.public.to_jwk()])
    app.refresh()
    clock.now = LATER
    host.at[SIGNED] = fault

    report = app.refresh()

    assert report is not None
    assert (report.outcome, report.reason) == (Outcome.KEPT, reason), report.detail
    assert app.serial == int(START.timestamp())


def test_memory_use_is_limited_for_every_response_body(host: Host, settled: Reader) -> None:
    host.at[PLAIN] = answer(BOMB, Content_Encoding="gzip")
    tracemalloc.start()

    settled.refresh()

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20


class TestExpiry:
    def test_expired_manifest_yields_a_stale_decision_and_blocks_no_user(
        self, host: Host, clock: Clock, settled: Reader
    ) -> None:
        host.at[PLAIN] = behaviours.hang_up
        clock.pass_by(days=60)

        decision = settled.check([])

        assert (decision["outcome"], decision["reason"], decision["would_be"]) == ("stale", "expired", "block")

    def test_expired_manifest_from_the_host_is_accepted_and_stale(self, host: Host, settled: Reader) -> None:
        host.at[PLAIN] = serving(newer(expires_at="2026-09-21T00:00:00Z"))

        report = settled.refresh()

        assert report is not None
        assert report.outcome is Outcome.UPDATED
        assert settled.check([RECORD])["reason"] == "expired"


class TestClocks:
    @pytest.mark.parametrize("year", [2001, 2040])
    def test_clock_wrong_by_years_is_corrected_by_the_server_time(
        self, host: Host, clock: Clock, reader: NewReader, year: int
    ) -> None:
        clock.now = instant(f"{year}-01-01T00:00:00Z")
        host.at[PLAIN] = answer(manifest(host.url), Date="Sun, 20 Sep 2026 07:00:00 GMT")
        app = reader()

        decision = app.check([RECORD])

        assert (decision["outcome"], decision["reason"]) == ("ok", "current")

    @pytest.mark.parametrize("year", [2001, 2040])
    def test_clock_wrong_by_years_does_not_stop_polling(
        self, host: Host, clock: Clock, reader: NewReader, tmp_path: Path, year: int
    ) -> None:
        clock.now = instant(f"{year}-01-01T00:00:00Z")
        host.at[PLAIN] = answer(manifest(host.url))
        reader(state_file=tmp_path / "state.json").refresh()
        clock.now = LATER
        host.at[PLAIN] = serving(newer())

        report = reader(state_file=tmp_path / "state.json").refresh()

        assert report is not None
        assert report.outcome is Outcome.UPDATED

    @pytest.mark.parametrize("expected", ["Sun, 01 Jan 2040 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00 GMT"])
    def test_host_with_a_wrong_clock_has_no_lasting_effect(self, host: Host, reader: NewReader, expected: str) -> None:
        host.at[PLAIN] = answer(manifest(host.url), Date=expected)
        app = reader()

        decision = app.check([RECORD])

        assert (decision["outcome"], decision["reason"]) == ("ok", "current")

    def test_setting_the_clock_back_does_not_postpone_a_deadline(
        self, host: Host, clock: Clock, reader: NewReader
    ) -> None:
        coming = document(host.url)
        coming["policies"][0]["versions"][0]["effective_at"] = "2026-09-20T12:00:00Z"
        host.at[PLAIN] = answer(to_bytes(coming), Date="Sun, 20 Sep 2026 13:00:00 GMT")
        app = reader()
        assert app.check([])["outcome"] == "block"

        clock.now = START - timedelta(days=300)
        host.at[PLAIN] = behaviours.hang_up

        assert app.check([])["outcome"] == "block"
