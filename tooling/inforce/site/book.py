"""From the folder to the publication: what the site reads before it makes anything."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from inforce.catalog import Catalog, Evidence
from inforce.instant import parse_instant
from inforce.publication import Publication
from inforce.settings import Settings
from inforce.site.messages import labels
from inforce.store.folder import read_book
from inforce.store.history import open_history


def read_publication(root: Path, at: str | None, *, history: bool = True) -> Publication:
    """Read the book in `root` as it is to be published at the instant `at`, or now; with its `history` or without."""
    catalog = read_book(root).require()
    if not history:
        return Publication(catalog=catalog, now=clock(catalog.settings, at), speak=labels)
    return publication_of(root, catalog, clock(catalog.settings, at))


def publication_of(root: Path, catalog: Catalog, now: datetime) -> Publication:
    """Join to the `catalog` read in `root` what its history tells."""
    past = open_history(root)
    evidence: dict[str, dict[str, Evidence]] = {policy.id: {} for policy in catalog}
    for folder, found in past.evidence(catalog).items():
        policy_id, label = folder.split("/")[1:]
        evidence[policy_id][label] = found
    return Publication(catalog=catalog, now=now, evidence=evidence, remarks=tuple(past.remarks), speak=labels)


def clock(settings: Settings, at: str | None) -> datetime:
    """Tell the instant of the build: `at`, or SOURCE_DATE_EPOCH (reproducible-builds.org), or now."""
    if at:
        return parse_instant(at, settings.timezone)
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.now(UTC).replace(microsecond=0)
