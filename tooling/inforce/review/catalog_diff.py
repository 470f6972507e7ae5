"""The difference between two states of a book: new, changed and deleted versions.

Invariants: a new version is compared with the version before it that is no draft, a changed version with its earlier
state.
Not responsible for: describing the changes (see `comment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog


class ChangeKind(StrEnum):
    """How a version changed."""

    NEW = "new"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """A text in `language` that was added, deleted or changed; `old` is the text it is compared with."""

    language: Language
    old: Edition | None
    new: Edition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """The change of `version` of `policy`: its changed texts and, unless it is new, its earlier state `was`.

    `against` is the version with whose texts the new texts are compared, if any.
    """

    kind: ChangeKind
    policy: Policy
    version: Version
    texts: tuple[TextChange, ...]
    was: Version | None = None
    against: Version | None = None


def version_changes(base: Catalog | None, catalog: Catalog) -> Iterator[VersionChange]:
    """Yield the differences between the book `base` (None if there was none) and `catalog`, by policy and version."""
    for policy in catalog:
        before = base.find(policy.id) if base else None
        for version in policy.versions:
            was = before.version(version.label.text) if before else None
            if was is None:
                yield _new_version(policy, version)
            elif was != _renumbered(version, was):
                yield _changed_version(policy, version, was)
    for before in base or ():
        after = catalog.find(before.id)
        for was in before.versions:
            if after is None or after.version(was.label.text) is None:
                yield VersionChange(kind=ChangeKind.DELETED, policy=before, version=was, texts=())


def _new_version(policy: Policy, version: Version) -> VersionChange:
    against = policy.predecessor(version)
    texts = tuple(
        TextChange(language=edition.language, old=against.edition(edition.language) if against else None, new=edition)
        for edition in version.editions
    )
    return VersionChange(kind=ChangeKind.NEW, policy=policy, version=version, texts=texts, against=against)


def _changed_version(policy: Policy, version: Version, was: Version) -> VersionChange:
    languages = sorted({*version.languages, *was.languages})
    pairs = ((language, was.edition(language), version.edition(language)) for language in languages)
    texts = tuple(TextChange(language=language, old=old, new=new) for language, old, new in pairs if old != new)
    return VersionChange(kind=ChangeKind.CHANGED, policy=policy, version=version, texts=texts, was=was, against=was)


def _renumbered(version: Version, was: Version) -> Version:
    """Return `version` with the numbers of `was`, since the checks compare numbers."""
    return replace(version, seq=was.seq, original_seq=was.original_seq)
