"""Histories of policies, drawn of what the redlines beside them say.

Keeps true: nothing is compared twice, since what changed between two versions stands in their published comparison.
"""

from __future__ import annotations

import functools
import json

from inforce.policy import Edition
from inforce.publication.change_summary import Step, Steps
from inforce.publication.pages.current import languages_of
from inforce.site.build.page_groups import policy_names
from inforce.site.build.parallel import Files, Work


def make_histories(work: Work, steps: Steps) -> Files:
    """Make the history of every policy of `work`; give the keys of their files by address."""
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
    """Read what changed between two texts out of the comparisons among `files`; what is not there is compared."""

    @functools.cache
    def step(old: Edition, new: Edition, file: str) -> Step:
        raw = work.cache.read(files[file]) if file in files else None
        return work.publication.step(old, new) if raw is None else Step.from_document(json.loads(raw))

    return step
