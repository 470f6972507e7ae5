"""Tests of additional manifests: declared in book.yml, published, signed, limited in size, verified and read by
clients.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from client.host import Host, answer
from client.published_site import NOW as CLIENT_NOW
from client.published_site import Published, published_site
from inforce.cli.runner import run
from inforce.client import Policies
from inforce.errors import ManifestError, UnknownVersionError
from inforce.manifest import parse_manifest, size_of, to_bytes
from inforce.manifest.words import MANIFEST_PATH
from inforce.policy.settings import manifest_name
from inforce.publication import Publication
from inforce.publication.files.headers import headers
from inforce.signing import Issue, PublicKey, generate_key, issue, verify
from inforce.site.build.assemble import check_manifest_size, issued_addresses, write_manifest
from inforce.site.page_kinds import page_kinds

KEY = generate_key()
PUBLIC = PublicKey.from_jwk(KEY.public.to_jwk())
SIGNING = "signing:\n  - " + json.dumps({"kid": KEY.public.kid, "public": KEY.public.to_jwk()}) + "\n"
SHOP = "manifests:\n  shop: [privacy, terms]\n"
NOW = instant("2026-06-01")


def book_with(root: Path, extra: str, *policies: str) -> BookBuilder:
    book = BookBuilder(root, extra=extra)
    for policy in policies or ("cookies", "privacy", "terms"):
        book.policy(policy).version("2026-01-15")
    return book


def publication_of(book: BookBuilder) -> Publication:
    return Publication(catalog=book.read().require(), now=NOW, kinds=page_kinds())


def test_each_manifest_is_written_and_signed_with_one_serial(tmp_path: Path) -> None:
    publication = publication_of(book_with(tmp_path / "book", SIGNING + SHOP))
    site = tmp_path / "site"

    write_manifest(site, publication, (), (KEY,), pytest.fail)

    plain = (site / "manifests/shop.json").read_bytes()
    assert verify((site / "manifests/shop.jws.json").read_bytes(), [PUBLIC]) == plain
    shop, main = (parse_manifest((site / path).read_bytes(), path=path) for path in publication.manifest_paths[::-1])
    assert [policy.id for policy in shop.policies] == ["privacy", "terms"]
    assert [policy.id for policy in main.policies] == ["cookies", "privacy", "terms"]
    assert shop.serial == main.serial
    assert (site / "manifests/shop.json").stat().st_mtime == NOW.timestamp()
    assert {"manifests/shop.json", "manifests/shop.jws.json"} <= issued_addresses(publication)


def test_headers_of_static_hosts_name_each_manifest(tmp_path: Path) -> None:
    publication = publication_of(book_with(tmp_path, SHOP))

    rules = headers(publication.policies, NOW, publication.manifest_paths).decode()

    for path in ("policies.json", "policies.jws.json", "manifests/shop.json", "manifests/shop.jws.json"):
        assert f"/{path}\n  Cache-Control: max-age=600" in rules


def test_policies_are_listed_by_order_and_then_as_in_the_settings(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path, extra="manifests:\n  shop: [terms, cookies, privacy]\n")
    for policy in ("cookies", "terms"):
        book.policy(policy).version("2026-01-15")
    book.policy("privacy", extra="order: 1\n").version("2026-01-15")
    publication = publication_of(book)
    manifests = [parse_manifest(publication.manifest({}, path), path=path) for path in publication.manifest_paths]
    listed = [[policy.id for policy in manifest.policies] for manifest in manifests]
    assert listed == [["privacy", "cookies", "terms"], ["privacy", "terms", "cookies"]]


@pytest.mark.parametrize(
    ("manifests", "line", "message"),
    [
        pytest.param("manifests:\n  shop: [privacy, term]\n", 2, "“term”\n  did you mean “terms”", id="unknown policy"),
        pytest.param("manifests:\n  shop: []\n", 2, "lists no policy", id="empty list"),
        pytest.param("manifests:\n  Shop: [terms]\n", 2, "cannot be the name of a manifest", id="capital letter"),
        pytest.param("manifests:\n  a/b: [terms]\n", 2, "cannot be the name of a manifest", id="a path"),
        pytest.param("manifests:\n  policies: [terms]\n", 2, "name of the main manifest", id="name of the main one"),
        pytest.param("manifests:\n  shop: [terms, terms]\n", 2, "lists “terms” twice", id="policy twice"),
        pytest.param("manifests:\n  a: [terms]\n  a: [privacy]\n", 3, "twice", id="name twice"),
        pytest.param("manifests: [terms]\n", 1, "manifests", id="no mapping"),
    ],
)
def test_invalid_declaration_is_one_finding_with_file_and_line(
    tmp_path: Path, manifests: str, line: int, message: str
) -> None:
    book = book_with(tmp_path, manifests)
    before = (tmp_path / "policy_versions/book.yml").read_text().count("\n") - manifests.count("\n")

    (fault,) = book.read().faults

    assert fault.place.path == "policy_versions/book.yml"
    assert fault.place.line == before + line
    assert message in str(fault)


@pytest.mark.parametrize("name", ["shop", "a", "0-9", "x" * 63, "policies-eu", "policies", "X", "", "-a", "x" * 64])
def test_manifest_paths_in_the_book_are_valid_paths(name: str) -> None:
    try:
        manifest_name(name)
    except ValueError:
        assert not re.fullmatch(MANIFEST_PATH, f"manifests/{name}.json")
    else:
        assert re.fullmatch(MANIFEST_PATH, f"manifests/{name}.json")


def test_policy_id_equal_to_the_manifest_folder_is_rejected(tmp_path: Path) -> None:
    book = book_with(tmp_path, "", "manifests")

    assert ["the site uses this path" in str(fault) for fault in book.read().faults] == [True]


def test_size_of_each_manifest_is_checked_and_its_path_is_in_the_message(tmp_path: Path) -> None:
    names = [f"policy-{number}" for number in range(30)]
    publication = publication_of(book_with(tmp_path, f"manifests:\n  shop: [{', '.join(names[:25])}]\n", *names))
    warnings: list[str] = []

    check_manifest_size(publication, warnings.append)

    assert [sentence.split()[2] for sentence in warnings] == ["policies.json", "manifests/shop.json"]


NINE_LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "nl", "ja", "ar")
SEVEN_POLICIES = ("terms", "privacy", "cookies", "acceptable-use", "data-processing", "community", "refunds")


def book_of_a_company(root: Path, policies: tuple[str, ...], languages: tuple[str, ...]) -> BookBuilder:
    """A signed book in which each policy was changed twice and has an announced version."""
    book = BookBuilder(root, languages=", ".join(languages), extra=SIGNING)
    for name in policies:
        policy = book.policy(name)
        for label in ("2025-01-15", "2026-01-15"):
            policy.version(label, **dict.fromkeys(languages, f"# {name}\n\nText of {label}.\n"))
        dates = {"published": "2026-05-15", "effective": "2026-07-01", "enforce": "2026-08-01"}
        policy.version("2026-07-01", meta=dates, **dict.fromkeys(languages, f"# {name}\n\nNew text.\n"))
    return book


@pytest.mark.parametrize(
    ("policies", "languages"),
    [(SEVEN_POLICIES, ("en",)), (SEVEN_POLICIES[:3], NINE_LANGUAGES)],
    ids=["seven policies", "three policies in nine languages"],
)
def test_book_of_an_ordinary_company_is_built_with_one_warning(
    tmp_path: Path, policies: tuple[str, ...], languages: tuple[str, ...]
) -> None:
    publication = publication_of(book_of_a_company(tmp_path / "book", policies, languages))
    warnings: list[str] = []

    check_manifest_size(publication, warnings.append)
    write_manifest(tmp_path / "site", publication, (), (KEY,), warnings.append)

    assert [sentence.split(" bytes")[0].rpartition(" ")[0] for sentence in warnings] == [
        "the manifest policies.json has"
    ]
    assert "with “manifests” in book.yml, an app polls only the policies it uses" in warnings[0]
    assert 4_096 < (tmp_path / "site/policies.json").stat().st_size < 16_384
    parse_manifest(verify((tmp_path / "site/policies.jws.json").read_bytes(), [PUBLIC]))


def test_signed_bytes_above_the_client_limit_are_rejected() -> None:
    """The plain manifest is within the limit; its signed form, in which quotes are escaped, is not."""
    plain = b'"' * 40_000
    assert len(plain) < 65_536

    with pytest.raises(ManifestError, match=r"manifests/shop\.jws\.json has 80,\d{3} bytes, more than the 65,536"):
        issue(plain, [KEY.public], [KEY], "manifests/shop.json")


def test_plain_bytes_above_the_client_limit_are_rejected() -> None:
    Issue(plain=b" " * 65_536, signed=None)

    with pytest.raises(ManifestError, match=r"policies\.json has 65,537 bytes"):
        Issue(plain=b" " * 65_537, signed=None)


def test_estimated_signed_size_is_never_too_small(tmp_path: Path) -> None:
    plain = publication_of(book_with(tmp_path, "")).manifest({})
    signed = issue(plain, [KEY.public], [KEY]).signed
    assert signed is not None
    room = 65_536 - len(json.dumps(plain.decode(), ensure_ascii=False).encode())

    assert len(signed) <= 65_536 - room + 512
    assert size_of(plain, signatures=1).size != "too-large"


def test_sign_reissues_all_manifests_or_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_manifest(site, publication_of(book_with(tmp_path / "book", SIGNING + SHOP)), (), (KEY,), pytest.fail)
    monkeypatch.setenv("INFORCE_SIGNING_KEY", json.dumps(KEY.to_jwk()))

    assert run(["sign", str(site), "--at", "2026-06-02T00:00:00Z"]) == 0

    again = [parse_manifest((site / path).read_bytes()) for path in ("policies.json", "manifests/shop.json")]
    assert {manifest.serial for manifest in again} == {int(instant("2026-06-02").timestamp())}
    assert (
        verify((site / "manifests/shop.jws.json").read_bytes(), [PUBLIC]) == (site / "manifests/shop.json").read_bytes()
    )
    (site / "manifests/shop.json").write_bytes((site / "policies.json").read_bytes())
    before = {path: path.read_bytes() for path in site.rglob("*.json")}
    assert run(["sign", str(site), "--at", "2026-06-03T00:00:00Z"]) != 0
    assert "manifests/shop.json" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in site.rglob("*.json")} == before


@pytest.fixture
def shop_site(tmp_path: Path) -> Published:
    """Publish a site with a manifest of the terms only."""
    return published_site(tmp_path, "manifests:\n  shop: [terms]\n")


def test_verify_reads_each_manifest(shop_site: Published, tmp_path: Path) -> None:
    assert shop_site.found(state_file=tmp_path / "state.json") == []
    states = json.loads((tmp_path / "state.json").read_bytes())["states"]
    assert sorted(states) == ["manifests/shop.json", "policies.json"]


def test_verify_finds_a_missing_or_replaced_manifest(shop_site: Published) -> None:
    shop = shop_site.folder / "manifests/shop.json"
    shop.write_bytes((shop_site.folder / "policies.json").read_bytes())
    assert ("LIVE-manifest", "manifests/shop.json") in shop_site.found()
    shop.unlink()
    assert ("LIVE-missing", "manifests/shop.json") in shop_site.found()


def test_verify_finds_a_policy_that_the_book_does_not_list(shop_site: Published) -> None:
    document = shop_site.document("policies.json") | {"path": "manifests/shop.json"}
    shop_site.write("manifests/shop.json", to_bytes(document), CLIENT_NOW)
    assert ("LIVE-lock", "manifests/shop.json") in shop_site.found()


def test_app_with_an_additional_manifest_receives_only_its_policies(tmp_path: Path) -> None:
    book = book_with(tmp_path, SHOP.replace("privacy, ", ""))
    with Host() as host:
        settings = (tmp_path / "policy_versions/book.yml").read_text()
        book.write("policy_versions/book.yml", settings.replace("https://policies.shop.example/", host.url))
        publication = publication_of(book)
        for path in publication.manifest_paths:
            host.at[f"/{path}"] = answer(publication.manifest({}, path))
        app = Policies(host.url, manifest="manifests/shop.json", clock=lambda: NOW)

        decision = app.check([], {"id": "u"})

        assert [policy["id"] for policy in decision["policies"]] == ["terms"]
        assert [path for path, _ in host.asked] == ["/manifests/shop.json"]
        with pytest.raises(UnknownVersionError):
            app.text("privacy", 1, "en")
