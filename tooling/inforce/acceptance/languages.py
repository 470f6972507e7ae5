"""The language a text is shown in: RFC 4647 lookup among those a policy is published in.

Kept true: the answer is spelled as the policy spells it. Not done here: which languages a person reads, and any
likeness between languages that their tags do not show.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)  # a policy is published in the same languages on every question
def look_up(wanted: tuple[str, ...], published: tuple[str, ...], default: str | None) -> str | None:
    """Return the one of `published` that the first possible of the ranges `wanted` leads to, else `default`.

    To shorten a range subtag by subtag until it is published (RFC 4647, 3.4) finds the longest tag it begins with. Its
    rule about singletons needs no care: no tag ends in one.
    """
    for language_range in wanted:
        beginnings = [tag for tag in published if f"{language_range}-".lower().startswith(f"{tag}-".lower())]
        if beginnings:
            return max(beginnings, key=len)
    return default
