"""From the folder to the publication: what the site reads before it makes anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from inforce.catalog import Catalog, Evidence
from inforce.clock import current_instant
from inforce.publication import Publication
from inforce.site.messages import labels
from inforce.store.folder import Memory, read_book
from inforce.store.history import open_history


def read_publication(
    root: Path,
    environ: Mapping[str, str],
    configured: str | None,
    *,
    history: bool = True,
    memory: Memory | None = None,
) -> Publication:
    """Read the book in `root` as it is to be published now; with its `history` or without.

    The environment `environ`, then `at` as `configured` in mkdocs.yml, may set another instant than that of the clock.
    What `memory` knows to be unchanged on the disk is not read again.
    """
    catalog = read_book(root, memory).require()
    now = current_instant(catalog.settings.timezone, environ, _system_clock, configured=configured)
    if not history:
        return Publication(catalog=catalog, now=now, speak=labels)
    return publication_of(catalog, now, open_history(root).evidence(catalog))


def publication_of(catalog: Catalog, now: datetime, evidence_of: Mapping[str, Evidence]) -> Publication:
    """Join to the `catalog` what its history tells of each version, by the version's folder."""
    evidence: dict[str, dict[str, Evidence]] = {policy.id: {} for policy in catalog}
    for folder, found in evidence_of.items():
        policy_id, label = folder.split("/")[1:]
        evidence[policy_id][label] = found
    return Publication(catalog=catalog, now=now, evidence=evidence, speak=labels)


def _system_clock() -> datetime:
    return datetime.now(UTC)
