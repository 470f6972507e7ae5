"""Laws of the lock: what is in it stays, what is published gets in, and it is read as it was written."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inforce.book.read import parse_lock
from inforce.errors import LockError
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from property.book_strategies import hours, light_catalogs

PATH = "policy_versions/lock.json"


def locked(catalog: Catalog, now: datetime, lock: Lock | None = None) -> Lock:
    """The lock that also holds what `catalog` has published at `now`."""
    lock = lock or Lock()
    for policy, version in lock.unlocked(catalog, now):
        lock = lock.adding(policy, version)
    return lock


def written(lock: Lock) -> str:
    return json.dumps(lock.to_json(), ensure_ascii=False, indent=1)


@given(light_catalogs, hours)
def test_a_lock_is_read_as_it_was_written(catalog: Catalog, now: datetime) -> None:
    lock = locked(catalog, now)
    assert parse_lock(written(lock), PATH) == lock
    assert written(parse_lock(written(lock), PATH)) == written(lock)


@given(light_catalogs, hours)
def test_when_all_is_added_nothing_is_left_to_add(catalog: Catalog, now: datetime) -> None:
    lock = locked(catalog, now)
    assert lock.unlocked(catalog, now) == ()
    held = {(policy, label) for policy, entries in lock.entries.items() for label in entries}
    assert held == {(policy.id, version.label.text) for policy in catalog for version in policy.public(now)}


@given(light_catalogs, light_catalogs, hours)
def test_adding_alters_nothing_that_is_there(before: Catalog, after: Catalog, now: datetime) -> None:
    """Whatever the book says later: entries stay, and only gain digests of other languages and a cancellation."""
    old = locked(before, now)
    new = old
    for policy in after:
        for version in policy.versions:
            new = new.adding(policy, version)
    for name, entries in old.to_json()["policies"].items():
        for label, entry in entries.items():
            grown = new.to_json()["policies"][name][label]
            assert entry["digests"].items() <= grown.pop("digests").items()
            if "cancelled" not in entry:
                grown.pop("cancelled", None)
            assert {member: entry[member] for member in entry if member != "digests"} == grown


@given(light_catalogs, hours, st.randoms(use_true_random=False))
def test_the_order_of_adding_does_not_show(catalog: Catalog, now: datetime, random: Random) -> None:
    found = list(Lock().unlocked(catalog, now))
    lock = Lock()
    for policy, version in random.sample(found, len(found)):
        lock = lock.adding(policy, version).adding(policy, version)
    assert written(lock) == written(locked(catalog, now))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(["type", "spec", "policies", "terms", "1.0", "seq", "change", "published", "digests", "en"])
nearly = st.recursive(
    st.sampled_from(["policy-lock", "1.0", 1, "material", "2027-01-01T00:00:00Z", "sha256:" + "a" * 64]) | json_values,
    lambda inner: st.dictionaries(members, inner, max_size=6),
    max_leaves=12,
)


@given(st.text(st.characters()) | json_values.map(json.dumps) | nearly.map(json.dumps))
def test_whatever_stands_in_the_file_is_a_lock_or_refused_with_the_way_to_fix_it(text: str) -> None:
    read = lock_or_refusal(text)
    if isinstance(read, LockError):
        assert str(read).startswith(PATH)
        assert read.fix
        assert str(read).encode()
    else:
        assert parse_lock(written(read), PATH) == read


def lock_or_refusal(text: str) -> Lock | LockError:
    try:
        return parse_lock(text, PATH)
    except LockError as refused:
        return refused
