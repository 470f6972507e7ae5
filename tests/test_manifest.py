"""Tests of the manifest: its content, its bytes and its strict parsing."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from book_builder import BookBuilder, instant
from inforce.errors import ManifestError, UnsupportedSpecError
from inforce.manifest import (
    MANIFEST_SCHEMA,
    SCHEMAS,
    VERSIONS_SCHEMA,
    Size,
    parse_json,
    parse_manifest,
    reissued,
    size_of,
    to_bytes,
)
from inforce.manifest.build import manifest, versions_document
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.text import Digest

SITE = "https://policies.shop.example/"
NOW = instant("2026-09-20T06:00:00Z")
DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    return BookBuilder(tmp_path)


def policy_of(book: BookBuilder, at: str = "2026-09-20T06:00:00Z") -> dict[str, Any]:
    """Return the only policy in the manifest of `book` at `at`."""
    (policy,) = manifest(book.read().require(), instant(at))["policies"]
    return dict(policy)


def seqs(policy: Mapping[str, Any]) -> list[int]:
    return [version["seq"] for version in policy["versions"]]


def valid() -> dict[str, Any]:
    """Return a manifest with every optional field."""
    current = {
        "seq": 1,
        "version": "1",
        "change": "material",
        "effective_at": "2026-01-01T00:00:00Z",
        "enforce_at": None,
        "digests": {"en": DIGEST},
    }
    announced = {
        "seq": 3,
        "version": "2027-03-01",
        "change": "material",
        "published_at": "2027-01-19T16:00:00Z",
        "effective_at": "2027-02-28T16:00:00Z",
        "effective_at_new": "2027-01-19T16:00:00Z",
        "enforce_at": "2027-03-31T16:00:00Z",
        "same_as": [1],
        "digests": {"en": DIGEST, "zh-Hans": DIGEST},
    }
    amended = {
        "seq": 4,
        "version": "1.1",
        "change": "notice",
        "effective_at": "2026-02-01T00:00:00Z",
        "amends": 1,
        "act": "accept",
        "digests": {"en": DIGEST},
    }
    policy = {
        "id": "privacy",
        "act": "acknowledge",
        "page": "privacy/",
        "languages": ["en", "zh-Hans"],
        "binding_language": "en",
        "audience": ["eu"],
        "reask_seconds": 86400,
        "withdrawn_at": "2028-01-01T00:00:00Z",
        "cancelled": [2],
        "amendments": {"4": 1},
        "latest": 3,
        "in_force": 4,
        "next_change_at": "2027-02-28T16:00:00Z",
        "versions": [announced, current, amended],
    }
    return {
        "type": "policy-manifest",
        "spec": "1.0",
        "site": SITE,
        "path": "policies.json",
        "serial": 1789884000,
        "issued_at": "2026-09-20T06:00:00Z",
        "expires_at": "2026-10-20T06:00:00Z",
        "poll_seconds": 86400,
        "policies": [policy],
    }


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the valid manifest with the field at `path` (segments joined by `/`) set to `value`."""
    document: Any = valid()
    steps = [int(step) if step.isdigit() else step for step in path.split("/")]
    inner = document
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = value
    return dict(document)


class TestWhatAppsAreTold:
    def test_fields_have_the_order_of_the_specification(self, book: BookBuilder) -> None:
        book.policy("privacy", act="acknowledge").version("2026-01-15", en="# P\n\nOne.\n", zh_Hans="# 隐私\n\n一。\n")
        policy = book.policy("terms")
        policy.version("2025-01-01").version(
            "2027-03-01",
            meta={"published": "2026-09-01", "effective": "2027-03-01", "effective_new": "2026-09-10"},
        )

        document = manifest(book.read().require(), NOW)

        assert document["serial"] == 1789884000
        assert json.dumps(document, ensure_ascii=False).startswith(
            '{"type": "policy-manifest", "spec": "1.0", "site": "https://policies.shop.example/",'
            ' "path": "policies.json", "serial": 1789884000, "issued_at": "2026-09-20T06:00:00Z",'
            ' "expires_at": "2026-10-20T06:00:00Z", "poll_seconds": 86400,'
            ' "policies": [{"id": "privacy", "act": "acknowledge", "page": "privacy/", "languages": ["en", "zh-Hans"],'
            ' "binding_language": "en", "latest": 1, "in_force": 1, "versions": [{"seq": 1, "version": "2026-01-15",'
        )
        terms = document["policies"][1]
        assert list(terms)[-4:] == ["latest", "in_force", "next_change_at", "versions"]
        assert terms["next_change_at"] == "2027-03-01T00:00:00Z"
        assert terms["versions"][1] | {"digests": None} == {
            "seq": 2,
            "version": "2027-03-01",
            "change": "material",
            "published_at": "2026-09-01T00:00:00Z",
            "effective_at": "2027-03-01T00:00:00Z",
            "effective_at_new": "2026-09-10T00:00:00Z",
            "digests": None,
        }

    def test_digests_are_those_of_the_canonical_texts(self, book: BookBuilder) -> None:
        book.policy("terms").version("2026-01-15", en="# Terms\r\n\r\nWords. \r\n")

        assert policy_of(book)["versions"][0]["digests"] == {"en": str(Digest.of("# Terms\n\nWords.\n"))}

    def test_fractions_of_a_second_are_dropped(self, book: BookBuilder) -> None:
        book.policy("terms").version("2026-01-15")

        document = manifest(book.read().require(), NOW.replace(microsecond=999_999))

        assert (document["serial"], document["issued_at"]) == (1789884000, "2026-09-20T06:00:00Z")

    def test_lifetime_and_poll_interval_come_from_the_book(self, tmp_path: Path) -> None:
        book = BookBuilder(tmp_path, extra="manifest_days: 7\npoll_seconds: 3600\n")

        document = manifest(book.read().require(), NOW)

        assert (document["expires_at"], document["poll_seconds"]) == ("2026-09-27T06:00:00Z", 3600)

    def test_optional_fields_of_a_policy_are_omitted_when_empty(self, tmp_path: Path) -> None:
        book = BookBuilder(tmp_path)
        extra = "audience: [eu, business]\nreask_days: 30\nwithdrawn: {at: 2026-12-01, reason: Sold.}\n"
        book.policy("cookies", act="consent", extra=extra).version("2026-01-15")
        book.policy("terms").version("2026-01-15")

        cookies, terms = manifest(book.read().require(), NOW)["policies"]

        assert (cookies["audience"], cookies["reask_seconds"]) == (["eu", "business"], 30 * 86_400)
        assert cookies["withdrawn_at"] == "2026-12-01T00:00:00Z"
        assert not {"audience", "reask_seconds", "withdrawn_at", "cancelled", "next_change_at"} & set(terms)

    def test_drafts_and_later_versions_are_not_in_the_manifest(self, book: BookBuilder) -> None:
        book.policy("cookies").version("2027-01-01")
        book.policy("terms").version("2026-01-15").version("2026-02-01", meta={"draft": "true"})

        policy = policy_of(book)

        assert (policy["id"], policy["latest"], seqs(policy)) == ("terms", 1, [1])

    def test_never_enforced_version_has_enforce_at_null(self, book: BookBuilder) -> None:
        book.policy("terms").version("2026-01-15", meta={"enforce": "never"})

        assert policy_of(book)["versions"][0]["enforce_at"] is None

    def test_cancelled_version_is_listed_by_number_only(self, book: BookBuilder) -> None:
        meta = {
            "published": "2026-05-01",
            "effective": "2027-01-01",
            "cancelled": "{at: 2026-06-01, reason: Not now.}",
        }
        book.policy("terms").version("2026-01-15").version("2027-01-01", meta=meta)

        before, after = policy_of(book, "2026-05-31"), policy_of(book, "2026-06-01")

        assert (seqs(before), before.get("cancelled")) == ([1, 2], None)
        assert (seqs(after), after["cancelled"], after["latest"]) == ([1], [2], 2)

    def test_policy_with_only_a_cancelled_version_is_listed_without_versions(self, book: BookBuilder) -> None:
        meta = {"effective": "2027-01-01", "cancelled": "{at: 2026-06-01, reason: Not now.}"}
        book.policy("terms").version("2026-01-15", meta=meta)

        policy = policy_of(book)

        assert (policy["versions"], policy["cancelled"], "in_force" in policy) == ([], [1], False)

    def test_earlier_versions_with_the_same_binding_text_are_listed(self, book: BookBuilder) -> None:
        policy = book.policy("terms")
        policy.version("1", en="# T\n\nOld.\n").version("2", en="# T\n\nNew.\n", de="# T\n\nNeu.\n")
        policy.version("3", en="# T\n\nOld.\n", de="# T\n\nNeu.\n")

        assert policy_of(book)["versions"][-1]["same_as"] == [1]

    def test_version_with_the_text_of_a_cancelled_one_is_listed_for_users_who_accepted_early(
        self, book: BookBuilder
    ) -> None:
        policy = book.policy("terms")
        cancelled = {"effective": "2026-03-01", "cancelled": "{at: 2026-02-01, reason: Not now.}"}
        policy.version("1", en="# T\n\nOld.\n", meta=cancelled).version("2", en="# T\n\nOld.\n")
        policy.version("3", en="# T\n\nNew.\n")

        assert seqs(policy_of(book)) == [2, 3]


VERSIONS_LISTED = [
    pytest.param(["material"], [1], id="the one in force"),
    pytest.param(["material", "material"], [2], id="nothing older than the newest material one"),
    pytest.param(["material", "editorial"], [1, 2], id="the newest material one beside the one in force"),
    pytest.param(["material", "material", "announced editorial"], [2, 3], id="every announced one, whatever its level"),
    pytest.param(["material", "announced material"], [1, 2], id="a floor in force beside an announced one"),
    pytest.param(
        ["material", "editorial", "announced material"], [1, 2, 3], id="a floor below the one in force stays a floor"
    ),
    pytest.param(["material", "notice", "editorial"], [1, 2, 3], id="the newest that tells, under an editorial one"),
    pytest.param(["notice", "notice", "editorial"], [2, 3], id="only the newest that tells"),
    pytest.param(["material", "grace", "grace"], [1, 2, 3], id="every one in the grace period, and the newest past it"),
    pytest.param(["material", "never"], [1, 2], id="a version never enforced keeps the older deadline"),
    pytest.param(["never", "never"], [2], id="of those never enforced only the newest"),
]
META_OF = {
    "announced": {"published": "2026-09-01", "effective": "2027-01-01"},
    "grace": {"published": "2026-09-01", "enforce": "2026-11-01"},
    "never": {"enforce": "never"},
}


@pytest.mark.parametrize(("levels", "expected"), VERSIONS_LISTED)
def test_manifest_lists_the_expected_versions(book: BookBuilder, levels: list[str], expected: list[int]) -> None:
    policy = book.policy("terms")
    for number, words in enumerate(levels, 1):
        kind, _, level = words.rpartition(" ")
        meta = META_OF.get(kind or level, {})
        change = level if level in ("material", "notice", "editorial") else "material"
        policy.version(str(number), change=change, meta=meta)

    assert seqs(policy_of(book)) == expected


class TestEveryVersionForThoseWhoAsk:
    def test_version_list_contains_state_page_texts_redline_and_source(self, book: BookBuilder) -> None:
        policy = book.policy("terms").version("2025-01-01").version("2026-01-15", en="# T\n", de="# T\n")
        policy.version("2027-03-01", meta={"published": "2026-09-01", "effective": "2027-03-01"})
        catalog = book.read().require()
        evidence = Evidence(commit="a" * 40, committed=instant("2026-01-10"), subject="terms: clearer")

        document = versions_document(catalog, catalog.policy("terms"), NOW, {"2026-01-15": evidence})

        jsonschema.validate(document, VERSIONS_SCHEMA)
        assert list(document) == ["type", "spec", "site", "policy", "issued_at", "versions"]
        assert [version["state"] for version in document["versions"]] == ["superseded", "in_force", "announced"]
        first, second, _ = document["versions"]
        assert not {"changes", "source"} & set(first)
        assert second["page"] == "terms/2026-01-15/"
        assert second["texts"] == {"de": "terms/2026-01-15/de.md", "en": "terms/2026-01-15/en.md"}
        assert second["changes"] == "terms/changes/2025-01-01...2026-01-15/"
        assert second["source"] == {
            "commit": "a" * 40,
            "time": "2026-01-10T00:00:00Z",
            "subject": "terms: clearer",
        }

    def test_imported_version_states_its_source(self, book: BookBuilder) -> None:
        origin = "{commit: 0123abc, committed: 2020-01-01, path: terms.md}"
        book.policy("terms").version("2026-01-15", meta={"origin": origin})
        catalog = book.read().require()

        (version,) = versions_document(catalog, catalog.policy("terms"), NOW, {})["versions"]

        assert version["source"] == {"commit": "0123abc", "time": "2020-01-01T00:00:00Z"}

    def test_cancelled_version_remains_listed(self, book: BookBuilder) -> None:
        meta = {"effective": "2027-01-01", "cancelled": "{at: 2026-06-01, reason: Not now.}"}
        book.policy("terms").version("2026-01-15", meta=meta)
        catalog = book.read().require()

        (version,) = versions_document(catalog, catalog.policy("terms"), NOW, {})["versions"]

        assert version["state"] == "cancelled"


class TestBytes:
    def test_bytes_are_compact_utf_8_with_one_newline_at_the_end(self) -> None:
        assert to_bytes({"b": "隐私", "a": [1]}) == '{"b":"隐私","a":[1]}\n'.encode()

    @pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {1, 2}, "\ud800"])
    def test_values_that_a_strict_reader_rejects_are_not_written(self, value: object) -> None:
        with pytest.raises(ManifestError):
            to_bytes({"value": value})

    def test_parsing_a_written_manifest_keeps_unknown_fields(self) -> None:
        document = {**valid(), "future": {"deep": [1, None, True]}}

        read = parse_manifest(to_bytes(document), site=SITE)

        assert read.data == document


class TestBudget:
    @pytest.mark.parametrize(
        ("length", "size"),
        [(4096, Size.FINE), (4097, Size.LARGE), (65_536, Size.LARGE), (65_537, Size.TOO_LARGE)],
    )
    def test_manifest_is_large_above_4_kib_and_too_large_above_64(self, length: int, size: Size) -> None:
        budget = size_of(b" " * length)

        assert budget.size is size
        assert f"{length:,} bytes" in budget.sentence
        assert "“manifest_bytes” in book.yml" in budget.sentence

    def test_signed_form_above_the_limit_is_rejected(self) -> None:
        raw = b'"' * 40_000

        assert size_of(raw).size is Size.LARGE
        assert size_of(raw, signatures=1).size is Size.TOO_LARGE

    def test_three_policies_in_two_languages_with_an_announced_version_are_within_the_limit(
        self, book: BookBuilder
    ) -> None:
        english, chinese = "# Policy\n\nWords.\n", "# 政策\n\n文字。\n"
        book.policy("cookies", act="consent").version("2026-01-15", en=english, zh_Hans=chinese)
        book.policy("terms").version("2026-01-15", en=english, zh_Hans=chinese)
        policy = book.policy("privacy", act="acknowledge").version("2026-01-15", en=english, zh_Hans=chinese)
        meta = {"published": "2026-09-01", "effective": "2027-03-01", "enforce": "2027-04-01"}
        policy.version("2027-03-01", meta=meta, en=english + "\nMore.\n", zh_Hans=chinese + "\n更多。\n")

        raw = to_bytes(manifest(book.read().require(), NOW))

        assert size_of(raw).size is Size.FINE
        assert len(gzip.compress(raw, mtime=0)) < 1000


class TestAnIssueWithoutARebuild:
    def test_reissue_changes_serial_and_dates_and_keeps_the_lifetime(self) -> None:
        document = reissued(parse_manifest(to_bytes(valid())), instant("2026-10-01"))

        assert document["serial"] == int(instant("2026-10-01").timestamp())
        assert (document["issued_at"], document["expires_at"]) == ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z")
        assert document["policies"] == valid()["policies"]

    def test_reissue_recomputes_fields_that_depend_on_issued_at(self) -> None:
        document = reissued(parse_manifest(to_bytes(valid())), instant("2027-03-01"))

        (policy,) = document["policies"]
        assert (policy["in_force"], "next_change_at" in policy) == (3, False)
        assert list(policy)[-1] == "versions"

    def test_reissue_keeps_unknown_fields(self) -> None:
        document = reissued(parse_manifest(to_bytes(changed("policies/0/x", {"a": 1}))), instant("2026-10-01"))

        assert document["policies"][0]["x"] == {"a": 1}

    @pytest.mark.parametrize("now", ["2026-09-20T06:00:00Z", "2001-01-01T00:00:00Z"])
    def test_reissue_without_a_higher_serial_is_rejected(self, now: str) -> None:
        with pytest.raises(ManifestError, match="serial: expected a higher one than 1789884000"):
            reissued(parse_manifest(to_bytes(valid())), instant(now))

    def test_reissue_equals_a_rebuild(self, book: BookBuilder) -> None:
        meta = {"published": "2026-09-01", "effective": "2026-11-01"}
        book.policy("terms").version("1", change="material").version("2", change="material", meta=meta)
        catalog = book.read().require()
        before = parse_manifest(to_bytes(manifest(catalog, NOW)))

        assert reissued(before, instant("2026-10-01")) == manifest(catalog, instant("2026-10-01"))


WRONG = [
    pytest.param("type", "policy-versions", "type", id="another document"),
    pytest.param("spec", 1, "spec", id="a specification that is a number"),
    pytest.param("spec", "one", "spec", id="a specification that is not a number"),
    pytest.param("site", "http://policies.shop.example/", "site", id="a site without TLS"),
    pytest.param("site", "https://policies.shop.example", "site", id="a site that does not end in a slash"),
    pytest.param("path", "/policies.json", "path", id="a path from the root of the host"),
    pytest.param("path", "manifests/policies.json", "path", id="a path of a site one folder below"),
    pytest.param("path", "manifests/a/b.json", "path", id="a path too deep"),
    pytest.param("serial", "1", "serial", id="a serial that is text"),
    pytest.param("serial", -1, "serial", id="a negative serial"),
    pytest.param("serial", True, "serial", id="a serial that is true"),
    pytest.param("issued_at", "2026-09-20", "issued_at", id="a date for an instant"),
    pytest.param("issued_at", "2026-09-20T06:00:00+00:00", "issued_at", id="an offset for Z"),
    pytest.param("issued_at", "2026-09-20T06:00:00.5Z", "issued_at", id="a fraction of a second"),
    pytest.param("issued_at", "0001-01-01T00:00:00Z", "issued_at", id="the year one"),
    pytest.param("expires_at", "9999-12-31T23:59:59Z", "expires_at", id="the last year there is"),
    pytest.param("issued_at", "2026-13-20T06:00:00Z", "issued_at", id="a thirteenth month"),
    pytest.param("expires_at", None, "expires_at", id="null for an instant"),
    pytest.param("poll_seconds", 0, "poll_seconds", id="a poll interval of zero"),
    pytest.param("policies", {}, "policies", id="policies that are not a list"),
    pytest.param("policies/0", [], "policies[0]", id="a policy that is a list"),
    pytest.param("policies/0/id", "../etc", "policies[0].id", id="an id that is a path"),
    pytest.param("policies/0/id", "Privacy", "policies[0].id", id="an id with capitals"),
    pytest.param("policies/0/act", "agree", "policies[0].act", id="an unknown act"),
    pytest.param("policies/0/page", "https://evil.example/", "policies[0].page", id="a page elsewhere"),
    pytest.param("policies/0/page", "//evil.example/", "policies[0].page", id="a page on another host"),
    pytest.param("policies/0/page", "../privacy/", "policies[0].page", id="a page path with a parent segment"),
    pytest.param("policies/0/languages", [], "policies[0].languages", id="no language"),
    pytest.param("policies/0/languages", ["en/.."], "policies[0].languages[0]", id="a language that is a path"),
    pytest.param("policies/0/binding_language", 7, "policies[0].binding_language", id="a language that is a number"),
    pytest.param("policies/0/latest", 0, "policies[0].latest", id="a number below 1"),
    pytest.param("policies/0/cancelled", [0], "policies[0].cancelled", id="a cancelled number below 1"),
    pytest.param("policies/0/cancelled", [True], "policies[0].cancelled", id="a cancelled number that is true"),
    pytest.param("policies/0/audience", [1], "policies[0].audience[0]", id="an audience that is a number"),
    pytest.param("policies/0/withdrawn_at", "soon", "policies[0].withdrawn_at", id="a word for an instant"),
    pytest.param("policies/0/versions/0/seq", None, "policies[0].versions[0].seq", id="a version without number"),
    pytest.param("policies/0/versions/0/version", "v2", "policies[0].versions[0].version", id="a label with letters"),
    pytest.param("policies/0/versions/0/change", "major", "policies[0].versions[0].change", id="an unknown level"),
    pytest.param("policies/0/versions/0/digests", {}, "policies[0].versions[0].digests", id="no digest"),
    pytest.param(
        "policies/0/versions/0/digests", {"en": "md5:00"}, "policies[0].versions[0].digests.en", id="another hash"
    ),
    pytest.param(
        "policies/0/versions/0/digests",
        {"../x": DIGEST},
        "policies[0].versions[0].digests.../x",
        id="a tag that is a path",
    ),
    pytest.param("policies/0/amendments", [4], "policies[0].amendments", id="amendments that are a list"),
    pytest.param("policies/0/amendments", {"04": 1}, "policies[0].amendments.04", id="a number with a zero in front"),
    pytest.param("policies/0/amendments", {"x": 1}, "policies[0].amendments.x", id="an amendment without number"),
    pytest.param("policies/0/amendments", {"4": 0}, "policies[0].amendments.4", id="an amendment of number zero"),
    pytest.param("policies/0/versions/2/amends", "1", "policies[0].versions[2].amends", id="an amended label"),
    pytest.param("policies/0/versions/2/amends", 0, "policies[0].versions[2].amends", id="an amended number below 1"),
    pytest.param("policies/0/versions/2/act", "agree", "policies[0].versions[2].act", id="an unknown act of a version"),
    pytest.param("policies/0/versions/0/same_as", [-1], "policies[0].versions[0].same_as", id="a negative number"),
    pytest.param("policies/0/versions/0/effective_at", 1, "policies[0].versions[0].effective_at", id="epoch seconds"),
]


_AN_EARLIER_ORIGINAL = "must amend an earlier version that is no amendment, not"
CONTRADICTORY = [
    pytest.param("policies/0/amendments", {"4": 3}, "amendments", "contradicts the listed version 4", id="another one"),
    pytest.param("policies/0/amendments", {"3": 1}, "amendments", "contradicts the listed version 3", id="an original"),
    pytest.param("policies/0/amendments", {"2": 5}, "amendments", f"2 {_AN_EARLIER_ORIGINAL} 5", id="a later version"),
    pytest.param("policies/0/amendments", {"5": 5}, "amendments", f"5 {_AN_EARLIER_ORIGINAL} 5", id="itself"),
    pytest.param("policies/0/amendments", {"5": 4}, "amendments", f"5 {_AN_EARLIER_ORIGINAL} 4", id="an amendment"),
    pytest.param("policies/0/versions/0/amends", 4, "versions", f"3 {_AN_EARLIER_ORIGINAL} 4", id="a later one"),
]


class TestStrictReading:
    @pytest.mark.parametrize(("path", "value", "member"), WRONG)
    def test_reader_and_schema_reject_invalid_values(self, path: str, value: object, member: str) -> None:
        document = changed(path, value)

        with pytest.raises(ManifestError) as refusal:
            parse_manifest(json.dumps(document).encode())

        assert refusal.value.path == member
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, MANIFEST_SCHEMA)

    @pytest.mark.parametrize("member", [name for name in valid() if name != "policies"])
    def test_reader_and_schema_require_every_mandatory_field(self, member: str) -> None:
        document = {name: value for name, value in valid().items() if name != member}

        with pytest.raises(ManifestError) as refusal:
            parse_manifest(json.dumps(document).encode())

        assert refusal.value.path == member
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, MANIFEST_SCHEMA)

    @pytest.mark.parametrize(("path", "value", "member", "reason"), CONTRADICTORY)
    def test_reader_rejects_contradictory_amendments(self, path: str, value: object, member: str, reason: str) -> None:
        document = changed(path, value)

        with pytest.raises(ManifestError) as refusal:
            parse_manifest(json.dumps(document).encode())

        assert (refusal.value.path, refusal.value.problem) == (f"policies[0].{member}", reason)

    def test_versions_are_ordered_by_place(self) -> None:
        policy = parse_manifest(to_bytes(valid())).policies[0]

        assert [version.place for version in policy.versions] == [(1, 1), (1, 4), (3, 3)]
        assert [policy.knows(number) for number in (4, 5)] == [True, False]

    def test_every_field_is_parsed_into_a_typed_value(self) -> None:
        read = parse_manifest(to_bytes(valid()), site=SITE)

        policy = read.policy("privacy")
        assert policy is not None
        version = policy.version(3)
        assert version is not None
        assert (read.serial, read.issued_at, policy.cancelled) == (1789884000, NOW, (2,))
        assert version.enforce_at == instant("2027-03-31T16:00:00Z")
        assert (version.digests["en"], version.same_as) == (Digest(DIGEST), (1,))
        assert (version.amends, version.act, policy.amendments) == (None, None, {4: 1})
        amended = policy.version(4)
        assert amended is not None
        assert (amended.amends, amended.act) == (1, "accept")
        assert (read.policy("terms"), policy.version(5)) == (None, None)

    def test_unknown_minor_specification_is_accepted(self) -> None:
        assert parse_manifest(to_bytes(changed("spec", "1.7"))).spec == "1.7"

    def test_unknown_major_specification_is_reported_before_other_errors(self) -> None:
        with pytest.raises(UnsupportedSpecError, match=r"expected major version 1, got “2\.0”"):
            parse_manifest(b'{"type":"policy-manifest","spec":"2.0"}')

    def test_manifest_of_another_site_is_rejected(self) -> None:
        with pytest.raises(
            ManifestError, match=r"^site: expected “https://policies\.shop\.example/”, got “https://staging\."
        ):
            parse_manifest(to_bytes(changed("site", "https://staging.shop.example/")), site=SITE)

    @pytest.mark.parametrize(("path", "name"), [("policies", "privacy"), ("policies/0/versions", "3")])
    def test_duplicate_entries_are_rejected(self, path: str, name: str) -> None:
        document: Any = valid()
        listed = document["policies"] if path == "policies" else document["policies"][0]["versions"]
        listed.append(listed[0])

        with pytest.raises(ManifestError, match=f"hold “{name}” twice"):
            parse_manifest(to_bytes(document))

    def test_too_long_manifest_is_rejected_before_decoding(self) -> None:
        with pytest.raises(ManifestError, match="has 70,000 bytes, more than the limit of 65,536"):
            parse_manifest(b"x" * 70_000, limit=65_536)


NOT_STRICT = [
    pytest.param(b"\xef\xbb\xbf{}", "not JSON", id="a byte order mark"),
    pytest.param(b'{"a":"\xff"}', "not UTF-8 at byte 6", id="bytes that are not UTF-8"),
    pytest.param('{"a":1}'.encode("utf-16"), "not UTF-8", id="another encoding"),
    pytest.param(b"", "not JSON", id="nothing"),
    pytest.param(b"{} {}", "not JSON", id="two documents"),
    pytest.param(b'{"a":1,"b":2,"a":3}', "a occurs twice", id="a duplicate field"),
    pytest.param(b'{"x":[{"a":1,"\\u0061":1}]}', "a occurs twice", id="a field spelt in two ways"),
    pytest.param(b'{"a":1.0}', "expected whole numbers", id="a fraction"),
    pytest.param(b'{"a":1e3}', "expected whole numbers", id="an exponent"),
    pytest.param(b'{"a":-0}', "expected whole numbers", id="a zero with a sign"),
    pytest.param(b'{"a":NaN}', "expected whole numbers", id="not a number"),
    pytest.param(b'{"a":-Infinity}', "expected whole numbers", id="infinity"),
    pytest.param(b'{"a":9007199254740992}', "expected whole numbers", id="a number JavaScript cannot hold"),
    pytest.param(b'{"a":' + b"9" * 50_000 + b"}", "expected whole numbers", id="a number of 50,000 digits"),
    pytest.param(b'{"a":"\\ud800"}', "lone surrogate", id="a lone surrogate"),
    pytest.param(b"[" * 17 + b"]" * 17, "more than 16 levels", id="seventeen levels"),
    pytest.param(b'{"a":' * 30_000, "more than 16 levels", id="thirty thousand levels"),
]


class TestStrictJson:
    @pytest.mark.parametrize(("raw", "reason"), NOT_STRICT)
    def test_parse_json_rejects_invalid_json(self, raw: bytes, reason: str) -> None:
        with pytest.raises(ManifestError, match=reason):
            parse_json(raw)

    @pytest.mark.parametrize(
        ("raw", "data"),
        [
            (b"[" * 16 + b"]" * 16, [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]),
            (b'{"a":"[[[[[[[[[[[[[[[[[[[[\\"[[[["}', {"a": '[[[[[[[[[[[[[[[[[[[["[[[['}),
            (b'{"a":9007199254740991,"b":-9007199254740991}', {"a": 2**53 - 1, "b": 1 - 2**53}),
            (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        ],
        ids=["sixteen levels", "brackets inside text", "the largest numbers", "a whole surrogate pair"],
    )
    def test_parse_json_accepts_valid_json(self, raw: bytes, data: object) -> None:
        assert parse_json(raw) == data


class TestSchemas:
    @pytest.mark.parametrize("path", SCHEMAS)
    def test_each_schema_is_valid_for_its_draft(self, path: str) -> None:
        jsonschema.Draft202012Validator.check_schema(dict(SCHEMAS[path]))
        assert SCHEMAS[path]["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def test_manifest_with_every_field_matches_the_schema(self) -> None:
        jsonschema.validate(valid(), MANIFEST_SCHEMA)

    def test_sample_book_matches_the_schema_on_every_day_of_change(self, sample: Catalog) -> None:
        days = {version.published_at for policy in sample for version in policy.versions}

        for day in sorted(days):
            document = manifest(sample, day)
            jsonschema.validate(document, MANIFEST_SCHEMA)
            assert parse_manifest(to_bytes(document), site=sample.settings.site).issued_at == day


@pytest.fixture
def sample(book: BookBuilder) -> Catalog:
    """Return a book that contains every kind of event of a policy."""
    policy = book.policy("terms")
    policy.version("2025-01-01").version("2025-02-01", change="editorial").version("2025-03-01", change="notice")
    policy.version("2026-01-01", meta={"published": "2025-11-01", "effective": "2026-01-01", "enforce": "2026-02-01"})
    cancelled = {"published": "2026-03-01", "effective": "2026-09-01", "cancelled": "{at: 2026-04-01, reason: No.}"}
    policy.version("2026-09-01", meta=cancelled).version("2026-10-01", change="notice")
    book.policy("cookies", act="consent", extra="reask_days: 180\n").version("2025-06-01", meta={"enforce": "never"})
    return book.read().require()


def test_parsing_a_manifest_imports_no_build_library() -> None:
    script = (
        "import sys, inforce.manifest\n"
        "heavy = {'langcodes', 'babel', 'yaml', 'markdown_it', 'jinja2', 'git', 'click', 'rich', 'mkdocs'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (process.returncode, process.stderr) == (0, "")
