"""Every published path of a book; people and programs store these paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from inforce import address
from inforce.language import Language
from inforce.policy import Policy
from policy_builder import EN, policy, version

DE = Language("de")
TERMS = replace(policy(version("2026-01-15", "2026-01-15"), version("2026-01-15.1", "2026-02-01")), id="user-terms")
OLD, NEW = TERMS.versions

OF_POLICY: list[tuple[Callable[[Policy], str], str]] = [
    (address.versions_file, "user-terms/versions.json"),
    (address.feed_file, "user-terms/feed.xml"),
    (address.calendar_file, "user-terms/calendar.ics"),
    (address.timemap_file, "user-terms/timemap.link"),
]


@pytest.mark.parametrize(("make", "expected"), OF_POLICY, ids=[expected for _, expected in OF_POLICY])
def test_paths_per_policy_contain_no_language(make: Callable[[Policy], str], expected: str) -> None:
    assert make(TERMS) == expected


@pytest.mark.parametrize(
    ("language", "below"), [pytest.param(EN, "", id="the binding language"), pytest.param(DE, "de/", id="another one")]
)
def test_page_paths_contain_the_language_unless_binding(language: Language, below: str) -> None:
    assert [
        address.policy_page(TERMS, language),
        address.version_page(TERMS, NEW, language),
        address.since_page(TERMS, OLD, language),
        address.redline_page(TERMS, OLD, NEW, language),
        address.history_page(TERMS, language),
        address.compare_page(TERMS, language),
    ] == [
        f"user-terms/{below}",
        f"user-terms/2026-01-15.1/{below}",
        f"user-terms/2026-01-15/since/{below}",
        f"user-terms/changes/2026-01-15...2026-01-15.1/{below}",
        f"user-terms/history/{below}",
        f"user-terms/changes/{below}",
    ]


@pytest.mark.parametrize("language", [EN, DE], ids=str)
def test_file_paths_always_contain_the_language(language: Language) -> None:
    assert [
        address.text_file(TERMS, NEW, language),
        address.fragment_beside(address.text_file(TERMS, NEW, language)),
        address.since_file(TERMS, OLD, language),
        address.redline_file(TERMS, OLD, NEW, language),
        address.redline_docx(TERMS, OLD, NEW, language),
    ] == [
        f"user-terms/2026-01-15.1/{language}.md",
        f"user-terms/2026-01-15.1/{language}.html",
        f"user-terms/2026-01-15/since/{language}.json",
        f"user-terms/changes/2026-01-15...2026-01-15.1/{language}.json",
        f"user-terms/changes/2026-01-15...2026-01-15.1/{language}.docx",
    ]


def test_paths_used_by_apps_never_change() -> None:
    assert [address.MANIFEST, address.SIGNED_MANIFEST, *address.CONFORMANCE, address.FEED] == [
        "policies.json",
        "policies.jws.json",
        "conformance/vectors.json",
        "conformance/envelopes.json",
        "conformance/states.json",
        "conformance/histories.json",
        "feed.xml",
    ]
