"""All policies of a book, found by id."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from inforce.errors import CatalogError, Place, quoted
from inforce.fields import did_you_mean
from inforce.policy import Policy, Version
from inforce.policy.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The settings of a book and its policies, sorted by `order` and then by id; those without `order` come last."""

    settings: Settings
    policies: tuple[Policy, ...]

    def __post_init__(self) -> None:
        by_id = sorted(self.policies, key=lambda policy: policy.id)
        for previous, other in itertools.pairwise(by_id):
            if previous.id == other.id:
                place = Place(path=other.source.path or other.id)
                raise CatalogError(
                    place, f"is used by two policies {quoted(previous.id)}", "give one of the two another id"
                )
        object.__setattr__(self, "policies", tuple(sorted(by_id, key=lambda policy: policy.position)))

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies)

    def find(self, policy_id: str) -> Policy | None:
        """Return the policy `policy_id`, or None."""
        return next((policy for policy in self.policies if policy.id == policy_id), None)

    def policy(self, policy_id: str) -> Policy:
        """Return the policy `policy_id`; raise CatalogError with the closest id if it does not exist."""
        existing = self.find(policy_id)
        if existing is None:
            known = [policy.id for policy in self.policies]
            fix = did_you_mean(policy_id, known).strip(" –") or f"existing: {', '.join(known) or 'none yet'}"
            raise CatalogError(Place(path="policy_versions"), f"has no policy {quoted(policy_id)}", fix)
        return existing

    def version(self, policy: Policy, label: str) -> Version:
        """Return the version `label` of `policy`; raise CatalogError with the closest label if it does not exist."""
        existing = policy.version(label)
        if existing is None:
            known = [version.label.text for version in policy.versions]
            fix = did_you_mean(label, known).strip(" –") or f"there are: {', '.join(known[-10:]) or 'none yet'}"
            raise CatalogError(Place(path=f"policy_versions/{policy.id}"), f"has no version {quoted(label)}", fix)
        return existing
