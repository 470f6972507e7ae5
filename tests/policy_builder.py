"""Policies for tests as plain values, without a folder.

>>> terms = policy(version("1", "2026-01-01"), version("2", "2027-01-20", "2027-03-01"))  # doctest: +SKIP
>>> terms.in_force(instant("2027-02-01")) is terms.versions[0]                            # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

from book_builder import instant
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Edition, Kind, Label, Policy, Version

EN = Language("en")


def version(label: str, published: str, effective: str = "", **more: Any) -> Version:
    """Return the version `label`, published and effective on dates in UTC."""
    members: dict[str, Any] = {
        "change": ChangeLevel.MATERIAL,
        "editions": (Edition(language=EN, text=f"# Terms\n\nWords of {label}.\n"),),
    }
    start = instant(published)
    return Version(
        label=Label(label),
        published_at=start,
        effective_at=instant(effective) if effective else start,
        **(members | more),
    )


def policy(*versions: Version) -> Policy:
    return Policy(
        id="terms", titles={EN: "Terms"}, kind=Kind.TERMS, binding_language=EN, act=Act.ACCEPT, versions=versions
    )
