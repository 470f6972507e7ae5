"""Amendments in the manifest, in the list of versions, and in a manifest that is issued again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from book_builder import instant
from inforce.manifest import MANIFEST_SCHEMA, VERSIONS_SCHEMA, parse_manifest, reissued, to_bytes
from inforce.manifest.build import digests_document, manifest, versions_document
from inforce.policy import Act, Cancellation, ChangeLevel, Label, Policy, Version
from inforce.policy.catalog import Catalog
from policy_builder import policy, version
from property.book_strategies import SETTINGS

FIRST = version("1", "2026-01-01")
SECOND = version("2", "2026-06-01")
ANNOUNCED = version("3", "2026-09-01", "2026-12-01")


def amendment(label: str, amends: str, published: str, effective: str = "", **more: Any) -> Version:
    return version(label, published, effective, amends=Label(amends), **{"change": ChangeLevel.EDITORIAL, **more})


OF_FIRST = amendment("1.1", "1", "2026-03-01")
OF_SECOND = amendment("2.1", "2", "2026-10-01")
OF_ANNOUNCED = amendment("3.1", "3", "2026-10-02", "2026-12-01")
ALL = policy(FIRST, SECOND, ANNOUNCED, OF_FIRST, OF_SECOND, OF_ANNOUNCED)
# By publication: 1 = “1”, 2 = “1.1”, 3 = “2”, 4 = “3”, 5 = “2.1”, 6 = “3.1”.
AUTUMN = instant("2026-10-15")


def document(terms: Policy, now: datetime = AUTUMN) -> dict[str, Any]:
    """Return the entry of `terms` in a manifest at `now`, which matches the schema and can be read."""
    whole = manifest(Catalog(settings=SETTINGS, policies=(terms,)), now)
    jsonschema.validate(whole, MANIFEST_SCHEMA)
    assert parse_manifest(to_bytes(whole)).data == whole
    return dict(whole["policies"][0])


def listed(terms: Policy, now: datetime = AUTUMN) -> list[tuple[str, int | None]]:
    """Return the label of each listed version, and the number of the version it amends."""
    return [(entry["version"], entry.get("amends")) for entry in document(terms, now)["versions"]]


def test_amendments_are_listed_with_the_versions_they_amend() -> None:
    assert listed(ALL) == [("2", None), ("2.1", 3), ("3", None), ("3.1", 4)]


def test_version_in_force_and_latest_version_have_their_own_numbers() -> None:
    assert [(document(ALL)["in_force"], document(ALL)["latest"])] == [(5, 6)]


def test_amendment_of_an_old_version_does_not_become_the_version_in_force() -> None:
    late = amendment("1.1", "1", "2026-10-10")
    terms = document(policy(FIRST, SECOND, late))
    assert (terms["in_force"], terms["latest"]) == (2, 2)


def test_fields_of_an_amendment_precede_its_digests() -> None:
    entry = document(ALL)["versions"][1]
    assert list(entry) == ["seq", "version", "change", "published_at", "effective_at", "amends", "digests"]


def test_original_of_a_listed_amendment_is_listed_although_no_decision_depends_on_it() -> None:
    editorial = version("2", "2026-06-01", change=ChangeLevel.EDITORIAL)
    terms = policy(FIRST, editorial, amendment("2.1", "2", "2026-10-01"))
    assert listed(terms) == [("1", None), ("2", None), ("2.1", 2)]


def test_unlisted_amendments_above_the_lowest_material_version_are_placed() -> None:
    late = amendment("1.2", "1", "2026-10-10")
    terms = policy(FIRST, SECOND, ANNOUNCED, OF_FIRST, OF_SECOND, late)
    assert document(terms)["amendments"] == {"5": 3, "6": 1}


def test_every_amendment_is_placed_if_no_material_version_applies() -> None:
    editorial = [version(label, f"2026-0{label}-01", change=ChangeLevel.EDITORIAL) for label in "1234"]
    terms = policy(*editorial, amendment("1.1", "1", "2026-02-10"))
    assert (listed(terms), document(terms)["amendments"]) == ([("4", None)], {"3": 1})


def test_policy_without_amendments_has_no_such_field() -> None:
    assert "amendments" not in document(policy(FIRST, SECOND, ANNOUNCED))


def test_unpublished_amendment_is_absent() -> None:
    before = instant("2026-09-15")
    assert listed(ALL, before) == [("2", None), ("3", None)]
    assert "amendments" not in document(ALL, before)


def test_cancelled_amendment_is_placed_and_cancelled() -> None:
    cancelled = replace(OF_ANNOUNCED, cancelled=Cancellation(at=instant("2026-10-05"), reason="Wrong."))
    terms = document(policy(FIRST, SECOND, ANNOUNCED, OF_SECOND, cancelled))
    assert (terms["cancelled"], terms["amendments"], terms["latest"]) == ([5], {"4": 2, "5": 3}, 5)


def test_amendment_of_a_cancelled_version_is_cancelled_with_it() -> None:
    cancelled = replace(ANNOUNCED, cancelled=Cancellation(at=instant("2026-10-05"), reason="Not now."))
    terms = policy(FIRST, SECOND, cancelled, OF_ANNOUNCED)
    assert (document(terms)["cancelled"], listed(terms)) == ([3, 4], [("2", None)])


def test_same_as_refers_to_lower_places_only() -> None:
    """The text of the announced version is repeated by an amendment with a higher number and a lower place."""
    same = amendment("2.1", "2", "2026-10-01", editions=ANNOUNCED.editions)
    entries = document(policy(FIRST, SECOND, ANNOUNCED, same))["versions"]
    assert {entry["version"]: entry.get("same_as") for entry in entries} == {"2": None, "2.1": None, "3": [4]}


def test_same_as_lists_numbers_in_ascending_order() -> None:
    terms = policy(*(replace(one, editions=FIRST.editions) for one in (FIRST, SECOND, ANNOUNCED, OF_SECOND)))
    assert [entry.get("same_as") for entry in document(terms)["versions"]] == [[1], [1, 2], [1, 2, 4]]


@pytest.mark.parametrize(
    ("own", "policy_act", "stated"),
    [
        pytest.param(None, Act.ACCEPT, None, id="the act of the policy"),
        pytest.param(Act.ACCEPT, Act.ACCEPT, None, id="the same act"),
        pytest.param(Act.CONSENT, Act.ACCEPT, "consent", id="another act"),
        pytest.param(Act.NONE, Act.ACKNOWLEDGE, "none", id="no act"),
    ],
)
def test_act_of_a_version_is_stated_where_it_differs(own: Act | None, policy_act: Act, stated: str | None) -> None:
    terms = replace(policy(replace(FIRST, act=own)), act=policy_act)
    entry = document(terms)
    assert (entry["act"], entry["versions"][0].get("act")) == (str(policy_act), stated)


def test_version_with_another_act_is_listed_if_an_answer_to_it_can_count() -> None:
    acts = {"1": Act.CONSENT, "3": Act.CONSENT, "4": Act.ACCEPT}
    levels = {"1": "notice", "2": "material", "3": "notice", "4": "notice", "5": "editorial"}
    versions = [
        version(label, f"2026-0{label}-01", change=ChangeLevel(level), act=acts.get(label))
        for label, level in levels.items()
    ]
    assert [label for label, _ in listed(policy(*versions))] == ["2", "3", "4", "5"]


def test_locked_act_is_stated_after_the_policy_has_changed_its_act() -> None:
    terms = replace(policy(FIRST), act=Act.CONSENT, acts={"1": Act.ACCEPT})
    assert document(terms)["versions"][0]["act"] == "accept"


def test_version_lists_contain_amendments_by_place() -> None:
    catalog = Catalog(settings=SETTINGS, policies=(ALL,))
    versions = versions_document(catalog, ALL, AUTUMN, {})
    digests = digests_document(catalog, ALL, AUTUMN, {number: {"since": {}} for number in range(1, 7)})

    jsonschema.validate(versions, VERSIONS_SCHEMA)
    order = [("1", None), ("1.1", 1), ("2", None), ("2.1", 3), ("3", None), ("3.1", 4)]
    for whole in (versions, digests):
        assert [(entry["version"], entry.get("amends")) for entry in whole["versions"]] == order
    assert [entry["state"] for entry in versions["versions"]] == [
        *("superseded", "superseded", "superseded", "in_force", "announced", "announced")
    ]
    assert [entry.get("changes") for entry in versions["versions"]] == [
        *(None, "terms/changes/1...1.1/", "terms/changes/1.1...2/", "terms/changes/2...2.1/"),
        *("terms/changes/2.1...3/", "terms/changes/3...3.1/"),
    ]


@pytest.mark.parametrize("later", ["2026-11-01", "2026-12-01", "2027-01-01"])
def test_reissued_manifest_follows_places(later: str) -> None:
    catalog = Catalog(settings=SETTINGS, policies=(ALL,))
    again = reissued(parse_manifest(to_bytes(manifest(catalog, AUTUMN))), instant(later))
    rebuilt = manifest(catalog, instant(later))

    for name in ("in_force", "next_change_at", "latest", "amendments"):
        assert again["policies"][0].get(name) == rebuilt["policies"][0].get(name)
