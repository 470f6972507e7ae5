"""Policies over time: sequence numbers, and the versions in force, announced and latest at an instant."""

from __future__ import annotations

import itertools

import pytest

from book_builder import instant
from inforce.errors import CatalogError
from inforce.policy import Cancellation, PolicyState, Version
from policy_builder import policy, version


def labels(versions: tuple[Version, ...]) -> list[str]:
    return [str(version.label) for version in versions]


class TestNumbers:
    def test_seq_is_the_position_in_the_order_of_publication_from_one(self) -> None:
        terms = policy(version("1.10", "2027-01-01"), version("1.9", "2026-01-01"), version("2", "2028-01-01"))
        assert [(v.seq, str(v.label)) for v in terms.versions] == [(1, "1.9"), (2, "1.10"), (3, "2")]

    def test_equal_labels_raise_error_with_both_labels(self) -> None:
        with pytest.raises(CatalogError) as refused:
            policy(version("1.0", "2026-01-01"), version("2", "2027-01-01"), version("1.00", "2028-01-01"))
        assert "“1.0” and “1.00” are the same number, so they have no order" in str(refused.value)
        assert refused.value.rule == "META-label"

    def test_version_is_found_by_exact_label_text(self) -> None:
        terms = policy(version("1.10", "2026-01-01"))
        assert terms.version("1.10") is terms.versions[0]
        assert terms.version("1.010") is None

    def test_predecessor_is_the_version_before(self) -> None:
        terms = policy(version("1", "2026-01-01"), version("2", "2027-01-01"))
        assert terms.predecessor(terms.versions[1]) is terms.versions[0]
        assert terms.predecessor(terms.versions[0]) is None


FIRST = version("1", "2026-01-01")
ANNOUNCED = version("2", "2027-01-20", "2027-03-01")
DAYS = (
    "2025-12-31T23:59:59Z",
    "2026-01-01",
    "2027-01-19T23:59:59Z",
    "2027-01-20",
    "2027-02-28T23:59:59Z",
    "2027-03-01",
)


class TestStates:
    @pytest.mark.parametrize(
        ("now", "states", "latest", "in_force"),
        [
            pytest.param(DAYS[0], "draft draft", None, None, id="before anything is published"),
            pytest.param(DAYS[1], "in_force draft", "1", "1", id="in force from its first instant"),
            pytest.param(DAYS[2], "in_force draft", "1", "1", id="published in the future is a draft"),
            pytest.param(DAYS[3], "in_force announced", "2", "1", id="announced: latest but not in force"),
            pytest.param(DAYS[4], "in_force announced", "2", "1", id="until the last instant"),
            pytest.param(DAYS[5], "superseded in_force", "2", "2", id="then it supersedes"),
        ],
    )
    def test_state_is_derived_from_the_instant(
        self, now: str, states: str, latest: str | None, in_force: str | None
    ) -> None:
        terms, at = policy(FIRST, ANNOUNCED), instant(now)
        assert [str(terms.state(v, at)) for v in terms.versions] == states.split()
        versions = [terms.latest(at), terms.in_force(at)]
        assert [v and str(v.label) for v in versions] == [latest, in_force]

    def test_draft_is_never_public(self) -> None:
        terms = policy(FIRST, version("2", "2026-06-01", draft=True))
        now = instant("2030-01-01")
        assert terms.state(terms.versions[1], now) is PolicyState.DRAFT
        assert labels(terms.public(now)) == ["1"]
        assert terms.latest(now) == terms.in_force(now) == terms.versions[0]

    def test_cancelled_version_never_applies_but_remains_public_and_latest(self) -> None:
        never = version(
            "2", "2027-01-20", "2027-03-01", cancelled=Cancellation(at=instant("2027-02-10"), reason="A mistake.")
        )
        terms = policy(FIRST, never)
        before, after, late = instant("2027-02-09"), instant("2027-02-10"), instant("2028-01-01")
        assert terms.state(terms.versions[1], before) is PolicyState.ANNOUNCED
        assert terms.state(terms.versions[1], after) is PolicyState.CANCELLED
        assert terms.state(terms.versions[1], late) is PolicyState.CANCELLED
        assert labels(terms.public(late)) == ["1", "2"]
        assert (terms.latest(late), terms.in_force(late)) == (terms.versions[1], terms.versions[0])
        assert (terms.next_change(before), terms.next_change(after)) == (instant("2027-03-01"), None)
        assert terms.interval(terms.versions[1], late) is None

    def test_highest_seq_applies_if_two_versions_share_an_instant(self) -> None:
        terms = policy(version("1", "2027-01-01", "2027-03-01"), version("2", "2027-01-02", "2027-03-01"))
        now = instant("2027-03-01")
        assert [str(terms.state(v, now)) for v in terms.versions] == ["superseded", "in_force"]
        assert [row.version.seq for row in terms.intervals(now)] == [2]

    def test_lower_seq_with_later_date_does_not_replace_higher_seq(self) -> None:
        terms = policy(version("1", "2027-01-01", "2027-06-01"), version("2", "2027-01-02", "2027-03-01"))
        assert terms.in_force(instant("2027-07-01")) is terms.versions[1]
        assert terms.next_change(instant("2027-04-01")) is None

    def test_announced_versions_are_published_and_not_yet_effective(self) -> None:
        terms = policy(FIRST, ANNOUNCED, version("3", "2027-01-25", "2027-02-15"))
        assert labels(terms.announced(instant("2027-02-01"))) == ["2", "3"]
        assert labels(terms.announced(instant("2027-02-15"))) == ["2"]
        assert terms.announced(instant("2026-02-01")) == ()


class TestIntervals:
    def test_version_is_in_force_until_the_next_one(self) -> None:
        terms = policy(FIRST, ANNOUNCED)
        now = instant("2027-02-01")
        rows = [(str(row.version.label), row.start, row.end) for row in terms.intervals(now)]
        assert rows == [
            ("1", instant("2026-01-01"), instant("2027-03-01")),
            ("2", instant("2027-03-01"), None),
        ]
        assert terms.next_change(now) == instant("2027-03-01")
        assert terms.next_change(instant("2027-03-01")) is None

    def test_version_overtaken_before_its_effective_date_has_no_interval(self) -> None:
        terms = policy(FIRST, ANNOUNCED, version("3", "2027-01-25", "2027-02-15"))
        now = instant("2028-01-01")
        assert [row.version.seq for row in terms.intervals(now)] == [1, 3]
        assert terms.interval(terms.versions[1], now) is None

    def test_retroactive_version_applies_from_effective_date_once_published(self) -> None:
        terms = policy(FIRST, version("2", "2027-05-01", "2027-04-01", retroactive="A court said so."))
        before, after = instant("2027-04-15"), instant("2027-05-01")
        assert terms.in_force(before) is terms.versions[0]
        assert terms.in_force(after) is terms.versions[1]
        assert [row.start for row in terms.intervals(after)] == [instant("2026-01-01"), instant("2027-04-01")]

    def test_no_version_is_in_force_without_a_published_one(self) -> None:
        now = instant("2020-01-01")
        assert policy().intervals(now) == policy(FIRST).intervals(now) == ()
        assert (policy().in_force(now), policy().latest(now), policy().next_change(now)) == (None, None, None)

    def test_states_of_a_thousand_versions_are_computed_quickly(self) -> None:
        days = [f"{year}-{month:02}-{day:02}" for year, month, day in _DAYS_OF_THREE_YEARS]
        terms = policy(*(version(day, day) for day in days))
        now = instant("2029-12-31")
        rows = terms.intervals(now)
        assert len(rows) == len(days) == 1008
        assert all(row.end == following.start for row, following in itertools.pairwise(rows))


_DAYS_OF_THREE_YEARS = list(itertools.product(range(2026, 2029), range(1, 13), range(1, 29)))
