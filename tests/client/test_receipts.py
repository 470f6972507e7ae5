"""Tests of receipts: what `parse_receipt` and `record` accept, and the response to everything else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client.host import Host, answer, serving
from client.receipts import receipt
from client.test_recipes import OLD, unexpiring, with_history
from client.world import PATIENT, START, Clock, manifest
from inforce.acceptance import check_record
from inforce.client import (
    RECEIPT_BYTES,
    AsyncPolicies,
    Policies,
    ReceiptProblem,
    ReceiptProblemError,
    accept_language,
    is_same_receipt,
    opens,
    parse_receipt,
)

APPS = Path(__file__).parents[2] / "docs" / "apps"
ZEROS = f"sha256:{64 * '0'}"


def written(**changes: Any) -> bytes:
    return json.dumps(receipt(**changes)).encode()


def without(name: str) -> bytes:
    return json.dumps({field: value for field, value in receipt().items() if field != name}).encode()


MALFORMED = {
    "nothing": b"",
    "half an object": b"{",
    "a list": b"[]",
    "null": b"null",
    "not UTF-8": b"\xff\xfe{}",
    "NUL": b"\x00" * 100,
    "deep nesting": b"[" * 10_000,
    "a huge integer": b'{"seq":' + b"9" * 10_000 + b"}",
    "infinity": b'{"seq": 1e999}',
    "a field twice": written()[:-1] + b', "act": "declined"}',
    "an integer beyond 2^53 - 1": written(seq=2**53),
    "a fraction": written(seq=2.5),
    "zero": written(seq=0),
    "true as a number": written(seq=True),
    "another type": written(type="policy-manifest"),
    "another major specification": written(spec="2.0"),
    "a lone surrogate": written(policy="\ud800"),
    "NUL in a policy": written(policy="terms\0"),
    "a line end after a policy": written(policy="terms\n"),
    "a path as a policy": written(policy="../terms"),
    "a list as a policy": written(policy=["terms"]),
    "an object as a language": written(language={"en": 1}),
    "no digest": written(digest=None),
    "a digest in upper case": written(digest=f"sha256:{64 * 'A'}"),
    "an unknown act": written(act="agreed"),
    "a number as an id": written(id=7),
    "a UUID version 4": written(id="01a2225b-8cf6-46f5-acf2-8655b7060fe0"),
    "a text as a serial": written(serial="1"),
    "an object as a version": written(version={}),
    "a path as a version": written(version="../../x"),
    "a list as the user's version": written(base_seq=["x"]),
    "a negative version": written(base_seq=-1),
    "no time": written(at=None),
    "a word as a time": written(at="garbage"),
    "a time without zone": written(at="2026-02-01T00:00:00"),
    "a day that does not exist": written(at="2026-02-30T00:00:00Z"),
    "an invalid device time": written(device_at="2026-02-01"),
    "a text as a surface": written(surface="x"),
    "a list in a surface": written(surface={"template": ["x"]}),
    "a long text in a surface": written(surface={"template": "x" * 300}),
    "a line end in a label": written(surface={"label": "Accept\n"}),
    "an unknown channel": written(surface={"channel": "fax"}),
    "an actor without capacity": written(actor={"ref": "u_mia"}),
    "an unknown capacity": written(actor={"ref": "u_mia", "capacity": "king"}),
    "an unknown way of signing in": written(auth="retina"),
    "an empty subject": written(subject=""),
    "a NUL in a subject": written(subject="u_\0"),
    **{f"no {name}": without(name) for name in ("type", "spec", "id", "policy", "seq", "version", "language")},
    **{f"no {name} at all": without(name) for name in ("digest", "act", "serial", "subject", "at")},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed_body_is_rejected(body: bytes) -> None:
    with pytest.raises(ReceiptProblemError) as raised:
        parse_receipt(body)

    assert (raised.value.status, raised.value.problem["type"]) == (400, "malformed")


def test_limit_of_the_size_applies_to_the_last_byte() -> None:
    assert parse_receipt(written().ljust(RECEIPT_BYTES))["seq"] == 2
    with pytest.raises(ReceiptProblemError) as raised:
        parse_receipt(written().ljust(RECEIPT_BYTES + 1))
    assert (raised.value.status, raised.value.problem["type"]) == (413, "too-large")


def test_every_field_of_a_client_is_returned() -> None:
    whole = receipt(auth="mfa")
    assert parse_receipt(json.dumps(whole).encode()) == whole


@pytest.mark.parametrize("name", ["base_seq", "manifest_digest", "after", "device_at", "surface", "actor", "auth"])
def test_optional_field_can_be_null_or_absent(name: str) -> None:
    assert parse_receipt(written(**{name: None}))[name] is None
    assert name not in parse_receipt(without(name))


def test_fields_that_a_server_sets_and_unknown_ones_are_dropped() -> None:
    set_by_server = {"received_at": "2001-01-01T00:00:00Z", "n": 7, "caller": "x", "verdict": "verified", "leaf": "x"}
    surface = receipt()["surface"] | {"colour": "red"}

    assert parse_receipt(written(**set_by_server, pending=True, ip="192.0.2.1", surface=surface)) == receipt()


@pytest.fixture(params=[Policies, AsyncPolicies], ids=["threads", "asyncio"])
def keep(request: pytest.FixtureRequest, host: Host, clock: Clock) -> Callable[..., dict[str, Any]]:
    """Return `record` of a client of either kind, whose site has published two versions."""
    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)
    policies = request.param(host.url, limits=PATIENT, clock=clock, chance=lambda: 0.5)

    def record(body: bytes, subject: str = "u_mia", **options: Any) -> dict[str, Any]:
        kept = policies.record(body, subject, **options)
        return dict(kept if isinstance(policies, Policies) else asyncio.run(kept))

    return record


def problem(keep: Callable[..., Any], body: bytes, **options: Any) -> tuple[int, str]:
    """Return the status and type of the problem for which `body` is not stored."""
    with pytest.raises(ReceiptProblemError) as raised:
        keep(body, **options)
    document = raised.value.problem
    assert raised.value.headers["Content-Type"] == "application/problem+json"
    assert raised.value.status == document["status"]
    return document["status"], document["type"]


Keep = Callable[..., dict[str, Any]]


def test_stored_record_is_the_receipt_with_the_time_of_the_server(keep: Keep) -> None:
    record = keep(written(received_at="2001-01-01T00:00:00Z", auth="mfa"))

    assert record == receipt(received_at="2026-09-20T06:00:00.000Z")
    check_record(record)
    assert keep(written(), now=START + timedelta(milliseconds=7))["received_at"] == "2026-09-20T06:00:00.007Z"


def test_receipt_that_contradicts_what_was_published_is_rejected_permanently(keep: Keep) -> None:
    contradicting = [{"digest": ZEROS}, {"seq": 99}, {"policy": "other"}, {"language": "de"}, {"version": "2019-01-01"}]
    assert {problem(keep, written(**change)) for change in contradicting} == {(422, "digest-contradicts")}
    assert problem(keep, written(act="acknowledged")) == (422, "act-mismatch")
    assert problem(keep, written(act="consented")) == (422, "act-mismatch")


def test_listed_version_is_checked_without_a_further_request(keep: Keep, host: Host) -> None:
    keep(written())
    assert problem(keep, written(language="de")) == (422, "digest-contradicts")
    assert [path for path, _ in host.asked] == ["/policies.json"]


@pytest.mark.parametrize("act", ["declined", "refused", "withdrawn"])
def test_negative_answer_fits_every_version(keep: Keep, act: str) -> None:
    assert keep(written(act=act))["act"] == act


def test_version_no_longer_in_the_manifest_is_checked_with_its_own_act_and_text(keep: Keep) -> None:
    assert keep(json.dumps(OLD).encode())["seq"] == 1
    wrong = [{"digest": receipt()["digest"]}, {"version": "2019-01-01"}]
    assert {problem(keep, json.dumps(OLD | change).encode()) for change in wrong} == {(422, "digest-contradicts")}


def test_subject_is_the_user_or_a_linked_reference(keep: Keep) -> None:
    assert keep(written(subject="visitor"), linked=["visitor"])["subject"] == "visitor"
    assert problem(keep, written(subject="visitor")) == (403, "subject-mismatch")
    assert problem(keep, written(), subject="u_noah", linked=["visitor"]) == (403, "subject-mismatch")


@pytest.mark.parametrize("at", ["2099-01-01T00:00:00Z", "2001-01-01T00:00:00Z"])
def test_wrong_date_is_kept_for_the_decision(keep: Keep, at: str) -> None:
    assert keep(written(at=at))["at"] == at


def test_receipt_under_a_newer_manifest_causes_one_refresh_and_is_then_temporary(
    keep: Keep, host: Host, clock: Clock
) -> None:
    keep(written())
    newer = written(seq=3, version="2026-11-01", serial=int(START.timestamp()) + 86_400)
    clock.pass_by(minutes=2)

    assert [problem(keep, newer), problem(keep, newer)] == 2 * [(503, "unavailable")]
    assert [path for path, _ in host.asked].count("/policies.json") == 2

    later = START + timedelta(days=1)
    third = {"seq": 3, "version": "2026-11-01", "change": "material", "digests": {"en": receipt()["digest"]}}
    dates = {"published_at": "2026-01-01T00:00:00Z", "effective_at": "2026-01-01T00:00:00Z"}

    def republished(site: str) -> bytes:
        stated = json.loads(manifest(site, later))
        stated["policies"][0]["versions"].append({**third, **dates})
        return json.dumps(stated).encode()

    host.at["/policies.json"] = serving(republished)
    clock.pass_by(days=1)
    assert keep(newer)["seq"] == 3


def test_receipt_is_temporary_if_the_site_does_not_answer(keep: Keep, host: Host) -> None:
    host.at["/policies.json"] = answer(b"", status=500)

    with pytest.raises(ReceiptProblemError) as raised:
        keep(written())

    assert (raised.value.kind, raised.value.headers["Retry-After"]) == (ReceiptProblem.UNAVAILABLE, "60")


def test_older_version_is_temporary_if_its_digests_are_missing_or_damaged(keep: Keep, host: Host) -> None:
    path = next(path for path in host.at if path.startswith("/terms/versions."))
    for broken in (answer(b"{}"), answer(b"", status=404), answer(b"", status=500)):
        host.at[path] = broken
        assert problem(keep, json.dumps(OLD).encode()) == (503, "unavailable")


def test_same_receipt_differs_in_what_the_server_sets_only() -> None:
    stored = receipt(received_at="2026-02-01T00:00:00.000Z", auth="session")

    assert is_same_receipt(stored, receipt(received_at="2026-02-02T00:00:00.000Z"))
    assert not is_same_receipt(stored, receipt(act="declined"))
    assert not is_same_receipt(stored, receipt(after=None))


def test_every_problem_is_documented() -> None:
    page = (APPS / "backend.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", page, re.MULTILINE))

    assert rows == {str(kind): str(ReceiptProblemError(kind, "").status) for kind in ReceiptProblem}


OPEN = ("/account/export", "/account/close", "/logout", "/support", "/policies")
PATHS = {
    True: ("/support", "/support/", "/support/tickets/7", "/policies/due", "/account/export"),
    False: (
        *("/supportive-orders", "/support-orders", "/logoutx", "/policies.json", "/orders"),
        *("/support/../orders", "/support/./x", "/support/..", "//support", "/support//orders", "/support//"),
        *("/orders/support", "/account", "/Support", "support", "", "/", "/support%2f..", "/support#x"),
        *("/support\\..\\orders", "/support/%2e%2e/orders", "/support/..;/orders", "/support?/x"),
    ),
}


@pytest.mark.parametrize(("path", "is_open"), [(path, is_open) for is_open in PATHS for path in PATHS[is_open]])
def test_open_paths_match_only_complete_segments(path: str, is_open: bool) -> None:
    assert opens(path, OPEN) is is_open


def test_open_path_may_end_in_a_slash_or_be_the_root() -> None:
    assert opens("/support/7", ["/support/"])
    assert opens("/orders", ["/"])
    assert opens("/", ["/"])
    assert not opens("/orders", [])


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []),
        ("*", []),
        ("de-AT, en;q=0.8, *", ["de-AT", "en"]),
        ("fr;q=0.5, de ;Q=0.7 , en", ["en", "de", "fr"]),
        ("da, en;q=0, de;q=0.000, fr;q=0.001", ["da", "fr"]),
        ("en;q=1.5, de;q=x, fr;level=1, -, zh-Hans-CN, a_b, ü", ["zh-Hans-CN"]),
        ("en, en;q=0.5, de", ["en", "de"]),
        (", ,en,,", ["en"]),
        ("a" * 10_000, []),
        (",".join(["en;q=0.9"] * 50_000), ["en"]),
    ],
)
def test_languages_are_ordered_by_quality(header: str, languages: list[str]) -> None:
    assert accept_language(header) == languages
