"""Tests of the digests file of a policy: its content and its parsing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from book_builder import BookBuilder, instant
from inforce.errors import DigestMismatchError, ManifestError
from inforce.manifest import DIGESTS_SCHEMA, PolicyDigests, digests_file, digests_named, parse_manifest, to_bytes
from inforce.manifest.build import manifest
from inforce.policy.catalog import Catalog
from inforce.publication import Publication
from inforce.site.page_kinds import page_kinds
from inforce.text import Digest

NOW, SITE = instant("2026-09-20"), "https://policies.shop.example/"
OTHER = Digest.of("other")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a policy of three versions; the third is announced, and the second has no German edition."""
    policy = BookBuilder(tmp_path).policy("terms").version("1", en="# T\n\nOne.\n", de="# T\n\nEins.\n")
    policy.version("2").version("3", meta={"published": "2026-09-01", "effective": "2027-01-01"})
    return BookBuilder(tmp_path).read().require()


def digests_at(catalog: Catalog, now: datetime = NOW) -> bytes:
    """Return the digests of the policy as if each file contained its own address."""
    return Publication(catalog=catalog, now=now, kinds=page_kinds()).version_digests(
        catalog.policy("terms"), lambda place: str(Digest.of(place))
    )


def read(raw: bytes, site: str = SITE, policy: str = "terms") -> PolicyDigests:
    return PolicyDigests.from_bytes(raw, Digest.of(raw), site=site, policy=policy)


def changed(raw: bytes, **version: Any) -> bytes:
    document = json.loads(raw)
    document["versions"][0].update(version)
    return to_bytes(document)


def test_every_text_redline_and_since_file_has_its_digest(catalog: Catalog) -> None:
    document = read(digests_at(catalog)).versions

    assert [one.version.version for one in document.values()] == ["1", "2", "3"]
    assert document[2].redlines == {"1": {"en": Digest.of("terms/changes/1...2/en.json")}}
    assert list(document[3].redlines) == ["1", "2"]
    assert document[1].redlines == {}
    assert document[1].since == {tag: Digest.of(f"terms/1/since/{tag}.json") for tag in ("de", "en")}
    texts = catalog.policy("terms").versions[0].editions
    assert document[1].version.digests == {str(text.language): text.digest for text in texts}


def test_document_matches_its_schema(catalog: Catalog) -> None:
    Draft202012Validator(DIGESTS_SCHEMA).validate(json.loads(digests_at(catalog)))


def test_bytes_depend_on_time_only_through_the_published_files(catalog: Catalog) -> None:
    assert digests_at(catalog, instant("2026-09-02")) == digests_at(catalog, instant("2030-01-01"))
    assert b"2026-09-20" not in digests_at(catalog)


def test_later_version_is_not_included(catalog: Catalog) -> None:
    assert list(read(digests_at(catalog, instant("2026-08-31"))).versions) == [1, 2]


def test_manifest_contains_the_digest_of_the_file_once_per_policy(catalog: Catalog) -> None:
    plain = to_bytes(manifest(catalog, NOW, {"terms": OTHER}))

    (policy,) = parse_manifest(plain).policies
    assert policy.versions_digest == OTHER
    assert plain.count(OTHER.hex.encode()) == 1
    assert parse_manifest(to_bytes(manifest(catalog, NOW))).policies[0].versions_digest is None


def test_address_and_digest_can_be_derived_from_each_other() -> None:
    place = digests_file("terms", OTHER)

    assert place == f"terms/versions.{OTHER.hex}.json"
    assert digests_named(place) == ("terms", OTHER)
    for other in ("terms/versions.json", f"terms/1/versions.{OTHER.hex}.json", f"{place}.gz", "terms/versions.00.json"):
        assert digests_named(other) is None


def test_bytes_with_another_digest_are_rejected(catalog: Catalog) -> None:
    with pytest.raises(DigestMismatchError, match="the digests of terms"):
        PolicyDigests.from_bytes(digests_at(catalog), OTHER, site=SITE, policy="terms")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"version": "../1"}, "version", id="label outside the site"),
        pytest.param({"redlines": {"../1": {"en": str(OTHER)}}}, "the format", id="older label outside the site"),
        pytest.param({"redlines": {"1": {"e/n": str(OTHER)}}}, "the format", id="language outside the site"),
        pytest.param({"since": {"en": "sha256:0"}}, "64 lower-case", id="short digest"),
        pytest.param({"since": None}, "since", id="no since files"),
        pytest.param({"seq": 2}, "twice", id="duplicate number"),
        pytest.param({"digests": {}}, "digests", id="no text"),
    ],
)
def test_document_with_an_invalid_field_is_rejected(catalog: Catalog, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ManifestError, match=words):
        read(changed(digests_at(catalog), **fields))


@pytest.mark.parametrize("asked", [{"site": "https://elsewhere.example/"}, {"policy": "privacy"}])
def test_digests_of_another_site_or_policy_are_rejected(catalog: Catalog, asked: dict[str, str]) -> None:
    with pytest.raises(ManifestError, match="expected"):
        read(digests_at(catalog), **asked)


def test_list_of_versions_is_rejected_as_digests(catalog: Catalog) -> None:
    document = {**json.loads(digests_at(catalog)), "type": "policy-versions"}

    with pytest.raises(ManifestError, match="policy-version-digests"):
        read(to_bytes(document))
