"""What changed since the version somebody knows: about the very texts that were meant, or nothing."""

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
from inforce.catalog import Catalog
from inforce.client import AsyncPolicies, Changes, Policies, Reason, RefusedError
from inforce.errors import DigestMismatchError, UnknownVersionError
from inforce.manifest import to_bytes
from inforce.manifest.building import manifest, versions_document
from inforce.publication import Publication
from inforce.publication.comparisons import comparison_file
from inforce.publication.pages import PageKind
from inforce.text import Digest

FIRST, SECOND, THIRD = "# Terms\n\nWe keep it.\n", "# Terms\n\nWe keep it a year.\n", "# Terms\n\nWe keep it a month.\n"
SUMMARY = "---\nsummary:\n  - text: We keep it for a year only.\n---\n"


@pytest.fixture
def catalog(host: Host, tmp_path: Path) -> Catalog:
    """Write the book of `host`: two versions that applied, one that is announced."""
    book = BookBuilder(tmp_path)
    text = (tmp_path / "policy_versions" / "book.yml").read_text("utf-8")
    book.write("policy_versions/book.yml", text.replace("https://policies.shop.example/", host.url))
    coming = {"published": "2026-09-01", "effective": "2027-01-01"}
    policy = book.policy("terms").version("1", en=FIRST).version("2", en=SUMMARY + SECOND, de="# AGB\n\nEin Jahr.\n")
    policy.version("3", en=SUMMARY.replace("year", "month") + THIRD, meta=coming)
    return book.read().require()


@pytest.fixture
def published(host: Host, catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Let `host` publish `catalog`; gives the documents by path, to be damaged and published again."""
    documents = dict(documents_of(catalog, START))
    for path, document in documents.items():
        host.at[path] = answer(to_bytes(document))
    return documents


def documents_of(catalog: Catalog, now: datetime) -> Mapping[str, dict[str, Any]]:
    """Make what a site publishes of the one policy of `catalog` for clients."""
    policy = catalog.policy("terms")
    publication = Publication(catalog=catalog, now=now)
    documents = {
        "/policies.json": manifest(catalog, now),
        "/terms/versions.json": versions_document(catalog, policy, now, {}),
    }
    for page in publication.lasting_pages(policy):
        if page.kind is PageKind.SINCE:
            made = comparison_file(
                page, catalog.settings.site, [publication.texts.changes(*pair) for pair in page.pairs]
            )
            assert made is not None
            documents["/" + made[0]] = json.loads(made[1])
    return documents


@pytest.fixture(params=[Policies, AsyncPolicies], ids=["threads", "asyncio"])
def ask(request: pytest.FixtureRequest, host: Host, published: Mapping[str, Any], clock: Clock) -> Any:
    """Ask an app of either kind for changes."""
    assert published
    app = request.param(host.url, clock=clock)

    def changes(base: int, target: int, language: str = "en") -> Changes:
        if isinstance(app, Policies):
            app.refresh()
            return app.changes("terms", base, target, language)
        asyncio.run(app.refresh())
        return asyncio.run(app.changes("terms", base, target, language))

    return changes


def test_from_the_version_in_force_to_the_announced_one_with_the_authors_words(ask: Any) -> None:
    changes = ask(2, 3)

    assert (changes.base_seq, changes.target_seq, changes.language) == (2, 3, "en")
    assert [point["text"] for point in changes.summary] == ["We keep it for a month only."]
    assert "".join(run["text"] for run in changes.runs if run["op"] != "insert") == "Terms\nWe keep it a year.\n"
    assert "".join(run["text"] for run in changes.runs if run["op"] != "delete") == "Terms\nWe keep it a month.\n"


def test_from_a_version_the_manifest_lists_no_more(host: Host, ask: Any) -> None:
    changes = ask(1, 2)

    assert {run["op"] for run in changes.runs} == {"equal", "insert"}
    assert [path for path, _ in host.asked] == ["/policies.json", "/terms/versions.json", "/terms/1/since/en.json"]


def test_over_several_versions_there_are_no_words_of_the_author_to_mislead(ask: Any) -> None:
    assert ask(1, 3).summary == ()


def test_a_language_one_of_the_two_is_not_there_in_gives_the_binding_one_and_says_so(ask: Any) -> None:
    assert ask(2, 3, "de").language == "en"


class TestWhateverElseComes:
    def test_other_texts_than_the_manifest_names_are_refused(
        self, host: Host, published: dict[str, dict[str, Any]], ask: Any
    ) -> None:
        other = published["/terms/2/since/en.json"]
        other["announced"][0]["new"]["digest"] = str(Digest.of("# Other words\n"))
        host.at["/terms/2/since/en.json"] = answer(to_bytes(other))

        with pytest.raises(DigestMismatchError, match="terms from 2 to 3 in en, new: expected sha256:"):
            ask(2, 3)

    def test_a_history_that_contradicts_the_manifest_is_refused(
        self, host: Host, published: dict[str, dict[str, Any]], ask: Any
    ) -> None:
        history = published["/terms/versions.json"]
        history["versions"][1]["change"] = "editorial"
        host.at["/terms/versions.json"] = answer(to_bytes(history))

        with pytest.raises(RefusedError, match="terms 2, level: expected material as before, got editorial") as refusal:
            ask(1, 2)

        assert refusal.value.reason is Reason.CHANGED_VERSION

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            pytest.param({"type": "policy-changes"}, "expected “policy-changes-since”", id="another document"),
            pytest.param({"site": "https://elsewhere.example/"}, "site", id="another site's"),
            pytest.param({"policy": "privacy"}, "expected “terms”, got “privacy”", id="another policy's"),
            pytest.param({"spec": "2.0"}, "expected major version 1", id="a specification of the future"),
            pytest.param({"announced": []}, "says nothing of this step", id="nothing of this step"),
            pytest.param({"announced": {}}, "expected a list", id="no list"),
            pytest.param({"announced": [{"new": {"seq": 3}}]}, "old is missing", id="a step without texts"),
        ],
    )
    def test_another_document_is_refused(
        self, host: Host, published: dict[str, dict[str, Any]], ask: Any, members: dict[str, Any], words: str
    ) -> None:
        host.at["/terms/2/since/en.json"] = answer(to_bytes({**published["/terms/2/since/en.json"], **members}))

        with pytest.raises(RefusedError, match=words):
            ask(2, 3)

    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            pytest.param(answer(b"<html>"), "not JSON", id="a page"),
            pytest.param(answer(b"", status=404), "got 404", id="404"),
            pytest.param(hang_up, "unreachable", id="no answer"),
            pytest.param(answer(b" " * (4 * 2**20 + 1)), "more than the 4,194,304 bytes", id="more than 4 MiB"),
        ],
    )
    def test_what_is_no_document_is_refused(self, host: Host, ask: Any, behaviour: Behaviour, words: str) -> None:
        host.at["/terms/2/since/en.json"] = behaviour

        with pytest.raises(RefusedError, match=words):
            ask(2, 3)

    @pytest.mark.parametrize(("base", "target"), [(2, 9), (9, 2)])
    def test_a_version_that_was_never_published_is_refused(self, ask: Any, base: int, target: int) -> None:
        with pytest.raises(UnknownVersionError, match="terms has no published version “9”"):
            ask(base, target)


def test_what_is_asked_about_is_what_a_decision_names(host: Host, published: Mapping[str, Any], clock: Clock) -> None:
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
