"""The manifest of a built site: a book with signing keys is published only with a signature."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from built import build_here, scaffold
from inforce.errors import ManifestError, SignatureError
from inforce.publication import Publication
from inforce.signing import PublicKey, generate_key, verify
from inforce.site.build.assemble import write_manifest
from inforce.site.build.incremental import SiteBuilder
from inforce.site.page_kinds import page_kinds

KEY = generate_key()
NAMED = json.dumps({"kid": KEY.public.kid, "public": KEY.public.to_jwk()})


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    book = BookBuilder(tmp_path / "book", extra=f"signing:\n  - {NAMED}\n")
    book.policy("terms").version("2026-01-15")
    return Publication(catalog=book.read().require(), now=instant("2026-06-01"), kinds=page_kinds())


def test_manifest_and_signed_manifest_are_written_with_a_key(publication: Publication, tmp_path: Path) -> None:
    write_manifest(tmp_path, publication, (), (KEY,), pytest.fail)

    signed = (tmp_path / "policies.jws.json").read_bytes()
    assert verify(signed, [PublicKey.from_jwk(KEY.public.to_jwk())]) == (tmp_path / "policies.json").read_bytes()


def test_nothing_is_published_without_a_key(publication: Publication, tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="no private key is set"):
        write_manifest(tmp_path, publication, (), (), pytest.fail)

    assert not list(tmp_path.glob("policies*"))


def test_unlisted_key_prevents_build_and_preview(publication: Publication, tmp_path: Path) -> None:
    stranger = (generate_key(),)
    for keyless in (False, True):
        with pytest.raises(SignatureError, match="does not list the key"):
            write_manifest(tmp_path, publication, (), stranger, pytest.fail, keyless=keyless)

    assert not list(tmp_path.glob("policies*"))


def test_preview_without_a_key_is_unsigned_with_a_warning(publication: Publication, tmp_path: Path) -> None:
    told: list[str] = []
    write_manifest(tmp_path, publication, (), (), told.append, keyless=True)

    assert [file.name for file in tmp_path.glob("policies*")] == ["policies.json"]
    assert ["the manifest is not signed" in sentence for sentence in told] == [True]


def test_oversized_manifest_is_rejected_before_pages_are_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = BookBuilder(tmp_path / "book", extra="manifest_bytes: 1024\n")
    for number in range(9):
        book.policy(f"policy-{number}").version("2026-01-15")
    monkeypatch.setattr(SiteBuilder, "_compose", lambda *_: pytest.fail("pages are made"))
    with pytest.raises(ManifestError, match="“manifest_bytes” in book"):
        build_here(scaffold(book).root, tmp_path / "site", tmp_path / "cache", "2026-06-01")
