"""The check of a site with amendments: numbers, places and acts in manifests and lists against the lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder
from client.published_site import KEY, NOW, Published, signing
from client.test_verification import resigned, rewrite
from inforce.policy import Act
from inforce.policy.lock import Lock
from inforce.verification.site import lasting_addresses, published


@pytest.fixture
def site(tmp_path: Path) -> Published:
    """A site whose version in force and whose announced version each have an amendment."""
    book = BookBuilder(tmp_path / "book", extra=signing(KEY))
    announced = {"published": "2026-09-01", "effective": "2027-01-01"}
    terms = book.policy("terms").version("2026-01-15").version("2026-02-01").version("2027-01-01", meta=announced)
    for label, amends, dates in (
        ("2026-01-15.1", "2026-01-15", {"published": "2026-01-20"}),
        ("2026-02-01.1", "2026-02-01", {"published": "2026-09-05"}),
        ("2027-01-01.1", "2027-01-01", {"published": "2026-09-06", "effective": "2027-01-01"}),
    ):
        terms.version(label, meta={"amends": amends, "change": "editorial", **dates})
    site = Published(tmp_path / "site", book.read().require())
    site.publish()
    return site


def terms(change: Callable[[dict[str, Any]], object]) -> Callable[[Published], None]:
    """Return a function that changes the terms in the signed manifest."""
    return resigned(lambda manifest: change(manifest["policies"][0]))


def versions(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Published], None]:
    """Return a function that changes the list of versions."""
    return rewrite("terms/versions.json", lambda document: change(document["versions"]))


def test_site_with_amendments_has_no_findings(site: Published) -> None:
    assert site.verify().findings == ()


def test_locked_versions_are_ordered_by_place(site: Published) -> None:
    assert [(label, entry.seq) for _, label, entry in published(site.lock, NOW)] == [
        *(("2026-01-15", 1), ("2026-01-15.1", 2), ("2026-02-01", 3), ("2026-02-01.1", 5)),
        *(("2027-01-01", 4), ("2027-01-01.1", 6)),
    ]
    assert [
        address for address in lasting_addresses(site.lock, NOW) if "/changes/" in address and "json" not in address
    ] == [
        "terms/changes/2026-01-15...2026-01-15.1/",
        "terms/changes/2026-01-15.1...2026-02-01/",
        "terms/changes/2026-02-01...2026-02-01.1/",
        "terms/changes/2026-02-01.1...2027-01-01/",
        "terms/changes/2027-01-01...2027-01-01.1/",
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(
            terms(lambda policy: policy.update(in_force=3)), "Terms, “in_force”: expected “5”, got “3”.", id="in force"
        ),
        pytest.param(
            terms(lambda policy: policy.update(latest=4)), "Terms, “latest”: expected “6”, got “4”.", id="latest"
        ),
        pytest.param(
            terms(lambda policy: policy["amendments"].pop("5")),
            "Terms, “amendments”, “5”: expected “3”, got nothing.",
            id="an amendment without a place",
        ),
        pytest.param(
            terms(lambda policy: policy["amendments"].update({"9": 8})),
            "Terms, “amendments”, “9”: expected nothing, got “8”.",
            id="an unknown amendment",
        ),
        pytest.param(
            versions(lambda listed: listed[3].pop("amends")),
            "Terms 2026-02-01.1, “amends”: expected “3”, got nothing.",
            id="an amendment as an original",
        ),
        pytest.param(
            versions(lambda listed: listed[3].update(amends=1)),
            "Terms 2026-02-01.1, “amends”: expected “3”, got “1”.",
            id="an amendment of another version",
        ),
        pytest.param(
            versions(lambda listed: listed[0].update(amends=1)),
            "Terms 2026-01-15, “amends”: expected nothing, got “1”.",
            id="an original as an amendment",
        ),
        pytest.param(
            versions(lambda listed: listed[0].update(act="consent")),
            "Terms 2026-01-15, “act”: expected “accept”, got “consent”.",
            id="another act in the list",
        ),
    ],
)
def test_wrong_statement_about_an_amendment_is_found(
    site: Published, damage: Callable[[Published], None], message: str
) -> None:
    damage(site)

    assert [(finding.rule, finding.message) for finding in site.verify().findings] == [("LIVE-lock", message)]


def test_act_that_differs_from_the_locked_one_is_found_in_both_documents(site: Published) -> None:
    entries = dict(site.lock.entries["terms"])
    entries["2027-01-01"] = replace(entries["2027-01-01"], act=Act.CONSENT)
    site.lock = Lock(entries={"terms": entries})

    assert site.found() == [("LIVE-lock", "policies.json"), ("LIVE-lock", "terms/versions.json")]


def test_entry_of_an_old_lock_without_an_act_is_not_compared(site: Published) -> None:
    site.lock = Lock(
        entries={"terms": {label: replace(entry, act=None) for label, entry in site.lock.entries["terms"].items()}}
    )

    assert site.found() == []
