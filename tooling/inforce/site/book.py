"""From the folder to the publication: what the site reads before it makes anything."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from inforce.catalog import Evidence
from inforce.instant import parse_instant
from inforce.publication import Publication
from inforce.settings import Settings
from inforce.site.messages import labels
from inforce.store.folder import read_book
from inforce.store.history import open_history


def read_publication(root: Path, at: str | None) -> Publication:
    """Read the book in `root` as it is to be published at the instant `at`, or now."""
    catalog = read_book(root).require()
    history = open_history(root)
    evidence: dict[str, dict[str, Evidence]] = {policy.id: {} for policy in catalog}
    for folder, found in history.evidence(catalog).items():
        policy_id, label = folder.split("/")[1:]
        evidence[policy_id][label] = found
    return Publication(
        catalog=catalog,
        now=clock(catalog.settings, at),
        evidence=evidence,
        remarks=tuple(history.remarks),
        speak=labels,
    )


def clock(settings: Settings, at: str | None) -> datetime:
    """Tell the instant of the build: `at`, or SOURCE_DATE_EPOCH (reproducible-builds.org), or now."""
    if at:
        return parse_instant(at, settings.timezone)
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.now(UTC).replace(microsecond=0)
