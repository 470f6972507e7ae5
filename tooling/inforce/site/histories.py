"""Histories of policies, drawn of what the redlines beside them say, and the files that tell of the same changes.

Keeps true: nothing is compared twice, since what changed between two versions stands in their published comparison.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from inforce.policy import Edition
from inforce.publication import Publication
from inforce.publication.steps import Step, Steps
from inforce.site.lasting import Work


def write_histories(site: Path, work: Work) -> None:
    """Put the history of every policy into `site`, beside the comparisons that are there already."""
    steps = published_steps(site, work.publication)
    for page in work.publication.histories():
        ((place, key),) = work.keys(page).items()
        if not work.cache.holds(key):
            rendered = work.renderer.render(page, work.publication.texts, steps)
            work.cache.keep(key, work.shell(page).fill(rendered).encode())
        work.cache.enter(key, site / place)


def published_steps(site: Path, publication: Publication) -> Steps:
    """Read what changed between two texts out of `site`; what is not there is compared."""

    @functools.cache
    def step(old: Edition, new: Edition, file: str) -> Step:
        path = site / file
        if not file or not path.is_file():
            return publication.step(old, new)
        return Step.from_document(json.loads(path.read_bytes()))

    return step
