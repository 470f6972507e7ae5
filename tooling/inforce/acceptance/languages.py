"""Choose the language in which a text is shown: RFC 4647 lookup among the languages a policy is published in.

Invariants: the result is spelled as the policy spells it.
Not responsible for: detecting which languages a person reads; similarity of languages that their tags do not express.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)  # a policy has the same languages in every question
def look_up(wanted: tuple[str, ...], published: tuple[str, ...], default: str | None) -> str | None:
    """Return the tag in `published` that the first matching range of `wanted` selects, else `default`.

    RFC 4647, section 3.4, shortens a range subtag by subtag until it is published. This is the longest published tag
    that is a prefix of the range. The rule about singletons needs no code because no tag ends in a singleton.
    """
    for language_range in wanted:
        beginnings = [tag for tag in published if f"{language_range}-".lower().startswith(f"{tag}-".lower())]
        if beginnings:
            return max(beginnings, key=len)
    return default
