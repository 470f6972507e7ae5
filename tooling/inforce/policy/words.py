"""The closed vocabularies of a policy: its kind and the acts of users."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The subject of a policy."""

    PRIVACY = "privacy"
    TERMS = "terms"
    COOKIES = "cookies"
    OTHER = "other"


class Act(StrEnum):
    """The act that a policy requires of users; only `accept` can block a user."""

    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    CONSENT = "consent"
    NONE = "none"
