"""Properties of the lock: entries are permanent, published versions are added, and the file survives the round trip."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inforce.book.lock_file import parse_lock
from inforce.errors import LockError
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from property.book_strategies import hours, light_catalogs

PATH = "policy_versions/lock.json"


def locked(catalog: Catalog, now: datetime, lock: Lock | None = None) -> Lock:
    """Return the lock extended by the versions of `catalog` that are published at `now`."""
    lock = lock or Lock()
    for policy, version in lock.unlocked(catalog, now):
        lock = lock.adding(policy, version)
    return lock


def written(lock: Lock) -> str:
    return json.dumps(lock.to_json(), ensure_ascii=False, indent=1)


@given(light_catalogs, hours)
def test_lock_survives_the_round_trip(catalog: Catalog, now: datetime) -> None:
    lock = locked(catalog, now)
    assert parse_lock(written(lock), PATH) == lock
    assert written(parse_lock(written(lock), PATH)) == written(lock)


@given(light_catalogs, hours)
def test_nothing_is_unlocked_after_all_is_added(catalog: Catalog, now: datetime) -> None:
    lock = locked(catalog, now)
    assert lock.unlocked(catalog, now) == ()
    held = {(policy, label) for policy, entries in lock.entries.items() for label in entries}
    assert held == {(policy.id, version.label.text) for policy in catalog for version in policy.public(now)}


@given(light_catalogs, light_catalogs, hours)
def test_adding_never_changes_existing_entries(before: Catalog, after: Catalog, now: datetime) -> None:
    """Existing entries remain and only gain digests of other languages and a cancellation."""
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
def test_lock_is_independent_of_the_order_of_additions(catalog: Catalog, now: datetime, random: Random) -> None:
    additions = list(Lock().unlocked(catalog, now))
    lock = Lock()
    for policy, version in random.sample(additions, len(additions)):
        lock = lock.adding(policy, version).adding(policy, version)
    assert written(lock) == written(locked(catalog, now))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(
    ["type", "spec", "policies", "terms", "1.0", "seq", "change", "published_at", "digests", "en"]
)
nearly = st.recursive(
    st.sampled_from(["policy-lock", "1.0", 1, "material", "2027-01-01T00:00:00Z", "sha256:" + "a" * 64]) | json_values,
    lambda inner: st.dictionaries(members, inner, max_size=6),
    max_leaves=12,
)


@given(st.text(st.characters()) | json_values.map(json.dumps) | nearly.map(json.dumps))
def test_any_content_is_a_lock_or_rejected_with_a_fix(text: str) -> None:
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
