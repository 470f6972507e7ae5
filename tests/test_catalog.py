"""The catalogue: all policies of a book by id, with a suggestion for unknown ids."""

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


def test_policies_are_sorted_by_id(catalog: Catalog) -> None:
    assert [policy.id for policy in catalog] == ["privacy", "terms"]
    assert Catalog(settings=catalog.settings, policies=catalog.policies[::-1]) == catalog


def test_policies_with_an_order_come_first_by_that_number(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path)
    for policy_id, order in [("a", 20), ("b", None), ("c", 3), ("d", 20)]:
        book.policy(policy_id, extra=f"order: {order}\n" if order else "").version("2026-01-15")
    assert [policy.id for policy in book.read().require()] == ["c", "a", "d", "b"]


def test_policy_and_version_are_found_by_id_and_label(catalog: Catalog) -> None:
    terms = catalog.policy("terms")
    assert terms is catalog.find("terms")
    assert catalog.version(terms, "2027-03-01") is terms.versions[1]
    assert catalog.find("cookies") is None


@pytest.mark.parametrize(
    ("policy_id", "message"),
    [
        pytest.param(
            "term",
            "policy_versions: has no policy “term”\n  did you mean “terms”?",
            id="a misspelt id gets a suggestion",
        ),
        pytest.param(
            "zzz",
            "policy_versions: has no policy “zzz”\n  existing: privacy, terms",
            id="otherwise all ids are listed",
        ),
        pytest.param(
            "../x\x1b", "policy_versions: has no policy “../x\\x1b”\n  existing: privacy, terms", id="escapes"
        ),
    ],
)
def test_unknown_policy_raises_error_with_known_ids(catalog: Catalog, policy_id: str, message: str) -> None:
    with pytest.raises(CatalogError) as refused:
        catalog.policy(policy_id)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("label", "fix"),
    [
        pytest.param("2027-03-02", "did you mean “2027-03-01”?", id="a similar label"),
        pytest.param("zzz", "there are: 2026-01-15, 2027-03-01", id="a label without a similar one"),
    ],
)
def test_unknown_version_raises_error_with_known_labels(catalog: Catalog, label: str, fix: str) -> None:
    with pytest.raises(CatalogError) as refused:
        catalog.version(catalog.policy("terms"), label)
    assert (refused.value.place.path, refused.value.fix) == ("policy_versions/terms", fix)


def test_error_for_empty_book_states_that_it_has_no_policies(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path)
    with pytest.raises(CatalogError, match="existing: none yet"):
        book.read().require().policy("terms")


def test_duplicate_policy_id_is_rejected(catalog: Catalog) -> None:
    terms = catalog.policy("terms")
    with pytest.raises(CatalogError, match="is used by two policies “terms”"):
        Catalog(settings=catalog.settings, policies=(terms, terms))
