"""Render the histories of policies from their published redlines.

Invariants: texts are compared only once, since the changes between two versions are read from the published comparison.
"""

from __future__ import annotations

import functools
import json

from inforce.policy import Edition
from inforce.publication.change_summary import Step, Steps
from inforce.publication.pages.context import languages_of
from inforce.site.build.page_groups import policy_names
from inforce.site.build.parallel import Files, Work


def make_histories(work: Work, steps: Steps) -> Files:
    """Render the history of every policy of `work`; return the keys of their files by path."""
    files: Files = {}
    names = policy_names(work.shelves)
    for policy in work.publication.policies:
        spoken = languages_of(policy, work.publication.now)
        shells = [key for language in spoken for key in work.shells.keys_in(language)]
        own = work.name("histories", names[policy.id], *shells)
        known = work.memory.recall(own)
        if known is None:
            known = {}
            for page in work.publication.histories_of(policy):
                known |= work.make(page, work.publication.texts, steps)
            work.memory.remember(own, known)
        files |= known
    return files


def published_steps(work: Work, files: Files) -> Steps:
    """Return a function that returns the changes between two texts.

    It reads them from the comparisons in `files`, and compares the two texts if there is no comparison.
    """

    @functools.cache
    def step(old: Edition, new: Edition, file: str) -> Step:
        raw = work.cache.read(files[file]) if file in files else None
        return work.publication.step(old, new) if raw is None else Step.from_document(json.loads(raw))

    return step
