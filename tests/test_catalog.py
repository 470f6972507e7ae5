"""The catalogue: all policies of a book, found by id, with a likely spelling where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from inforce.errors import CatalogError
from inforce.policy.catalog import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    book = BookBuilder(tmp_path)
    book.policy("terms").version("2026-01-15").version("2027-03-01")
    book.policy("privacy").version("1.9").version("1.10")
    return book.read().require()


def test_policies_stand_in_the_order_of_their_ids(catalog: Catalog) -> None:
    assert [policy.id for policy in catalog] == ["privacy", "terms"]
    assert Catalog(settings=catalog.settings, policies=catalog.policies[::-1]) == catalog


def test_a_policy_and_its_versions_are_found_by_name(catalog: Catalog) -> None:
    terms = catalog.policy("terms")
    assert terms is catalog.find("terms")
    assert catalog.version(terms, "2027-03-01") is terms.versions[1]
    assert catalog.find("cookies") is None


@pytest.mark.parametrize(
    ("policy_id", "message"),
    [
        pytest.param(
            "term", "policy_versions: has no policy “term”\n  did you mean “terms”?", id="a misspelt id is recognised"
        ),
        pytest.param(
            "zzz", "policy_versions: has no policy “zzz”\n  there are: privacy, terms", id="otherwise all are named"
        ),
        pytest.param(
            "../x\x1b", "policy_versions: has no policy “../x\\x1b”\n  there are: privacy, terms", id="escapes"
        ),
    ],
)
def test_a_policy_that_is_not_there_is_refused_with_what_is(catalog: Catalog, policy_id: str, message: str) -> None:
    with pytest.raises(CatalogError) as refused:
        catalog.policy(policy_id)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("label", "fix"),
    [
        pytest.param("2027-03-02", "did you mean “2027-03-01”?", id="a label that is nearly right"),
        pytest.param("zzz", "there are: 2026-01-15, 2027-03-01", id="a label like none"),
    ],
)
def test_a_version_that_is_not_there_is_refused_with_what_is(catalog: Catalog, label: str, fix: str) -> None:
    with pytest.raises(CatalogError) as refused:
        catalog.version(catalog.policy("terms"), label)
    assert (refused.value.place.path, refused.value.fix) == ("policy_versions/terms", fix)


def test_an_empty_book_says_there_are_none_yet(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path)
    with pytest.raises(CatalogError, match="there are: none yet"):
        book.read().require().policy("terms")


def test_one_id_is_one_policy(catalog: Catalog) -> None:
    terms = catalog.policy("terms")
    with pytest.raises(CatalogError, match="is used by two policies “terms”"):
        Catalog(settings=catalog.settings, policies=(terms, terms))
