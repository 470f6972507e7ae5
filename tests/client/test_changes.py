"""Tests of `changes`: only verified changes between exactly the requested texts are returned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from client.host import Behaviour, Host, answer, hang_up
from client.world import START, Clock
from inforce.client import AsyncPolicies, Changes, Policies, RefusedError
from inforce.errors import DigestMismatchError, UnknownVersionError
from inforce.manifest import digests_file, to_bytes
from inforce.manifest.build import manifest
from inforce.policy.catalog import Catalog
from inforce.publication import Publication
from inforce.signing import PrivateKey, sign
from inforce.site.page_kinds import page_kinds
from inforce.text import Digest
from page_files import comparison_file

FIRST, SECOND, THIRD = "# Terms\n\nWe keep it.\n", "# Terms\n\nWe keep it a year.\n", "# Terms\n\nWe keep it a month.\n"
STEP = "/terms/changes/2...3/en.json"
SUMMARY = "---\nsummary:\n  - text: We keep it for a year only.\n---\n"


@pytest.fixture
def catalog(host: Host, tmp_path: Path) -> Catalog:
    """The book of `host`."""
    return book_of(host, tmp_path)


def book_of(host: Host, folder: Path) -> Catalog:
    """Write the book of `host` to `folder`: two earlier versions and an announced one."""
    book = BookBuilder(folder)
    text = (folder / "policy_versions" / "book.yml").read_text("utf-8")
    book.write("policy_versions/book.yml", text.replace("https://policies.shop.example/", host.url))
    coming = {"published": "2026-09-01", "effective": "2027-01-01"}
    policy = book.policy("terms").version("1", en=FIRST).version("2", en=SUMMARY + SECOND, de="# AGB\n\nEin Jahr.\n")
    policy.version("3", en=SUMMARY.replace("year", "month") + THIRD, meta=coming)
    return book.read().require()


@pytest.fixture
def published(host: Host, catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Publish `catalog` on `host`; return the documents by path, which tests can damage and publish again."""
    documents = redlines_of(catalog, START)
    publish(host, catalog, documents)
    return documents


def publish(
    host: Host, catalog: Catalog, documents: Mapping[str, dict[str, Any]], now: datetime = START, *keys: PrivateKey
) -> None:
    """Serve `documents` by path on `host`, with the manifest and the digests that prove them, signed with `keys`."""
    files = {path: to_bytes(document) for path, document in documents.items()}
    publication = Publication(catalog=catalog, now=now, kinds=page_kinds())
    digests = publication.version_digests(
        catalog.policy("terms"), lambda place: str(Digest.of(files.get(f"/{place}", b"")))
    )
    plain = to_bytes(manifest(catalog, now, {"terms": Digest.of(digests)}))
    files[f"/{digests_file('terms', Digest.of(digests))}"] = digests
    files |= {"/policies.json": plain, **({"/policies.jws.json": sign(plain, keys)} if keys else {})}
    for version in catalog.policy("terms").public(now):
        files |= {
            f"/terms/{version.label}/{edition.language}.md": edition.text.encode() for edition in version.editions
        }
    host.at.clear()
    host.at |= {path: answer(content) for path, content in files.items()}


def redlines_of(catalog: Catalog, now: datetime) -> dict[str, dict[str, Any]]:
    """Return the redlines of the only policy of `catalog` by path."""
    publication, documents = Publication(catalog=catalog, now=now, kinds=page_kinds()), {}
    for page in publication.lasting_pages(catalog.policy("terms")):
        if page.kind.name in ("since", "redline"):
            changes = [publication.texts.changes(*pair) for pair in page.pairs]
            place, content = comparison_file(page, catalog.settings.site, changes)
            documents[f"/{place}"] = json.loads(content)
    return documents


@pytest.fixture(params=[Policies, AsyncPolicies], ids=["threads", "asyncio"])
def ask(request: pytest.FixtureRequest, host: Host, published: Mapping[str, Any], clock: Clock) -> Any:
    """Call `changes` of an app of either kind."""
    assert published
    app = request.param(host.url, clock=clock)

    def changes(base: int, target: int, language: str = "en") -> Changes:
        if isinstance(app, Policies):
            app.refresh()
            return app.changes("terms", base, target, language)
        asyncio.run(app.refresh())
        return asyncio.run(app.changes("terms", base, target, language))

    return changes


def test_changes_from_the_version_in_force_to_the_announced_one_include_the_summary(ask: Any) -> None:
    changes = ask(2, 3)

    assert (changes.base_seq, changes.target_seq, changes.language) == (2, 3, "en")
    assert [point["text"] for point in changes.summary] == ["We keep it for a month only."]
    assert "".join(run["text"] for run in changes.runs if run["op"] != "insert") == "Terms\nWe keep it a year.\n"
    assert "".join(run["text"] for run in changes.runs if run["op"] != "delete") == "Terms\nWe keep it a month.\n"


def digests_of(host: Host) -> str:
    """Return the path of the file of digests that `host` serves."""
    (path,) = (path for path in host.at if path.startswith("/terms/versions."))
    return path


def test_changes_from_a_version_missing_in_the_manifest_are_returned(host: Host, ask: Any) -> None:
    changes = ask(1, 2)

    assert {run["op"] for run in changes.runs} == {"equal", "insert"}
    assert [path for path, _ in host.asked] == ["/policies.json", digests_of(host), "/terms/changes/1...2/en.json"]


def test_changes_over_several_versions_have_no_summary(ask: Any) -> None:
    assert ask(1, 3).summary == ()


def test_language_missing_in_one_version_falls_back_to_the_binding_language(ask: Any) -> None:
    assert ask(2, 3, "de").language == "en"


class TestWhateverElseComes:
    def test_redline_of_other_texts_is_rejected(
        self, host: Host, catalog: Catalog, published: dict[str, dict[str, Any]], ask: Any
    ) -> None:
        published[STEP]["new"]["digest"] = str(Digest.of("# Other words\n"))
        publish(host, catalog, published)

        with pytest.raises(DigestMismatchError, match="terms from 2 to 3 in en, new: expected sha256:"):
            ask(2, 3)

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            pytest.param({"type": "policy-versions"}, "expected “policy-changes”", id="another document"),
            pytest.param({"site": "https://elsewhere.example/"}, "site", id="another site's"),
            pytest.param({"policy": "privacy"}, "expected “terms”, got “privacy”", id="another policy's"),
            pytest.param({"spec": "2.0"}, "expected major version 1", id="a future specification"),
            pytest.param({"runs": {}}, "expected a list", id="no list"),
            pytest.param({"old": {"seq": 2}}, "old.digest is missing", id="a step without texts"),
        ],
    )
    def test_document_of_another_kind_is_rejected(
        self,
        host: Host,
        catalog: Catalog,
        published: dict[str, dict[str, Any]],
        ask: Any,
        members: dict[str, Any],
        words: str,
    ) -> None:
        publish(host, catalog, {**published, STEP: {**published[STEP], **members}})

        with pytest.raises(RefusedError, match=words):
            ask(2, 3)

    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            pytest.param(answer(b"<html>"), "expected sha256:", id="a page"),
            pytest.param(answer(b"", status=404), "got 404", id="404"),
            pytest.param(hang_up, "unreachable", id="no response"),
            pytest.param(
                answer(b" " * (4 * 2**20 + 1)), "more than the limit of 4,194,304 bytes", id="more than 4 MiB"
            ),
        ],
    )
    def test_invalid_document_is_rejected(self, host: Host, ask: Any, behaviour: Behaviour, words: str) -> None:
        host.at[STEP] = behaviour

        with pytest.raises((RefusedError, DigestMismatchError), match=words):
            ask(2, 3)

    @pytest.mark.parametrize(("base", "target"), [(2, 9), (9, 2)])
    def test_version_that_was_never_published_is_rejected(self, ask: Any, base: int, target: int) -> None:
        with pytest.raises(UnknownVersionError, match="terms has no published version “9”"):
            ask(base, target)


def test_changes_accept_the_fields_of_a_decision(host: Host, published: Mapping[str, Any], clock: Clock) -> None:
    assert published
    policies = Policies(host.url, clock=clock)
    clock.now = instant("2027-01-01")
    record: Any = {"policy": "terms", "seq": 2, "act": "accepted", "at": "2026-08-01T00:00:00Z", "subject": "u1"}

    decision = policies.check([record], {"id": "u1", "since": "2026-08-01T00:00:00Z"})

    assert decision["reason"] == "expired"
    (due,) = decision["policies"]
    assert due["base_seq"] is not None
    assert due["target_seq"] is not None
    assert policies.changes("terms", due["base_seq"], due["target_seq"], "en").runs
