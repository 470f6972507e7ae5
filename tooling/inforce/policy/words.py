"""The closed vocabularies of a policy: what it is, and what a user does with it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a policy is about."""

    PRIVACY = "privacy"
    TERMS = "terms"
    COOKIES = "cookies"
    OTHER = "other"


class Act(StrEnum):
    """What a user does with a policy; only `accept` can ever stand in somebody's way."""

    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    CONSENT = "consent"
    NONE = "none"
