"""Amendments: numbers, places, states, and what the lock contributes to a policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from inforce.book.files import write_lock
from inforce.book.read import Reading
from inforce.errors import CatalogError
from inforce.policy import Act, Cancellation, ChangeLevel, Label, Policy, PolicyState, Version
from inforce.policy.lock import Lock
from policy_builder import policy, version

EDITORIAL = ChangeLevel.EDITORIAL
JUNE, MARCH = "2026-06-01", "2027-03-01"
TEXT_IN_FORCE = version(JUNE, JUNE)
ANNOUNCED = version(MARCH, "2027-01-20", MARCH)


def amendment(label: str, amends: str, published: str, effective: str = "", **more: object) -> Version:
    return version(label, published, effective, amends=Label(amends), **{"change": EDITORIAL, **more})


CORRECTION = amendment("2026-06-01.1", JUNE, "2027-02-01")
CORRECTED_ANNOUNCEMENT = amendment("2027-03-01.1", MARCH, "2027-02-02", MARCH)


def labels(versions: tuple[Version, ...]) -> list[str]:
    return [version.label.text for version in versions]


def terms(*versions: Version) -> Policy:
    return policy(*versions)


class TestPlaces:
    ALL = terms(TEXT_IN_FORCE, ANNOUNCED, CORRECTION, CORRECTED_ANNOUNCEMENT)

    def test_numbers_are_the_order_of_publication(self) -> None:
        numbers = {version.label.text: version.seq for version in self.ALL.versions}
        assert numbers == {JUNE: 1, MARCH: 2, "2026-06-01.1": 3, "2027-03-01.1": 4}

    def test_versions_are_sorted_by_place(self) -> None:
        assert labels(self.ALL.versions) == [JUNE, "2026-06-01.1", MARCH, "2027-03-01.1"]
        assert [self.ALL.place(version) for version in self.ALL.versions] == [(1, 1), (1, 3), (2, 2), (2, 4)]

    def test_original_and_amendments_refer_to_each_other(self) -> None:
        first, correction, second, _ = self.ALL.versions
        assert self.ALL.original(correction) is first
        assert self.ALL.original(first) is first
        assert self.ALL.amendments(first) == (correction,)
        assert self.ALL.amendments(correction) == ()
        assert labels(self.ALL.amendments(second)) == ["2027-03-01.1"]

    def test_predecessor_follows_places(self) -> None:
        first, correction, second, _ = self.ALL.versions
        assert self.ALL.predecessor(second) is correction
        assert self.ALL.predecessor(correction) is first
        assert self.ALL.predecessor(first) is None

    def test_predecessor_is_no_draft(self) -> None:
        first, draft, second = terms(
            TEXT_IN_FORCE, ANNOUNCED, amendment("2026-06-01.1", JUNE, "2027-02-01", draft=True)
        ).versions
        whole = terms(TEXT_IN_FORCE, ANNOUNCED, draft)
        assert labels((first, draft, second)) == [JUNE, "2026-06-01.1", MARCH]
        assert [whole.predecessor(version) for version in whole.versions] == [
            None,
            whole.versions[0],
            whole.versions[0],
        ]

    @pytest.mark.parametrize(
        ("day", "current"),
        [
            ("2027-01-31", JUNE),
            ("2027-02-01", "2026-06-01.1"),
            ("2027-02-28", "2026-06-01.1"),
            (MARCH, "2027-03-01.1"),
        ],
    )
    def test_amendment_is_in_force_in_the_interval_of_its_original(self, day: str, current: str) -> None:
        found = self.ALL.in_force(instant(day))
        assert found is not None
        assert found.label.text == current

    def test_intervals_follow_each_other(self) -> None:
        rows = self.ALL.intervals(instant(MARCH))
        assert labels(tuple(row.version for row in rows)) == [JUNE, "2026-06-01.1", "2027-03-01.1"]
        assert [row.start for row in rows[1:]] == [row.end for row in rows[:-1]]

    def test_announced_and_latest_follow_places(self) -> None:
        now = instant("2027-02-10")
        assert labels(self.ALL.announced(now)) == [MARCH, "2027-03-01.1"]
        latest = self.ALL.latest(now)
        assert latest is not None
        assert latest.label.text == "2027-03-01.1"

    def test_states_of_corrected_versions(self) -> None:
        now = instant("2027-02-10")
        states = {version.label.text: self.ALL.state(version, now) for version in self.ALL.versions}
        assert states[JUNE] is PolicyState.SUPERSEDED
        assert states["2026-06-01.1"] is PolicyState.IN_FORCE
        assert states[MARCH] is PolicyState.ANNOUNCED

    def test_draft_has_the_last_number_whatever_its_date(self) -> None:
        draft = version("2026-12-01", "2026-11-01", "2026-12-01", draft=True)
        assert [(v.label.text, v.seq) for v in terms(TEXT_IN_FORCE, ANNOUNCED, draft).versions][1:] == [
            (MARCH, 2),
            ("2026-12-01", 3),
        ]


class TestInheritance:
    def test_amendment_inherits_effective_new_if_it_takes_effect_with_its_original(self) -> None:
        early = version(MARCH, "2027-01-20", MARCH, effective_at_new=instant("2027-02-01"))
        inherited = terms(early, CORRECTED_ANNOUNCEMENT).version("2027-03-01.1")
        later = terms(early, amendment("2027-03-01.1", MARCH, "2027-04-01")).version("2027-03-01.1")
        assert inherited is not None
        assert inherited.effective_at_new == early.effective_at_new
        assert later is not None
        assert later.effective_at_new is None

    def test_cancelling_a_version_cancels_its_amendments(self) -> None:
        gone = Cancellation(at=instant("2027-02-10"), reason="A mistake.")
        cancelled = version(MARCH, "2027-01-20", MARCH, cancelled=gone)
        both = terms(TEXT_IN_FORCE, cancelled, CORRECTED_ANNOUNCEMENT)
        assert both.versions[-1].cancelled == gone
        assert both.in_force(instant(MARCH)) is both.versions[0]

    def test_earlier_cancellation_of_an_amendment_is_kept(self) -> None:
        early = Cancellation(at=instant("2027-02-05"), reason="Not needed.")
        cancelled = version(MARCH, "2027-01-20", MARCH, cancelled=Cancellation(at=instant("2027-02-10"), reason="x"))
        amended = amendment("2027-03-01.1", MARCH, "2027-02-02", MARCH, cancelled=early)
        assert terms(cancelled, amended).versions[-1].cancelled == early

    def test_cancelling_an_amendment_leaves_its_original_announced(self) -> None:
        gone = Cancellation(at=instant("2027-02-05"), reason="Not needed.")
        both = terms(ANNOUNCED, amendment("2027-03-01.1", MARCH, "2027-02-02", MARCH, cancelled=gone))
        assert labels(both.announced(instant("2027-02-10"))) == [MARCH]


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        pytest.param((amendment("2", "2026-06-02", "2027-01-01"),), "did you mean “2026-06-01”?", id="unknown label"),
        pytest.param((amendment("2", "2", "2027-01-01"),), "is this version itself", id="itself"),
        pytest.param(
            (CORRECTION, amendment("2", "2026-06-01.1", "2027-03-01")), "write “amends: 2026-06-01”", id="an amendment"
        ),
        pytest.param((version("3", JUNE, draft=True), amendment("4", "3", "2027-03-01")), "is a draft", id="a draft"),
        pytest.param((ANNOUNCED, amendment("4", MARCH, "2027-01-01")), "is published later", id="a later version"),
    ],
)
def test_amends_must_be_an_amendable_version(versions: tuple[Version, ...], words: str) -> None:
    with pytest.raises(CatalogError) as refused:
        terms(TEXT_IN_FORCE, *versions)
    assert words in str(refused.value)
    assert refused.value.rule == "META-amends"


def test_amendments_of_each_other_are_refused_without_naming_one_of_them_as_the_fix() -> None:
    with pytest.raises(CatalogError, match="write the label of a version that is not an amendment"):
        terms(TEXT_IN_FORCE, amendment("2", "3", "2027-01-01"), amendment("3", "2", "2027-01-02"))


def test_amendment_cannot_take_effect_before_the_version_it_amends() -> None:
    """Otherwise it would bring the announced text into force early, and a lock could make that permanent."""
    with pytest.raises(CatalogError, match="write “effective: 2027-03-01T00:00:00Z”") as refused:
        terms(TEXT_IN_FORCE, ANNOUNCED, amendment("4", MARCH, "2027-02-02", "2027-02-28"))
    assert refused.value.rule == "DATE-amends"


def test_locked_version_whose_folder_is_missing_is_named_as_missing() -> None:
    versions = (TEXT_IN_FORCE, amendment("2", MARCH, "2027-02-02"))
    with pytest.raises(CatalogError, match="is locked, but its folder is missing") as refused:
        Policy(**{**_fields(terms()), "versions": versions, "numbers": {MARCH: 2}})
    assert refused.value.rule == "LOCK-version"


class TestActs:
    def test_act_is_that_of_the_version_then_the_lock_then_the_policy(self) -> None:
        versions = (version("1", JUNE, act=Act.CONSENT), version("2", MARCH), version("3", "2027-04-01"))
        acts = {"1": Act.NONE, "2": Act.ACKNOWLEDGE}
        whole = Policy(**{**_fields(terms()), "versions": versions, "acts": acts})
        assert [whole.act_of(version) for version in whole.versions] == [Act.CONSENT, Act.ACKNOWLEDGE, Act.ACCEPT]

    def test_amendment_requires_the_act_of_the_version_it_amends(self) -> None:
        versions = (
            version("1", JUNE, act=Act.CONSENT),
            amendment("1.1", "1", "2026-07-01"),
            version("2", MARCH),
            amendment("2.1", "2", "2027-04-01"),
            amendment("2.2", "2", "2027-04-02", act=Act.NONE),
        )
        whole = Policy(**{**_fields(terms()), "versions": versions, "acts": {"2": Act.ACKNOWLEDGE}})
        assert [whole.act_of(version) for version in whole.versions] == [
            *(Act.CONSENT, Act.CONSENT),
            *(Act.ACKNOWLEDGE, Act.ACKNOWLEDGE, Act.NONE),
        ]


def _fields(policy: Policy) -> dict[str, object]:
    return {name: getattr(policy, name) for name in ("id", "titles", "kind", "binding_language", "act")}


def locked(reading: Reading, now: str) -> Lock:
    lock = reading.lock
    for policy_read, unlocked in lock.unlocked(reading.require(), instant(now)):
        lock = lock.adding(policy_read, unlocked)
    return lock


class TestBook:
    @pytest.fixture
    def book(self, tmp_path: Path) -> BookBuilder:
        book = BookBuilder(tmp_path)
        terms = book.policy("terms")
        terms.version(JUNE).version(MARCH, meta={"published": "2027-01-20", "effective": MARCH})
        write_lock(tmp_path, locked(book.read(), "2027-01-31"))
        meta = {"published": "2027-02-01", "amends": JUNE}
        terms.version("2026-06-01.1", change="editorial", meta=meta)
        return book

    def test_reading_applies_the_numbers_of_the_lock(self, book: BookBuilder) -> None:
        path = book.root / "policy_versions/terms/2027-03-01/version.yml"
        path.write_text(path.read_text().replace("2027-01-20", "2025-01-20"))
        numbers = {each.label.text: each.seq for each in book.read().require().policy("terms").versions}
        assert numbers == {JUNE: 1, MARCH: 2, "2026-06-01.1": 3}

    def test_reading_applies_the_acts_of_the_lock(self, book: BookBuilder) -> None:
        path = book.root / "policy_versions/terms/policy.yml"
        path.write_text(path.read_text().replace("act: accept", "act: consent"))
        policy = book.read().require().policy("terms")
        assert [policy.act_of(each) for each in policy.versions] == [Act.ACCEPT, Act.ACCEPT, Act.ACCEPT]

    def test_lock_stores_the_amended_version_and_the_act(self, book: BookBuilder) -> None:
        write_lock(book.root, locked(book.read(), "2027-02-01"))
        entry = book.read().lock.entry("terms", "2026-06-01.1")
        assert entry is not None
        assert (entry.seq, entry.amends, entry.act) == (3, Label(JUNE), Act.ACCEPT)
        assert list(entry.to_json())[:4] == ["seq", "change", "amends", "act"]

    def test_entry_without_act_is_read(self, book: BookBuilder) -> None:
        data = book.read().lock.to_json()
        del data["policies"]["terms"][JUNE]["act"]
        assert Lock.from_json(data).acts("terms") == {MARCH: Act.ACCEPT}

    @pytest.mark.parametrize(
        ("meta", "field", "words"),
        [
            ({"change": "material"}, "change", "is “material”, but an amendment is “editorial” or “notice”"),
            ({"effective_new": "2027-02-01"}, "effective_new", "is not allowed in an amendment"),
            ({"enforce": "never"}, "enforce", "is not allowed in an amendment"),
            ({"retroactive": "A reason."}, "retroactive", "is not allowed in an amendment"),
        ],
    )
    def test_amendment_cannot_change_the_terms_of_its_original(
        self, book: BookBuilder, meta: dict[str, str], field: str, words: str
    ) -> None:
        book.policy("terms").version("2026-06-01.2", meta={"change": "editorial", "amends": JUNE, **meta})
        (fault,) = book.read().faults
        assert f"“{field}” {words}" in fault.problem
        assert fault.place.path.endswith("2026-06-01.2/version.yml")
