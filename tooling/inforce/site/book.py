"""Read the book and its history into a publication."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from inforce.book.git import open_history
from inforce.book.read import ParseCache, read_book
from inforce.clock import Clock, compare_with_commit
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.publication import Publication
from inforce.site.messages import labels
from inforce.site.page_kinds import page_kinds


def read_publication(
    root: Path,
    clock: Clock,
    warn: Callable[[str], object],
    *,
    signing: bool = False,
    history: bool = True,
    memory: ParseCache | None = None,
) -> Publication:
    """Return the publication of the book in `root` at the instant of `clock`, with or without its `history`.

    `warn` is called if that instant is doubtful. Raise ClockError if it is unacceptable; the limits are stricter if the
    book lists signing keys and a build is `signing`. Files that `memory` records as unchanged are not read again.
    """
    catalog = read_book(root, memory).require()
    now = clock.instant(catalog.settings.timezone, _system_clock)
    if not history:
        return Publication(catalog=catalog, now=now, kinds=page_kinds(), labels_for=labels)
    past, is_signed = open_history(root), signing and bool(catalog.settings.signing)
    if warning := compare_with_commit(now, past.newest, clock.source, signing=is_signed):
        warn(warning)
    return publication_of(catalog, now, past.evidence(catalog))


def publication_of(catalog: Catalog, now: datetime, evidence_of: Mapping[str, Evidence]) -> Publication:
    """Return the publication of `catalog` at `now`; `evidence_of` contains the evidence by folder of the version."""
    evidence: dict[str, dict[str, Evidence]] = {policy.id: {} for policy in catalog}
    for folder, evidence_item in evidence_of.items():
        policy_id, label = folder.split("/")[1:]
        evidence[policy_id][label] = evidence_item
    return Publication(catalog=catalog, now=now, kinds=page_kinds(), evidence=evidence, labels_for=labels)


def _system_clock() -> datetime:
    return datetime.now(UTC)
