"""`inforce manifest`, `keygen` and `sign`: the manifest and its signatures."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type, everything_in
from inforce.manifest import parse_manifest
from inforce.signing import verify
from inforce.signing.keys import PublicKey


@pytest.fixture
def site(inforce: Type, book: BookBuilder, tmp_path: Path) -> Path:
    """A folder with the manifest of 1 February 2027."""
    inforce("manifest", "--repo", book.root, "--at", "2027-02-01", "--output", tmp_path / "site/policies.json")
    return tmp_path / "site"


@pytest.fixture
def key(inforce: Type, tmp_path: Path) -> Path:
    """The file of a private key."""
    inforce("keygen", "--out", tmp_path / "key.json")
    return tmp_path / "key.json"


def test_manifest_of_an_instant_is_printed_byte_for_byte(inforce: Type, book: BookBuilder, site: Path) -> None:
    printed = inforce("manifest", "--repo", book.root, "--at", "2027-02-01")
    manifest = parse_manifest(printed.out.encode())
    assert printed.code == 0
    assert printed.out.encode() == (site / "policies.json").read_bytes()
    assert [policy.id for policy in manifest.policies] == ["privacy"]
    assert manifest.data["issued_at"] == "2027-01-31T23:00:00Z"


def test_additional_manifest_is_printed_by_its_name(inforce: Type, book: BookBuilder) -> None:
    book.policy("cookies").version("2026-01-15")
    settings = (book.root / "policy_versions/book.yml").read_text()
    book.write("policy_versions/book.yml", f"{settings}manifests:\n  shop: [cookies]\n")
    shop = inforce("manifest", "--repo", book.root, "--at", "2027-02-01", "--name", "shop")
    manifest = parse_manifest(shop.out.encode(), path="manifests/shop.json")
    assert [policy.id for policy in manifest.policies] == ["cookies"]
    for name in ("other", "../policies", "shop/", "SHOP"):
        refused = inforce("manifest", "--repo", book.root, "--name", name)
        assert refused.code == 2
        assert f"expected a manifest that book.yml declares (“shop”), got “{name}”" in " ".join(refused.err.split())


def test_oversized_manifest_is_rejected(inforce: Type, book: BookBuilder) -> None:
    for number in range(9):
        book.policy(f"policy-{number}").version("2026-01-15")
    settings = (book.root / "policy_versions/book.yml").read_text()
    book.write("policy_versions/book.yml", settings + "manifest_bytes: 1024\n")
    before = everything_in(book.root)
    ended = inforce("manifest", "--repo", book.root, "--output", book.root / "policies.json")
    assert ended.code == 2
    assert "“manifest_bytes” in book.yml allows 1,024" in ended.err
    assert everything_in(book.root) == before


def test_large_manifest_is_printed_with_a_note(inforce: Type, book: BookBuilder) -> None:
    for number in range(24):
        book.policy(f"policy-{number}").version("2026-01-15")
    ended = inforce("manifest", "--repo", book.root)
    assert ended.code == 0
    assert ended.err.startswith("Note: the manifest policies.json has ")
    assert json.loads(ended.out)["type"] == "policy-manifest"


def test_keygen_writes_a_private_file_and_prints_the_public_key_for_the_book(inforce: Type, tmp_path: Path) -> None:
    ended = inforce("keygen", "--out", tmp_path / "key.json")
    private = json.loads((tmp_path / "key.json").read_text())
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    assert private["d"] not in ended.out + ended.err
    book = BookBuilder(tmp_path / "signed", extra=ended.out)
    (named,) = book.read().require().settings.signing
    assert PublicKey.from_jwk(named.public).kid == named.kid == private["kid"]


def test_es256_key_can_be_created(inforce: Type, tmp_path: Path) -> None:
    inforce("keygen", "--out", tmp_path / "key.json", "--algorithm", "ES256")
    assert json.loads((tmp_path / "key.json").read_text())["crv"] == "P-256"


def test_existing_key_is_never_overwritten(inforce: Type, key: Path) -> None:
    before = key.read_bytes()
    ended = inforce("keygen", "--out", key)
    assert ended.code == 4
    assert "is never overwritten" in ended.err
    assert key.read_bytes() == before


def test_site_is_signed_again_with_new_dates_and_the_same_policies(
    inforce: Type, site: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = parse_manifest((site / "policies.json").read_bytes())
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(key))
    ended = inforce("sign", site, "--at", "2027-02-20T00:00:00Z")
    plain = (site / "policies.json").read_bytes()
    after = parse_manifest(plain)
    public = PublicKey.from_jwk({k: v for k, v in json.loads(key.read_text()).items() if k in ("kty", "crv", "x")})
    assert ended.code == 0, ended.err
    assert verify((site / "policies.jws.json").read_bytes(), [public]) == plain
    assert after.data["issued_at"] == "2027-02-20T00:00:00Z"
    assert after.data["policies"] == before.data["policies"]
    assert (site / "policies.json").stat().st_mtime == 1803081600


def test_key_missing_from_the_new_signatures_is_reported(
    inforce: Type, site: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inforce("keygen", "--out", tmp_path / "new.json")
    both = tmp_path / "both.json"
    keys = [json.loads(file.read_text()) for file in (key, tmp_path / "new.json")]
    both.write_text(json.dumps({"keys": keys}))
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(key))
    first = inforce("sign", site, "--at", "2027-02-20T00:00:00Z")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(both))
    second = inforce("sign", site, "--at", "2027-02-21T00:00:00Z")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "new.json"))
    third = inforce("sign", site, "--at", "2027-02-22T00:00:00Z")
    assert (first.err, second.err) == ("", "")
    assert third.code == 0
    assert f"the key {keys[0]['kid']} signed only the previous issue" in third.err


def test_outdated_compressed_copy_is_reported(
    inforce: Type, site: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "policies.json.gz").write_bytes(b"")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(key))
    ended = inforce("sign", site, "--at", "2027-02-20T00:00:00Z")
    assert ended.code == 0
    assert "policies.json.gz still contains the previous issue" in ended.err


def test_signing_without_a_key_is_rejected(inforce: Type, site: Path) -> None:
    before = everything_in(site)
    ended = inforce("sign", site)
    assert ended.code == 4
    assert "INFORCE_SIGNING_KEY_FILE" in ended.err
    assert everything_in(site) == before


def test_folder_without_a_manifest_is_not_signed(
    inforce: Type, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(key))
    ended = inforce("sign", tmp_path)
    assert ended.code == 2
    assert "contains no inforce site" in ended.err


def test_manifest_is_never_issued_before_the_previous_one(
    inforce: Type, site: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_in(site)
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(key))
    ended = inforce("sign", site, "--at", "2027-01-01")
    assert ended.code == 2
    assert "serial" in ended.err
    assert everything_in(site) == before
