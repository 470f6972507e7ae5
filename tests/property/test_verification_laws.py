"""Properties of verification: a correct site has no findings, and an incomplete one has."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from inforce.client.http import Response
from inforce.client.state import ClientState
from inforce.client.trust import Trust
from inforce.manifest import to_bytes
from inforce.manifest.build import manifest
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.verification.manifest_checks import manifest_findings
from inforce.verification.site import Site
from property.test_manifest_laws import catalogs, day

MOMENTS = st.integers(0, 60).map(day)


def locked(catalog: Catalog) -> Lock:
    """Return the lock with every version of `catalog`, each locked at its publication."""
    lock = Lock()
    for policy in catalog:
        for version in policy.versions:
            lock = lock.adding(policy, version)
    return lock


def found(catalog: Catalog, document: dict[str, Any], now: datetime) -> list[str]:
    """Verify the manifest `document` of `catalog` against its lock."""
    answers = {"policies.json": Response(status=200, headers={}, body=to_bytes(document))}
    site = Site(
        trust=Trust(site=catalog.settings.site),
        lock=locked(catalog),
        now=now,
        answers=answers,
        memory=ClientState(),
    )
    return [finding.rule for finding in manifest_findings(site)]


@given(catalogs(), MOMENTS)
def test_manifest_built_from_the_book_has_no_findings(catalog: Catalog, now: datetime) -> None:
    assert found(catalog, manifest(catalog, now), now) == []


@given(catalogs(), MOMENTS, st.data())
def test_policy_missing_in_a_manifest_is_always_found(catalog: Catalog, now: datetime, data: st.DataObject) -> None:
    document = manifest(catalog, now)
    assume(document["policies"])
    less = copy.deepcopy(document)
    less["policies"].pop(data.draw(st.integers(0, len(less["policies"]) - 1)))

    assert found(catalog, less, now) == ["LIVE-lock"]
