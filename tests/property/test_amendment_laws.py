"""Properties of amendments: published history is permanent, and all views agree on what is in force."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amended_history import STEPS, AmendedHistory
from book_builder import BookBuilder
from inforce.book.files import write_lock
from inforce.book.git import open_history
from inforce.book.read import parse_book, read_book
from inforce.checks import CATALOGUE, Book, examine
from inforce.cli.status import status_document
from inforce.instant import format_instant
from inforce.manifest.build import manifest
from inforce.policy import Policy, PolicyState
from inforce.policy.lock import LockEntry
from property.book_strategies import SETTINGS, files_of

steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 45)), min_size=1, max_size=12)
HALF_DAY = timedelta(hours=12)


def started() -> AmendedHistory:
    """Return a history with a first version in force and locked."""
    history = AmendedHistory(settings=SETTINGS)
    history.step("publish material", 0)
    return history


def permanent(entry: LockEntry) -> dict[str, Any]:
    """Return what never changes of `entry`: everything except a cancellation that is added."""
    return {name: value for name, value in entry.to_json().items() if name != "cancelled"}


def in_force_by_rank(policy: Policy, at: datetime) -> str | None:
    """Return the label of the version with the highest rank of those that apply at `at`, from the definition."""
    numbers = {version.label.text: version.seq for version in policy.versions}
    ranks = {
        (numbers[str(version.amends or version.label)], version.seq): version.label.text
        for version in policy.versions
        if not version.draft
        and version.published_at <= at
        and version.effective_at <= at
        and not (version.cancelled and version.cancelled.at <= at)
    }
    return ranks[max(ranks)] if ranks else None


def instants(history: AmendedHistory) -> list[datetime]:
    """Return the instants at which anything can change, each with one before and one after it."""
    points = {history.now}
    for version in history.versions.values():
        points |= {version.published_at, version.effective_at}
        points |= {version.cancelled.at} if version.cancelled else set()
    return sorted({point + shift for point in points for shift in (-HALF_DAY, timedelta(0), HALF_DAY)})


@given(steps)
def test_no_step_changes_a_locked_version(drawn: list[tuple[str, int]]) -> None:
    history = started()
    for kind, days in drawn:
        before = history.lock.entries["terms"]
        history.step(kind, days)
        after = history.lock.entries["terms"]
        policy = history.policy
        for label, entry in before.items():
            version = policy.version(label)
            assert version is not None
            assert permanent(after[label]) == permanent(entry)
            assert permanent(LockEntry.of(version, policy.act_of(version))) == permanent(entry)
            assert entry.cancelled in (None, after[label].cancelled)


@given(steps)
def test_numbers_of_the_lock_are_dense_and_in_the_order_of_locking(drawn: list[tuple[str, int]]) -> None:
    history = started()
    for kind, days in drawn:
        before = len(history.lock.entries["terms"])
        history.step(kind, days)
        numbers = history.lock.numbers("terms")
        assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
        assert [seq for seq in list(numbers.values())[before:] if seq <= before] == []


@given(steps)
def test_what_was_in_force_at_an_instant_never_changes(drawn: list[tuple[str, int]]) -> None:
    history = started()
    known: dict[datetime, str | None] = {}
    for kind, days in drawn:
        history.step(kind, days)
        past = history.now - HALF_DAY
        known[past] = in_force_by_rank(history.policy, past)
        assert {at: in_force_by_rank(history.policy, at) for at in known} == known


@given(steps)
def test_policy_intervals_status_and_manifest_follow_the_rank(drawn: list[tuple[str, int]]) -> None:
    history = started()
    for kind, days in drawn:
        history.step(kind, days)
    policy, catalog = history.policy, history.catalog
    for at in instants(history):
        current, label = policy.in_force(at), in_force_by_rank(policy, at)
        assert (current.label.text if current else None) == label
        covering = [row for row in policy.intervals(at) if row.start <= at and (row.end is None or at < row.end)]
        assert [row.version.label.text for row in covering] == ([label] if label else [])
        states = [
            version.label.text for version in policy.versions if policy.state(version, at) is PolicyState.IN_FORCE
        ]
        assert states == ([label] if label else [])
        (shown,) = status_document(catalog, history.lock, at)["policies"]
        assert shown["in_force"] == label
        assert [each["version"] for each in shown["versions"] if each["state"] == "in_force"] == states
        listed = _manifest_policy(history, at)
        assert listed.get("in_force") == (current.seq if current else None)


def _manifest_policy(history: AmendedHistory, at: datetime) -> dict[str, Any]:
    document = manifest(history.catalog, at)
    return next((policy for policy in document["policies"] if policy["id"] == "terms"), {})


@given(steps)
def test_amendment_follows_its_original_and_shares_its_end(drawn: list[tuple[str, int]]) -> None:
    history = started()
    for kind, days in drawn:
        history.step(kind, days)
    policy = history.policy
    places = [policy.place(version) for version in policy.versions]
    assert places == sorted(set(places))
    for version in policy.versions:
        original = policy.original(version)
        assert version is original or version in policy.amendments(original)
        assert original.cancelled is None or version.cancelled is not None
        assert version.effective_at >= original.effective_at
    plain = [v for v in policy.versions if v.amends is None]
    only = Policy(**_members(policy), versions=tuple(plain), numbers=policy.numbers)
    for at in instants(history):
        with_amendments, without = policy.in_force(at), only.in_force(at)
        assert (with_amendments and policy.original(with_amendments).label) == (without and without.label)


def _members(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in ("id", "titles", "kind", "binding_language", "act")}


def on_disk(root: Path, history: AmendedHistory) -> BookBuilder:
    """Write the book of `history` to `root`."""
    book = BookBuilder(root)
    for path, text in files_of(history.catalog).items():
        book.write(path, text)
    write_lock(root, history.lock)
    book.write("today.txt", format_instant(history.now))  # so that each step has something to commit
    return book


def in_folder(test: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        test(Path(folder))


@given(steps)
@settings(max_examples=8)
def test_each_commit_of_a_git_history_reads_with_its_own_lock(drawn: list[tuple[str, int]]) -> None:
    def test(root: Path) -> None:
        history, states = started(), []
        for kind, days in [("wait", 0), *drawn]:
            history.step(kind, days)
            book = on_disk(root, history)
            commit = book.commit(kind, format_instant(history.now))
            states.append((commit, history.now, history.policy))
        git = open_history(root)
        for commit, now, policy in states:
            reading = parse_book(git.listing(commit))
            read = reading.require().policy("terms")
            assert read.versions == policy.versions
            assert [read.act_of(version) for version in read.versions] == [
                policy.act_of(version) for version in policy.versions
            ]
            assert read.in_force(now) == policy.in_force(now)

    in_folder(test)


@given(steps)
@settings(max_examples=8)
def test_no_step_is_a_change_of_published_history_for_the_check(drawn: list[tuple[str, int]]) -> None:
    def test(root: Path) -> None:
        history = started()
        on_disk(root, history).commit("start", format_instant(history.now))
        for kind, days in drawn:
            history.step(kind, days)
            base = parse_book(open_history(root).listing("HEAD"))
            on_disk(root, history).commit(kind, format_instant(history.now))
            reading = read_book(root)
            before = Book(catalog=base.catalog, lock=base.lock, faults=base.faults)
            book = Book(catalog=reading.catalog, lock=reading.lock, faults=reading.faults, base=before, base_ref="main")
            found = examine(book, history.now).findings
            wrong = [finding for finding in found if CATALOGUE[finding.rule].history or finding.rule == "DATE-amends"]
            assert wrong == [], json.dumps([str(finding) for finding in wrong])

    in_folder(test)
