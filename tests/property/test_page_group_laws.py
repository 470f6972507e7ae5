"""Properties of page groups: pages are restored from the cache together, and only if all of them are unchanged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from inforce.policy import Version
from inforce.policy.evidence import Evidence
from inforce.publication import Publication
from inforce.publication.pages import PageSource
from inforce.site.build.page_groups import policy_names, shelves
from property.book_strategies import hours
from property.test_publication_laws import budgets, orderly, publication

EVIDENCE = Evidence(commit="f" * 40, committed=datetime.fromisoformat("2026-01-01T00:00:00Z"), subject="a text")


def shown(published: Publication) -> dict[str, list[str]]:
    """Return the fingerprints of the pages in each group, and of the pages of each policy that change with time.

    The keys are the names of the groups and of the policies.
    """
    names = policy_names(shelves(published))
    lasting = {
        shelf.name: [page.fingerprint() for page in published.lasting_pages(shelf.policy, shelf.language)]
        for shelf in shelves(published)
    }
    living = {
        names[policy.id]: [
            page.fingerprint() for page in (*published.living_pages_of(policy), *published.histories_of(policy))
        ]
        for policy in published.policies
    }
    return lasting | living


@given(orderly, hours, hours, budgets, budgets)
def test_groups_with_equal_names_have_equal_pages_at_any_two_instants(
    versions: list[Version], first: datetime, other: datetime, few: int, many: int
) -> None:
    before, after = shown(publication(versions, first, few)), shown(publication(versions, other, many))
    assert all(before[name] == after[name] for name in before.keys() & after.keys())


@given(orderly, hours, st.integers(0, 5), st.booleans())
def test_changed_text_summary_or_commit_changes_the_group_name(
    versions: list[Version], now: datetime, place: int, known: bool
) -> None:
    old = publication(versions, now)
    changed = [
        replace(version, editions=tuple(replace(text, text=f"{text.text}\nMore.\n") for text in version.editions))
        if at == place and not known
        else version
        for at, version in enumerate(versions)
    ]
    new = publication(changed, now)
    if known and place < len(versions):
        label = versions[place].label.text
        new = replace(new, evidence={policy.id: {label: EVIDENCE} for policy in new.policies})
    before, after = shown(old), shown(new)
    assert all(before[name] == after[name] for name in before.keys() & after.keys())


@given(orderly, hours)
def test_pages_by_language_are_all_pages(versions: list[Version], now: datetime) -> None:
    published = publication(versions, now)
    whole = sorted(page.address for policy in published.policies for page in published.lasting_pages(policy))
    divided = [
        page.address
        for shelve in shelves(published)
        for page in published.lasting_pages(shelve.policy, shelve.language)
    ]
    assert sorted(divided) == whole


@given(orderly, hours)
def test_outlines_are_those_of_the_pages_that_change_with_time(versions: list[Version], now: datetime) -> None:
    published = publication(versions, now)
    pages = [(page.address, page.kind, page.language, page.text) for page in published.living_pages()]
    assert sorted(published.outlines(), key=str) == sorted(pages, key=str)


@given(orderly, hours)
def test_outlines_of_each_kind_are_those_of_its_pages(versions: list[Version], now: datetime) -> None:
    published = publication(versions, now)
    for policy in published.policies:
        source = PageSource(catalog=published.catalog, now=now, policies=(policy,))
        for kind in published.kinds:
            outlines = [(stub.address, stub.kind, stub.language, stub.text) for stub in kind.stubs(source)]
            assert outlines == [(page.address, page.kind, page.language, page.text) for page in kind.pages(source)]
