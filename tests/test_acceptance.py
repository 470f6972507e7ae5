"""Tests of `decide` that the conformance vectors of the decision tables do not cover."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import inforce.acceptance
from inforce.acceptance import Decision, PolicyDecision, decide
from inforce.acceptance.decide import _written
from inforce.errors import ShapeError
from inforce.instant import parse_rfc3339
from inforce.manifest import Manifest

TOOLING = Path(inforce.acceptance.__file__).parents[2]
EFFECTIVE, ENFORCED, LATER = "2026-06-01T00:00:00Z", "2026-06-15T00:00:00Z", "2026-07-01T00:00:00Z"


def overdue() -> dict[str, Any]:
    """Return a question whose outcome is a block: version 1 of the terms was accepted, and version 2 is overdue."""
    versions = [
        {"seq": 1, "change": "material", "effective_at": "2025-01-01T00:00:00Z", "digests": {"en": "sha256:1"}},
        {"seq": 2, "change": "material", "effective_at": EFFECTIVE, "enforce_at": ENFORCED, "published_at": EFFECTIVE},
    ]
    terms = {"id": "terms", "act": "accept", "languages": ["en"], "binding_language": "en", "versions": versions}
    yes = {"policy": "terms", "seq": 1, "act": "accepted", "at": "2025-02-01T00:00:00Z", "subject": "u1"}
    return {
        "manifest": {
            "spec": "1.0",
            "serial": 5,
            "issued_at": "2026-06-20T00:00:00Z",
            "expires_at": "2026-07-20T00:00:00Z",
            "policies": [terms],
        },
        "now": LATER,
        "subject": {"id": "u1", "since": "2025-01-01T00:00:00Z"},
        "state": {"records": [yes]},
    }


def ask(question: Any) -> Decision:
    """Pass `question` to `decide` as plain JSON, as an app does."""
    return decide(question)


def refused_at(question: Any) -> str | None:
    """Return the path at which `question` is rejected; None if it yields a decision."""
    try:
        ask(question)
    except ShapeError as wrong:
        return wrong.path
    return None


def places(value: Any) -> list[tuple[dict[str, Any] | list[Any], str | int]]:
    """Return every field and item within `value`, each as its container and key."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    found = []
    for key, child in list(children):
        found += [(value, key), *places(child)]
    return found


JUNK = (None, True, 0, -1, 7.5, "", "junk", [], ["junk"], [[]], {}, {"junk": "junk"})


def test_package_exports_the_documented_names() -> None:
    assert inforce.acceptance.__all__ == [
        "ActOfRecord",
        "Decision",
        "DeferralForm",
        "Flag",
        "Outcome",
        "PolicyDecision",
        "Question",
        "Reason",
        "RecordForm",
        "Role",
        "StateForm",
        "SubjectForm",
        "check_record",
        "decide",
    ]


def test_decide_needs_only_the_standard_library() -> None:
    """`decide` works in an environment without any third-party package."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import inforce.acceptance;"
        "print(*sorted(name for name in sys.modules if name.startswith('inforce') and name.count('.') == 1))"
    )

    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, TOOLING], capture_output=True, text=True, check=True
    )

    rooms = [f"inforce.{name}" for name in ("acceptance", "errors", "fields", "instant", "manifest", "text")]
    assert process.stdout.split() == rooms


def test_decision_has_the_fields_of_its_type() -> None:
    question = overdue()

    fresh = ask(question)
    stale = ask(question | {"now": "2026-08-01T00:00:00Z"})

    assert set(stale) == set(Decision.__annotations__)
    assert set(fresh) == set(Decision.__annotations__) - {"would_be"}
    assert set(fresh["policies"][0]) == set(PolicyDecision.__annotations__)


def published() -> dict[str, Any]:
    """Return the same question under a manifest with every field that a client requires."""
    question = overdue()
    manifest = question["manifest"]
    [terms] = manifest["policies"]
    for version, digit in zip(terms["versions"], "12", strict=True):
        version |= {"version": digit, "digests": {"en": f"sha256:{digit * 64}"}}
    terms["versions"].reverse()
    terms["page"] = "terms/"
    manifest |= {"type": "policy-manifest", "site": "https://policies.shop.example/", "path": "policies.json"}
    manifest |= {"poll_seconds": 86_400, "serial": int(parse_rfc3339(manifest["issued_at"]).timestamp())}
    return question


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({}, "block", "reaccept"),
        ({"now": "2026-06-14T23:59:59Z"}, "block", "reaccept"),
        ({"now": "2026-08-01T00:00:00Z"}, "stale", "expired"),
        ({"state": {"last_serial": 2**40}}, "stale", "rollback"),
        (
            {"state": {"records": [{"policy": "terms", "seq": 2, "act": "accepted", "at": LATER, "subject": "u1"}]}},
            "ok",
            "current",
        ),
    ],
)
def test_validated_manifest_and_its_data_yield_the_same_decision(
    changed: dict[str, Any], outcome: str, reason: str
) -> None:
    question = published() | changed
    manifest = Manifest.from_json(question["manifest"])

    decision = ask(question | {"manifest": manifest})

    assert decision == ask(question)
    assert (decision["outcome"], decision["reason"]) == (outcome, reason)


@pytest.mark.parametrize(("digit", "flags"), [("1", []), ("3", ["digest-mismatch"])])
def test_digest_of_a_record_is_compared_with_the_one_in_a_validated_manifest(digit: str, flags: list[str]) -> None:
    question = published()
    question["state"]["records"][0] |= {"language": "en", "digest": f"sha256:{digit * 64}"}
    manifest = Manifest.from_json(question["manifest"])

    decision = ask(question | {"manifest": manifest})

    assert decision["policies"][0]["flags"] == flags
    assert decision == ask(question)


def test_validated_manifest_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    question = published()
    manifest = Manifest.from_json(question["manifest"])
    module = sys.modules[decide.__module__]
    monkeypatch.setattr(module, "manifest_for_decision", lambda _: pytest.fail("parsed again"))

    assert ask(question | {"manifest": manifest})["outcome"] == "block"


def test_modifying_a_decision_does_not_change_the_next_one() -> None:
    question = overdue()
    first = ask(question)
    copied = copy.deepcopy(first)

    first["policies"][0]["flags"].append("digest-mismatch")
    first["policies"].clear()

    assert ask(question) == copied


def test_policies_are_returned_in_the_order_of_the_manifest() -> None:
    question = overdue()
    [terms] = question["manifest"]["policies"]
    question["manifest"]["policies"] = [terms | {"id": name} for name in ("privacy", "terms", "cookies")]

    decision = ask(question)

    assert [policy["id"] for policy in decision["policies"]] == ["privacy", "terms", "cookies"]


def test_invalid_values_in_a_manifest_raise_no_exception() -> None:
    """A manifest with an invalid value in any place yields a decision."""
    for number in range(len(places(overdue()["manifest"]))):
        for junk in JUNK:
            question = overdue()
            container, key = places(question["manifest"])[number]
            container[key] = junk
            assert ask(question)["outcome"] in ("ok", "notice", "stale", "prompt", "block")


@pytest.mark.parametrize("name", ["spec", "serial", "issued_at", "expires_at", "policies"])
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_manifest_with_an_invalid_required_field_blocks_no_user(name: str, junk: object) -> None:
    question = overdue()
    question["manifest"][name] = junk
    readable = {"serial": (0, -1), "policies": ([],)}.get(name, ())

    outcome = ask(question)["outcome"]

    assert ask(overdue())["outcome"] == "block"
    assert outcome == "stale" or junk in readable


@pytest.mark.parametrize("name", ["seq", "change", "effective_at", "enforce_at", "published_at", "same_as", "digests"])
@pytest.mark.parametrize("junk", [True, 7.5, "junk", ["junk"], [[]]], ids=repr)
def test_version_with_an_invalid_field_blocks_no_user(name: str, junk: object) -> None:
    question = overdue()
    question["manifest"]["policies"][0]["versions"][1][name] = junk

    decision = ask(question)

    assert decision["outcome"] == "stale" or (name, junk) == ("change", "junk")


def test_every_field_of_a_question_is_read_or_rejected_with_shape_error() -> None:
    """An invalid question raises ShapeError with the path of the error, and no other exception."""
    intact = overdue()
    del intact["manifest"]
    for number in range(len(places(intact))):
        for junk in JUNK:
            question = copy.deepcopy(intact)
            container, key = places(question)[number]
            container[key] = junk
            assert str(key) in (refused_at(question) or str(key))


def test_rejection_states_path_expected_and_actual_value() -> None:
    question = overdue()
    question["state"]["deferred"] = {"terms": {"seq": 2, "until": "1 July"}}

    with pytest.raises(ShapeError) as refused:
        ask(question)

    assert str(refused.value) == (
        "state.deferred.terms.until: expected an RFC 3339 instant such as 2027-03-01T00:00:00Z, got “1 July”"
    )


def test_deferral_of_version_0_is_rejected() -> None:
    question = overdue()
    question["state"]["deferred"] = {"terms": {"seq": 0, "until": LATER}}

    assert refused_at(question) == "state.deferred.terms.seq"


def test_question_that_is_not_an_object_is_rejected() -> None:
    with pytest.raises(ShapeError, match=r"^the document: expected an object, got a number$"):
        ask(7)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_infinite_clock_correction_is_rejected(number: float) -> None:
    """Python has infinite numbers, but JSON does not."""
    with pytest.raises(ShapeError, match="clock_offset_seconds"):
        ask(overdue() | {"clock_offset_seconds": number})


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z", id="UTC is UTC"),
        pytest.param("2026-07-01T12:00:00+05:30", "2026-07-01T06:30:00Z", id="east of Greenwich it is earlier"),
        pytest.param("2026-07-01T12:00:00-05:30", "2026-07-01T17:30:00Z", id="west of Greenwich it is later"),
        pytest.param("2026-07-01T12:00:00-00:00", "2026-07-01T12:00:00Z", id="an unknown offset is none"),
        pytest.param("2026-07-01T12:00:00.999999Z", "2026-07-01T12:00:00Z", id="a fraction is not rounded"),
        pytest.param("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z", id="before 1970"),
        pytest.param("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", id="leap days exist"),
        pytest.param("1000-01-01T00:00:00Z", "1000-01-01T00:00:00Z", id="the first valid year"),
        pytest.param("1000-01-01T00:00:00+01:00", "0999-12-31T23:00:00Z", id="an hour before it"),
        pytest.param("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", id="the last valid year"),
        pytest.param("9999-12-31T23:59:59-00:01", None, id="later instants are null"),
    ],
)
def test_instants_are_written_in_utc_with_whole_seconds(text: str, utc: str | None) -> None:
    assert _written(parse_rfc3339(text)) == utc


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-07-01", "2026-07-01T00:00Z", "2026-07-01T00:00:00", "2026-07-01 00:00:00Z"),
        *("2026-07-01t00:00:00Z", "2026-07-01T00:00:00z", "2026-07-01T00:00:00Z ", "2026-07-01T00:00:00Z\n"),
        *("2026-02-29T00:00:00Z", "2026-06-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z"),
        *("2026-07-01T24:00:00Z", "2026-07-01T23:60:00Z", "2026-06-30T23:59:60Z", "2026-07-01T00:00:00.Z"),
        *("2026-07-01T00:00:00+24:00", "2026-07-01T00:00:00+00:60", "2026-07-01T00:00:00+0000", "٢٠٢٦-07-01T00:00:00Z"),
        *(
            "0000-01-01T00:00:00Z",
            "0999-12-31T23:59:59Z",
            "12026-07-01T00:00:00Z",
            "2026-W27-3T00:00:00Z",
            "20260701T000000Z",
        ),
    ],
)
def test_text_that_is_not_rfc_3339_is_rejected_as_an_instant(text: str) -> None:
    with pytest.raises(ValueError, match="expected an RFC 3339 instant such as 2027-03-01T00:00:00Z, got “"):
        parse_rfc3339(text)
