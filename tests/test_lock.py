"""The lock: append-only data about published versions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from inforce.book.files import write_lock
from inforce.book.lock_file import parse_lock
from inforce.errors import LockError, ShapeError
from inforce.language import Language
from inforce.policy import Act, Cancellation, ChangeLevel, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock, LockEntry
from inforce.text import Digest

EN, DE = Language("en"), Language("de")
NOW = instant("2027-02-01")
PATH = "policy_versions/lock.json"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    """A book with a version in force, an announced one, one to be published and a draft."""
    book = BookBuilder(tmp_path, timezone="Asia/Shanghai")
    later = {"published": "2027-01-20", "effective": "2027-03-01", "enforce": "2027-04-01"}
    book.policy("terms").version("1.9", meta={"published": "2026-01-15"}).version("1.10", meta=later).version(
        "2", meta={"published": "2028-01-01"}
    ).version("3", meta={"published": "2026-06-01", "draft": "true"})
    return book


def names(rows: tuple[tuple[Any, Version], ...]) -> list[str]:
    return [f"{policy.id}/{version.label}" for policy, version in rows]


def locked(catalog: Catalog, lock: Lock | None = None) -> Lock:
    """The lock with all versions of `catalog` that are published at NOW."""
    lock = lock or Lock()
    for policy, version in lock.unlocked(catalog, NOW):
        lock = lock.adding(policy, version)
    return lock


def test_entry_contains_the_published_values(book: BookBuilder) -> None:
    catalog = book.read().require()
    entry = locked(catalog).entry("terms", "1.10")
    assert entry == LockEntry(
        seq=2,
        published_at=instant("2027-01-20", "Asia/Shanghai"),
        effective_at=instant("2027-03-01", "Asia/Shanghai"),
        enforce_at=instant("2027-04-01", "Asia/Shanghai"),
        change=ChangeLevel.MATERIAL,
        act=Act.ACCEPT,
        digests={EN: Digest.of("# Terms\n\nWords of 1.10.\n")},
    )


def test_lock_is_written_in_stable_order_in_utc_without_empty_fields(book: BookBuilder) -> None:
    data = locked(book.read().require()).to_json()
    digest = str(Digest.of("# Terms\n\nWords of 1.9.\n"))
    assert list(data["policies"]["terms"]) == ["1.9", "1.10"]
    assert data["policies"]["terms"]["1.9"] == {
        "seq": 1,
        "change": "material",
        "act": "accept",
        "published_at": "2026-01-14T16:00:00Z",
        "effective_at": "2026-01-14T16:00:00Z",
        "digests": {"en": digest},
    }


def test_lock_survives_the_round_trip(book: BookBuilder) -> None:
    lock = locked(book.read().require())
    write_lock(book.root, lock)
    assert book.read().lock == lock
    first = (book.root / PATH).read_bytes()
    write_lock(book.root, book.read().lock)
    assert (book.root / PATH).read_bytes() == first


def test_lock_is_independent_of_the_order_of_additions(book: BookBuilder) -> None:
    catalog = book.read().require()
    terms = catalog.policy("terms")
    first, two = terms.versions[:2]
    assert json.dumps(Lock().adding(terms, first).adding(terms, two).to_json()) == json.dumps(
        Lock().adding(terms, two).adding(terms, first).to_json()
    )


class TestUnlocked:
    def test_published_unlocked_versions_are_listed(self, book: BookBuilder) -> None:
        assert names(Lock().unlocked(book.read().require(), NOW)) == ["terms/1.9", "terms/1.10"]

    def test_drafts_and_later_versions_are_not_listed(self, book: BookBuilder) -> None:
        catalog = book.read().require()
        assert names(locked(catalog).unlocked(catalog, NOW)) == []
        assert names(locked(catalog).unlocked(catalog, instant("2028-01-01"))) == ["terms/2"]

    def test_new_translation_is_listed(self, book: BookBuilder) -> None:
        lock = locked(book.read().require())
        book.write("policy_versions/terms/1.9/de.md", "# AGB\n")
        assert names(lock.unlocked(book.read().require(), NOW)) == ["terms/1.9"]

    def test_cancellation_is_listed(self, book: BookBuilder) -> None:
        lock = locked(book.read().require())
        file = book.root / "policy_versions/terms/1.10/version.yml"
        file.write_text(file.read_text() + "cancelled: {at: 2027-01-31, reason: A mistake}\n")
        assert names(lock.unlocked(book.read().require(), NOW)) == ["terms/1.10"]


class TestAdding:
    def test_only_translation_and_cancellation_are_added_to_an_entry(self, book: BookBuilder) -> None:
        catalog = book.read().require()
        before = locked(catalog)
        file = book.root / "policy_versions/terms/1.10/version.yml"
        file.write_text(file.read_text() + "cancelled: {at: 2027-01-31, reason: A mistake}\n")
        book.write("policy_versions/terms/1.10/de.md", "# AGB\n")
        after = locked(book.read().require(), before)

        old, new = before.entry("terms", "1.10"), after.entry("terms", "1.10")
        assert old is not None
        assert new == replace(
            old,
            digests={**old.digests, DE: Digest.of("# AGB\n")},
            cancelled=Cancellation(at=instant("2027-01-31", "Asia/Shanghai"), reason="A mistake"),
        )
        assert after.entry("terms", "1.9") == before.entry("terms", "1.9")

    def test_changed_text_date_or_level_does_not_change_the_lock(self, book: BookBuilder) -> None:
        before = locked(book.read().require())
        book.write("policy_versions/terms/1.9/en.md", "# Terms\n\nOther words.\n")
        book.write("policy_versions/terms/1.9/version.yml", "published: 2026-01-01\nchange: editorial\n")
        catalog = book.read().require()
        terms = catalog.policy("terms")
        assert before.adding(terms, terms.versions[0]) == before

    def test_original_lock_is_not_modified(self, book: BookBuilder) -> None:
        terms = book.read().require().policy("terms")
        empty = Lock()
        empty.adding(terms, terms.versions[0])
        assert empty == Lock()
        assert empty.entry("terms", "1.9") is None


ENTRY = {
    "seq": 1,
    "change": "material",
    "published_at": "2026-01-15T00:00:00Z",
    "effective_at": "2026-01-15T00:00:00Z",
    "digests": {"en": "sha256:" + "a" * 64},
}


def lock_of(entry: object, label: str = "1.0") -> dict[str, Any]:
    return {"type": "policy-lock", "spec": "1.0", "policies": {"terms": {label: entry}}}


def test_entry_with_all_fields_survives_the_round_trip() -> None:
    whole = ENTRY | {
        "effective_at": "2026-03-01T00:00:00Z",
        "effective_at_new": "2026-01-15T00:00:00Z",
        "enforce_at": None,
        "cancelled": {"at": "2026-02-01T00:00:00Z", "reason": "A mistake."},
    }
    assert Lock.from_json(lock_of(whole)).to_json() == lock_of(whole)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param([], "the document: expected fields such as “name: value”, got a list", id="a list"),
        pytest.param({}, "type is missing", id="no type"),
        pytest.param({"type": "x", "spec": "1.0"}, "type: expected “policy-lock”, got “x”", id="another type"),
        pytest.param({"type": "policy-lock", "spec": "2.0"}, "spec: expected a specification 1.0", id="a newer one"),
        pytest.param(lock_of(ENTRY) | {"x": 1}, "x is not a known field here", id="an unknown field"),
        pytest.param(lock_of([]), "policies.terms.1.0: expected fields such as", id="an entry that is a list"),
        pytest.param(lock_of(ENTRY | {"x": 1}), "policies.terms.1.0.x is not a known field here", id="inside an entry"),
        pytest.param(lock_of(ENTRY, "v1"), "policies.terms.v1: expected digits joined by", id="no label"),
        pytest.param(lock_of(ENTRY | {"seq": 0}), "policies.terms.1.0: expected a number from 1 as", id="number zero"),
        pytest.param(lock_of(ENTRY | {"seq": "1"}), "policies.terms.1.0.seq: expected a whole number", id="a text"),
        pytest.param(lock_of(ENTRY | {"seq": True}), "policies.terms.1.0.seq: expected a whole number", id="a truth"),
        pytest.param(lock_of(ENTRY | {"seq": 1.0}), "policies.terms.1.0.seq: expected a whole number", id="a fraction"),
        pytest.param(lock_of(ENTRY | {"change": "x"}), "policies.terms.1.0.change: expected one of", id="a level"),
        pytest.param(
            lock_of(ENTRY | {"published_at": "soon"}), "policies.terms.1.0.published_at: expected a date", id="soon"
        ),
        pytest.param(
            lock_of(ENTRY | {"digests": {"en": "x"}}), "policies.terms.1.0.digests.en: expected “sha", id="hex"
        ),
        pytest.param(
            lock_of(ENTRY | {"digests": {"EN": "sha256:" + "a" * 64}}),
            "policies.terms.1.0: expected the spelling",
            id="EN",
        ),
        pytest.param(
            lock_of({name: ENTRY[name] for name in ENTRY if name != "digests"}),
            "policies.terms.1.0.digests is missing",
            id="no digests",
        ),
    ],
)
def test_entries_of_unknown_shape_are_rejected(data: object, problem: str) -> None:
    with pytest.raises(ShapeError) as refused:
        Lock.from_json(data)
    assert str(refused.value).startswith(problem)


def test_entry_has_an_enforce_instant_or_the_value_never() -> None:
    entry = LockEntry(seq=1, published_at=NOW, effective_at=NOW, change=ChangeLevel.NOTICE, digests={})
    with pytest.raises(ValueError, match="expected an instant or “never” as “enforce”, got both"):
        replace(entry, enforce_at=NOW, never_enforced=True)


RESTORE = "restore the file from git; only “inforce freeze” writes it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", f"{PATH}:1: is not valid JSON: Expecting value\n  {RESTORE}", id="an empty file"),
        pytest.param('{\n"type":\n}', f"{PATH}:3: is not valid JSON: Expecting value\n  {RESTORE}", id="with the line"),
        pytest.param(
            '{"type": "policy-lock",\n<<<<<<< main\n"spec": "1.0"}',
            f"{PATH}:2: is not valid JSON: Expecting property name enclosed in double quotes"
            "\n  the file contains merge conflict markers: keep the file of the main branch, then run “inforce freeze”",
            id="an unfinished merge",
        ),
        pytest.param(
            '{"type": "policy-lock", "type": "x"}',
            f"{PATH}: cannot be read: “type” occurs twice\n  {RESTORE}",
            id="a duplicate field",
        ),
        pytest.param(
            '{"type": "policy-lock", "spec": "2.0"}',
            f"{PATH}: cannot be read: “spec”: expected a specification 1.0, got “2.0”\n  update inforce",
            id="a lock of a newer specification",
        ),
        pytest.param("[]", f"{PATH}: cannot be read: the document: expected fields", id="a list"),
        pytest.param("[" * 100_000, f"{PATH}: cannot be read: ", id="deeply nested"),
        pytest.param(
            '{"type": ' + "9" * 5000 + "}", f"{PATH}: cannot be read: ", id="a number of five thousand digits"
        ),
        pytest.param('{"type": "\\ud800"}', f"{PATH}: cannot be read: ", id="a lone surrogate"),
    ],
)
def test_unreadable_lock_file_is_rejected_with_a_fix(text: str, message: str) -> None:
    with pytest.raises(LockError) as refused:
        parse_lock(text, PATH)
    assert str(refused.value).startswith(message)
    assert refused.value.rule == "LOCK-unreadable"


def test_lock_may_exceed_the_size_limit_of_a_text(book: BookBuilder) -> None:
    entries = {f"{number}": ENTRY | {"seq": number} for number in range(1, 6001)}
    text = json.dumps({"type": "policy-lock", "spec": "1.0", "policies": {"terms": entries}}, indent=1)
    assert len(text) > 1024 * 1024
    book.write(PATH, text)
    reading = book.read()
    assert reading.faults == ()
    assert len(reading.lock.entries["terms"]) == 6000


def test_act_is_added_to_entries_of_earlier_releases_and_then_stays(book: BookBuilder) -> None:
    """Without it, a later change of the act in policy.yml would change every version in the manifest."""
    policy = book.policy("privacy", act="acknowledge").version("2026-01-15")
    catalog = book.read().require()
    privacy = catalog.policy("privacy")
    (version,) = privacy.versions
    old = Lock(entries={"privacy": {"2026-01-15": LockEntry.of(version)}})
    assert (privacy, version) in old.unlocked(catalog, NOW)
    completed = old.adding(privacy, version)
    assert (privacy, version) not in completed.unlocked(catalog, NOW)
    write_lock(book.root, completed)

    book.policy("privacy", act="accept")
    policy.version("2027-01-15")
    changed = book.read().require().policy("privacy")
    first, second = changed.versions
    assert (changed.act_of(first), changed.act_of(second)) == (Act.ACKNOWLEDGE, Act.ACCEPT)
