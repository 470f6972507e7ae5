"""`inforce status`: policies, versions, states and scheduled changes."""

from __future__ import annotations

import json

import pytest

from book_builder import BookBuilder
from cli.conftest import OLD, Type

STATES = [
    pytest.param("2026-01-14", "draft, from 2026-01-15", "draft, from 2027-03-01", id="before anything is published"),
    pytest.param("2026-06-01", "in force since 2026-01-15", "draft, from 2027-03-01", id="before the announcement"),
    pytest.param("2027-01-20", "in force since 2026-01-15", "announced, from 2027-03-01", id="after the announcement"),
    pytest.param("2027-03-01", "superseded", "in force since 2027-03-01", id="from the first instant of the day"),
]


@pytest.mark.parametrize(("at", "first", "second"), STATES)
def test_each_version_is_shown_with_its_state_at_the_instant(
    inforce: Type, book: BookBuilder, at: str, first: str, second: str
) -> None:
    shown = inforce("status", "--repo", book.root, "--at", at)
    rows = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert shown.code == 0
    assert any(row.startswith(f"privacy 2026-01-15 {first}") for row in rows), shown.out
    assert any(row.startswith(f"privacy 2027-03-01 {second}") for row in rows), shown.out


def test_scheduled_changes_are_shown_with_date_and_remaining_days(inforce: Type, book: BookBuilder) -> None:
    shown = inforce("status", "--repo", book.root, "--at", "2027-01-30")
    assert "2027-03-01  privacy 2027-03-01 comes into force (in 30 days)" in shown.out


def test_status_states_that_no_change_is_scheduled(inforce: Type, book: BookBuilder) -> None:
    shown = inforce("status", "--repo", book.root, "--at", "2028-01-01")
    assert "No changes are scheduled." in shown.out


def test_every_scheduled_event_of_a_version_is_shown(inforce: Type, book: BookBuilder) -> None:
    meta = {
        "published": "2028-01-01",
        "effective": "2028-03-01",
        "effective_new": "2028-02-01",
        "enforce": "2028-04-01",
    }
    book.policy("terms", extra="withdrawn: {at: 2030-01-01, reason: closed}\n").version("2028-03-01", meta=meta)
    shown = inforce("status", "--repo", book.root, "--at", "2027-12-31")
    events = [
        "2028-01-01  terms 2028-03-01 is published (in 1 day)",
        "2028-02-01  terms 2028-03-01 applies to new users (in 32 days)",
        "2028-03-01  terms 2028-03-01 comes into force (in 61 days)",
        "2028-04-01  terms 2028-03-01 must have been accepted (in 91 days)",
        "2030-01-01  terms is withdrawn (in 732 days)",
    ]
    assert [line.strip() for line in shown.out.splitlines() if line.startswith("  2")] == events


def test_cancelled_version_has_no_effective_event(inforce: Type, book: BookBuilder) -> None:
    meta = {"published": "2027-01-20", "effective": "2027-03-01", "cancelled": "{at: 2027-02-10, reason: postponed}"}
    book.policy("privacy").version("2027-03-01", meta=meta)
    before = inforce("status", "--repo", book.root, "--at", "2027-02-01")
    after = inforce("status", "--repo", book.root, "--at", "2027-02-10")
    assert "2027-02-10  privacy 2027-03-01 is cancelled (in 9 days)" in before.out
    assert "comes into force" not in before.out
    assert "cancelled" in after.out
    assert "No changes are scheduled." in after.out


def test_withdrawn_policy_is_not_in_force(inforce: Type, book: BookBuilder) -> None:
    book.policy("privacy", extra="withdrawn: {at: 2026-06-01, reason: closed}\n")
    shown = inforce("status", "--repo", book.root, "--at", "2026-07-01")
    assert "withdrawn since 2026-06-01" in shown.out
    assert "in force" not in shown.out.replace("comes into force", "")


def test_long_list_of_events_is_truncated(inforce: Type, book: BookBuilder) -> None:
    terms = book.policy("terms")
    for year in range(2028, 2040):
        terms.version(f"{year}-01-01", meta={"published": "2027-01-01", "effective": f"{year}-01-01"})
    shown = inforce("status", "--repo", book.root, "--at", "2027-04-01")
    assert "… and 4 more" in shown.out


def test_superseded_versions_are_summarised_in_one_row(inforce: Type, book: BookBuilder) -> None:
    terms = book.policy("terms")
    for year in range(1990, 2020):
        terms.version(f"{year}-01-01")
    shown = inforce("status", "--repo", book.root, "--at", "2026-06-01")
    rows = [" ".join(line.split()) for line in shown.out.splitlines() if line.startswith("terms")]
    assert rows == [
        "terms 2019-01-01 in force since 2019-01-01 material en no",
        "terms 1990-01-01 … 2018-01-01 29 superseded",
    ]


def test_policy_without_versions_and_book_without_policies_are_shown(inforce: Type, book: BookBuilder) -> None:
    book.policy("terms")
    empty = BookBuilder(book.root / "empty")
    assert "none yet" in inforce("status", "--repo", book.root).out
    assert "There is no policy yet" in inforce("status", "--repo", empty.root).out


def test_status_counts_published_unlocked_versions(inforce: Type, book: BookBuilder) -> None:
    assert "1 published version is not locked yet" in inforce("status", "--repo", book.root, "--at", "2026-06-01").out
    assert "2 published versions are not locked yet" in inforce("status", "--repo", book.root, "--at", "2027-06-01").out


@pytest.mark.parametrize("columns", [20, 40, 59])
def test_narrow_window_truncates_no_word(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = inforce("status", "--repo", book.root, "--at", "2027-01-20")
    assert "privacy 2027-03-01\n  state: announced, from 2027-03-01\n  change: material\n" in shown.out


def test_each_table_row_in_a_pipe_is_one_line(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    book.policy("a-policy-with-quite-a-long-name-of-its-own").version("2026-01-15.20260115.1", en=OLD)
    shown = inforce("status", "--repo", book.root, "--at", "2026-06-01")
    (row,) = [line for line in shown.out.splitlines() if line.startswith("a-policy")]
    assert "2026-01-15.20260115.1" in row
    assert row.split()[-1] == "no"


def test_json_lists_every_version_with_its_instants(inforce: Type, book: BookBuilder) -> None:
    shown = json.loads(inforce("status", "--repo", book.root, "--at", "2027-01-20", "--format", "json").out)
    assert shown["at"] == "2027-01-19T23:00:00Z"
    (policy,) = shown["policies"]
    assert (policy["id"], policy["in_force"], policy["latest"]) == ("privacy", "2026-01-15", "2027-03-01")
    assert policy["versions"][1] == {
        "version": "2027-03-01",
        "seq": 2,
        "state": "announced",
        "change": "material",
        "amends": None,
        "act": "acknowledge",
        "published_at": "2027-01-19T23:00:00Z",
        "effective_at": "2027-02-28T23:00:00Z",
        "languages": ["en"],
        "locked": False,
    }
    assert shown["next"] == [
        {"at": "2027-02-28T23:00:00Z", "policy": "privacy", "version": "2027-03-01", "what": "comes into force"}
    ]


def with_amendments(book: BookBuilder) -> None:
    """Add terms in force and announced terms, each with a correction."""
    announced = {"published": "2027-01-20", "effective": "2027-03-01"}
    editorial = {"change": "editorial"}
    terms = book.policy("terms").version("2026-01-15").version("2027-03-01", meta=announced)
    terms.version("2026-01-15.1", meta={"amends": "2026-01-15", "published": "2027-02-01", **editorial})
    terms.version("2027-03-01.1", meta={**announced, "amends": "2027-03-01", "published": "2027-02-02", **editorial})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(
            "2027-01-30",
            [
                "terms 2027-03-01 announced, from 2027-03-01",
                "terms ↳ 2027-03-01.1 draft, from 2027-03-01",
                "terms 2026-01-15 in force since 2026-01-15",
                "terms ↳ 2026-01-15.1 draft, from 2027-02-01",
            ],
            id="before the corrections",
        ),
        pytest.param(
            "2027-02-02",
            [
                "terms 2027-03-01 announced, corrected by 2027-03-01.1",
                "terms ↳ 2027-03-01.1 announced, from 2027-03-01",
                "terms 2026-01-15 superseded, corrected by 2026-01-15.1",
                "terms ↳ 2026-01-15.1 in force since 2027-02-01",
            ],
            id="after the corrections",
        ),
        pytest.param(
            "2027-03-01",
            [
                "terms 2027-03-01 superseded, corrected by 2027-03-01.1",
                "terms ↳ 2027-03-01.1 in force since 2027-03-01",
                "terms 2026-01-15 … 2026-01-15.1 2 superseded",
            ],
            id="after the announced version took effect",
        ),
    ],
)
def test_amendment_is_shown_under_the_version_it_amends(
    inforce: Type, book: BookBuilder, at: str, expected: list[str]
) -> None:
    with_amendments(book)
    shown = inforce("status", "--repo", book.root, "--at", at)
    rows = [" ".join(line.split()) for line in shown.out.splitlines() if line.startswith("terms")]
    assert [row.partition(" editorial ")[0].partition(" material ")[0] for row in rows] == expected


def test_corrected_announcement_takes_effect_only_once(inforce: Type, book: BookBuilder) -> None:
    with_amendments(book)
    shown = inforce("status", "--repo", book.root, "--at", "2027-01-30")
    events = [line.strip() for line in shown.out.splitlines() if line.startswith("  2") and "terms" in line]
    assert events == [
        "2027-02-01  terms 2026-01-15.1 comes into force (in 2 days)",
        "2027-02-01  terms 2026-01-15.1 is published (in 2 days)",
        "2027-02-02  terms 2027-03-01.1 is published (in 3 days)",
        "2027-03-01  terms 2027-03-01.1 comes into force (in 30 days)",
    ]


def test_json_states_amended_version_act_and_version_in_force(inforce: Type, book: BookBuilder) -> None:
    with_amendments(book)
    shown = json.loads(inforce("status", "--repo", book.root, "--at", "2027-02-03", "--format", "json").out)
    (terms,) = [policy for policy in shown["policies"] if policy["id"] == "terms"]
    assert (terms["in_force"], terms["latest"]) == ("2026-01-15.1", "2027-03-01.1")
    assert [(version["version"], version["seq"], version["amends"]) for version in terms["versions"]] == [
        ("2026-01-15", 1, None),
        ("2026-01-15.1", 3, "2026-01-15"),
        ("2027-03-01", 2, None),
        ("2027-03-01.1", 4, "2027-03-01"),
    ]
