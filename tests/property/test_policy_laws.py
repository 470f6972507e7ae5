"""Properties of policies over time: one state at each instant, and all queries agree."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inforce.policy import Label, Policy, PolicyState, Version
from property.book_strategies import histories, hours, policy_of

SECOND = timedelta(seconds=1)


def numbers(label: Label) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split("[.-]", label.text))


any_labels = st.builds(
    lambda parts, joint: Label(joint.join(map(str, parts))),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.sampled_from(".-"),
)


@given(any_labels, any_labels)
def test_labels_are_ordered_as_tuples_of_integers(earlier: Label, other: Label) -> None:
    assert (earlier < other) == (numbers(earlier) < numbers(other))
    assert (earlier == other) == (numbers(earlier) == numbers(other))


@given(histories(), st.randoms(use_true_random=False))
def test_order_of_input_versions_is_irrelevant(generated: list[Version], random: Random) -> None:
    shuffled = random.sample(generated, len(generated))
    assert policy_of(shuffled) == policy_of(generated)


@given(histories())
def test_numbers_count_from_one_in_the_order_of_publication(generated: list[Version]) -> None:
    versions = policy_of(generated).versions
    assert [version.seq for version in versions] == list(range(1, len(generated) + 1))
    orders = [(version.draft, version.published_at, version.label) for version in versions]
    assert all(earlier < other for earlier, other in itertools.pairwise(orders))


@given(histories())
def test_later_version_changes_no_number(generated: list[Version]) -> None:
    """A version's seq never changes and is never reused."""
    whole = policy_of(generated)
    begun = policy_of(list(whole.versions[:-1]))
    assert whole.versions[: len(begun.versions)] == begun.versions


@given(histories(), hours)
def test_in_force_is_the_highest_number_that_is_published_effective_and_not_cancelled(
    generated: list[Version], now: datetime
) -> None:
    policy = policy_of(generated)
    applying = [
        version
        for version in policy.versions
        if not version.draft
        and version.published_at <= now
        and version.effective_at <= now
        and not (version.cancelled and version.cancelled.at <= now)
    ]
    assert policy.in_force(now) == max(applying, key=lambda version: version.seq, default=None)


@given(histories(), hours)
def test_latest_is_the_newest_published(generated: list[Version], now: datetime) -> None:
    policy = policy_of(generated)
    readable = [version for version in policy.versions if not version.draft and version.published_at <= now]
    assert policy.latest(now) == (readable[-1] if readable else None)


@given(histories(), hours)
def test_each_version_has_one_state_and_at_most_one_is_in_force(generated: list[Version], now: datetime) -> None:
    policy = policy_of(generated)
    by_state: dict[PolicyState, list[Version]] = {state: [] for state in PolicyState}
    for version in policy.versions:
        by_state[policy.state(version, now)].append(version)
    current = policy.in_force(now)
    assert by_state[PolicyState.IN_FORCE] == ([current] if current else [])
    assert by_state[PolicyState.ANNOUNCED] == list(policy.announced(now))
    assert sorted(by_state[PolicyState.DRAFT] + list(policy.public(now)), key=lambda v: v.seq) == list(policy.versions)


@given(histories(), hours)
def test_intervals_partition_time(generated: list[Version], now: datetime) -> None:
    """Intervals are adjacent, not empty, and the last has no end."""
    rows = policy_of(generated).intervals(now)
    assert all(row.end == following.start for row, following in itertools.pairwise(rows))
    assert all(row.end is None or row.start < row.end for row in rows)
    assert [row.end for row in rows[-1:]] == [None] * len(rows[-1:])
    assert len({row.version.seq for row in rows}) == len(rows)


@given(histories(), hours)
def test_version_in_force_is_within_its_interval(generated: list[Version], now: datetime) -> None:
    policy = policy_of(generated)
    current = policy.in_force(now)
    at = [row for row in policy.intervals(now) if row.start <= now and (row.end is None or now < row.end)]
    assert [row.version for row in at] == ([current] if current else [])
    if current:
        assert policy.interval(current, now) == at[0]


@given(histories(retroactive=False), hours, hours)
def test_past_does_not_change(generated: list[Version], earlier: datetime, other: datetime) -> None:
    """Later intervals agree with the version in force at an instant, unless a version is retroactive."""
    policy = policy_of(generated)
    then, now = sorted((earlier, other))
    recorded = [
        row.version for row in policy.intervals(now) if row.start <= then and (row.end is None or then < row.end)
    ]
    was = policy.in_force(then)
    assert recorded == ([was] if was else [])


@given(histories(), hours)
def test_next_change_changes_the_version_in_force(generated: list[Version], now: datetime) -> None:
    """Until that instant the version in force is constant."""
    policy = policy_of(generated)
    known = policy_known_at(policy, now)
    change = policy.next_change(now)
    if change is None:
        assert known.in_force(now + timedelta(days=1000)) == known.in_force(now)
    else:
        assert change > now
        assert known.in_force(change - SECOND) == known.in_force(now) != known.in_force(change)


def policy_known_at(policy: Policy, now: datetime) -> Policy:
    """Return `policy` without publications and cancellations after `now`."""
    standing = [version for version in policy.public(now) if not version.is_cancelled(now)]
    return policy_of([replace(version, cancelled=None) for version in standing])


@given(histories(retroactive=False), hours)
def test_cancelled_version_is_never_in_force(generated: list[Version], now: datetime) -> None:
    policy = policy_of(generated)
    current = policy.in_force(now)
    assert current is None or current.cancelled is None
