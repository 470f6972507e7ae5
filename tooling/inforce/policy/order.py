"""The number and the place of each version of a policy.

Invariants: numbers of the lock never change; all other versions are numbered after them, by publication and label, and
drafts last, so that a draft never changes the number of a published version. An amendment directly follows the version
it amends and earlier amendments of it.
An amendment never takes effect before the version it amends.
Not responsible for: the other rules for the dates of amendments (see `checks`).
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from inforce.errors import CatalogError, Place
from inforce.fields import did_you_mean
from inforce.instant import format_instant
from inforce.policy.version import Version


def place_of(version: Version) -> tuple[int, int]:
    """Return the place of the numbered `version`: the number of the version it amends or its own, and its own."""
    return version.original_seq or version.seq, version.seq


def in_order(versions: Iterable[Version], numbers: Mapping[str, int]) -> tuple[Version, ...]:
    """Return `versions` numbered and sorted by place; `numbers` are those of the lock, by label.

    CatalogError if two labels are equal or if a version amends one that cannot be amended.
    """
    by_label = sorted(versions, key=lambda version: version.label)
    for earlier, later in itertools.pairwise(by_label):
        if earlier.label == later.label:
            raise _same_label(earlier, later)
    seqs = _numbered(by_label, numbers)
    known = {version.label.text: version for version in by_label}
    placed = [replace(version, **_derived(version, known, seqs, numbers)) for version in by_label]
    return tuple(sorted(placed, key=place_of))


def _numbered(versions: Iterable[Version], numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the number of each of `versions` by label; of two with the same number only the first keeps it."""
    ordered = sorted(versions, key=lambda version: (version.draft, version.published_at, version.label))
    seqs: dict[str, int] = {}
    taken: set[int] = set()
    for version in ordered:
        seq = numbers.get(version.label.text)
        if seq is not None and seq not in taken:
            seqs[version.label.text] = seq
            taken.add(seq)
    following = itertools.count(max(numbers.values(), default=0) + 1)
    for version in ordered:
        if version.label.text not in seqs:
            seqs[version.label.text] = next(following)
    return seqs


def _derived(
    version: Version, known: Mapping[str, Version], seqs: Mapping[str, int], locked: Container[str]
) -> dict[str, Any]:
    """Return the fields of `version` that follow from the other versions; `locked` are the labels in the lock.

    An amendment is cancelled with the version it amends. It inherits `effective_at_new` if both take effect together.
    """
    seq = seqs[version.label.text]
    if version.amends is None:
        return {"seq": seq, "original_seq": 0}
    original = _amended(version, known, locked)
    fields: dict[str, Any] = {"seq": seq, "original_seq": seqs[original.label.text]}
    if version.effective_at == original.effective_at:
        fields["effective_at_new"] = original.effective_at_new
    if original.cancelled and (version.cancelled is None or original.cancelled.at < version.cancelled.at):
        fields["cancelled"] = original.cancelled
    return fields


def _amended(version: Version, known: Mapping[str, Version], locked: Container[str]) -> Version:
    """Return the version that `version` amends; CatalogError if there is none or it cannot be amended."""
    label = str(version.amends)
    original = known.get(label)
    if original is None and label in locked:
        fix = "restore its folder from git: published versions cannot be deleted"
        raise _not_amendable(version, "is locked, but its folder is missing", fix, rule="LOCK-version")
    if original is None:
        others = [other for other in known if other != version.label.text]
        fix = did_you_mean(label, others).strip(" –") or "write the label of a version of this policy"
        raise _not_amendable(version, "is not a version of this policy", fix)
    if original is version:
        raise _not_amendable(version, "is this version itself", "write the label of the version that this one corrects")
    if original.amends:
        first = "the label of a version that is not an amendment"
        first = first if original.amends == version.label else f"“amends: {original.amends}”"
        fix = f"write {first}: an amendment is corrected by another amendment of the same version"
        raise _not_amendable(version, "is an amendment", fix)
    if original.draft:
        raise _not_amendable(version, "is a draft", "correct the text of the draft, and delete this version")
    if version.published_at < original.published_at:
        raise _not_amendable(version, "is published later than this version", "correct “published”")
    if version.effective_at < original.effective_at:
        instant = format_instant(original.effective_at)
        problem = f"takes effect only at {instant}, later than this version"
        raise _not_amendable(version, problem, f"write “effective: {instant}” or a date for it", rule="DATE-amends")
    return original


def _not_amendable(version: Version, problem: str, fix: str, rule: str = "META-amends") -> CatalogError:
    place = version.source.place("amends")
    place = place if place.path else Place(path=version.label.text)
    return CatalogError(place, f"“amends” is “{version.amends}”, which {problem}", fix, rule=rule)


def _same_label(earlier: Version, later: Version) -> CatalogError:
    return CatalogError(
        Place(path=later.source.path or str(later.label)),
        f"“{earlier.label}” and “{later.label}” are the same number, so they have no order",
        "rename the folder of the unpublished version",
        rule="META-label",
    )
