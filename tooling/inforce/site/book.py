"""From the folder to the publication: what the site reads before it makes anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from inforce.catalog import Catalog, Evidence
from inforce.instant import parse_instant
from inforce.publication import Publication
from inforce.settings import Settings
from inforce.site.messages import labels
from inforce.store.folder import Memory, read_book
from inforce.store.history import open_history


def read_publication(root: Path, at: str | None, *, history: bool = True, memory: Memory | None = None) -> Publication:
    """Read the book in `root` as it is to be published at the instant `at`, or now; with its `history` or without.

    What `memory` knows to be unchanged on the disk is not read again.
    """
    catalog = read_book(root, memory).require()
    if not history:
        return Publication(catalog=catalog, now=clock(catalog.settings, at), speak=labels)
    return publication_of(catalog, clock(catalog.settings, at), open_history(root).evidence(catalog))


def publication_of(catalog: Catalog, now: datetime, evidence_of: Mapping[str, Evidence]) -> Publication:
    """Join to the `catalog` what its history tells of each version, by the version's folder."""
    evidence: dict[str, dict[str, Evidence]] = {policy.id: {} for policy in catalog}
    for folder, found in evidence_of.items():
        policy_id, label = folder.split("/")[1:]
        evidence[policy_id][label] = found
    return Publication(catalog=catalog, now=now, evidence=evidence, speak=labels)


def clock(settings: Settings, at: str | None) -> datetime:
    """Tell the instant of the build: `at`, or SOURCE_DATE_EPOCH (reproducible-builds.org), or now."""
    if at:
        return parse_instant(at, settings.timezone)
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.now(UTC).replace(microsecond=0)
