"""Properties of publications: no path disappears, drafts are invisible, and unchanged pages are reused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inforce.instant import parse_zone
from inforce.language import Language
from inforce.manifest import parse_json, to_bytes
from inforce.policy import Edition, Label, Version
from inforce.policy.catalog import Catalog
from inforce.policy.settings import Publisher, Settings
from inforce.publication import Page, Publication
from inforce.publication.pairs import first_compared, version_pairs
from inforce.site.page_kinds import page_kinds
from page_files import comparison_file
from property.book_strategies import hours, policy_of, versions

EN, DE = Language("en"), Language("de")
SETTINGS = Settings(
    publisher=Publisher(name="Shop", url="https://shop.example/", contact="privacy@shop.example"),
    site="https://policies.example/",
    timezone=parse_zone("UTC"),
    languages=(EN, DE),
)
FIRST_LABEL = 987_650_001  # a number that is unlikely to occur elsewhere in a publication


def _written(generated: list[Version], translated: list[bool]) -> list[Version]:
    """Return the versions with unique labels and texts, some with a translation."""
    labels = [Label(str(FIRST_LABEL + place)) for place in range(len(generated))]
    return [
        replace(
            version,
            label=label,
            editions=tuple(
                Edition(language=tag, text=f"# Terms\n\nWords of {label}, {tag}.\n")
                for tag in ([DE, EN] if both else [EN])
            ),
        )
        for version, label, both in zip(generated, labels, translated, strict=False)
    ]


flags = st.lists(st.booleans(), min_size=6, max_size=6)
anyhow = st.builds(_written, st.lists(versions(), max_size=6), flags)
# As in a book, a later publication has a higher number. Drafts are unpublished versions.
orderly = st.builds(
    lambda found, both: _written(
        sorted((replace(one, draft=False) for one in found), key=lambda one: one.published_at), both
    ),
    st.lists(versions(), max_size=6),
    flags,
)
budgets = st.sampled_from([0, 1, 3, 200])


def publication(generated: list[Version], now: datetime, compare_pairs: int = 200) -> Publication:
    settings = replace(SETTINGS, compare_pairs=compare_pairs)
    return Publication(
        catalog=Catalog(settings=settings, policies=(policy_of(generated),)), now=now, kinds=page_kinds()
    )


def pages(generated: Publication) -> dict[str, Page]:
    lasting = [page for policy in generated.policies for page in generated.lasting_pages(policy)]
    histories = (page for version in generated.policies for page in generated.histories_of(version))
    return {page.address: page for page in [*generated.living_pages(), *histories, *lasting]}


def addresses(generated: Publication) -> set[str]:
    """Return every path of the publication: pages, files, and files that belong to pages."""
    shown = pages(generated)
    beside = {page.context[name] for page in shown.values() for name in ("file", "document") if name in page.context}
    return {*shown, *(file.address for file in generated.files()), *beside}


def everything(generated: Publication) -> str:
    """Return the complete content of the publication as one string."""
    contents = [json.dumps([page.address, page.context, page.links], default=str) for page in pages(generated).values()]
    for page in pages(generated).values():
        compared = [generated.texts.changes(old, new) for old, new in page.pairs]
        contents += [page.text.text if page.text else "", *(text.text for pair in page.pairs for text in pair)]
        contents += [comparison_file(page, SETTINGS.site, compared)[1].decode()] if "file" in page.context else []
    files = [f"{file.address}\n{file.make().decode()}" for file in generated.files()]
    return "\n".join([*contents, *files, generated.manifest({}).decode()])


@given(orderly, hours)
def test_every_comparison_for_apps_conforms_to_the_strict_format(generated: list[Version], now: datetime) -> None:
    shown = publication(generated, now)
    for page in pages(shown).values():
        if "file" in page.context:
            compared = [shown.texts.changes(old, new) for old, new in page.pairs]
            _, content = comparison_file(page, SETTINGS.site, compared)
            assert to_bytes(parse_json(content)) == content


@given(st.integers(0, 100_000))
def test_number_of_compared_first_versions_follows_from_the_settings(compare_pairs: int) -> None:
    """K is the largest number with K(K-1)/2 ≤ `compare_pairs`."""
    first = first_compared(compare_pairs)

    assert first * (first - 1) // 2 <= compare_pairs < (first + 1) * first // 2


@given(orderly, budgets)
def test_additional_versions_remove_no_pair_and_all_neighbours_are_compared(
    generated: list[Version], compare_pairs: int
) -> None:
    grown = policy_of(generated).versions
    pairs = [set(_seqs(version_pairs(grown[:length], compare_pairs))) for length in range(len(grown) + 1)]

    assert all(fewer <= more for fewer, more in pairwise(pairs))
    assert {(seq, seq + 1) for seq in range(1, len(grown))} <= pairs[-1]


@given(orderly, hours, budgets)
def test_no_path_disappears_when_a_version_is_added(
    generated: list[Version], now: datetime, compare_pairs: int
) -> None:
    older = addresses(publication(generated[:-1], now, compare_pairs))

    assert older <= addresses(publication(generated, now, compare_pairs))


@given(orderly, hours, hours, budgets)
def test_no_path_disappears_over_time(
    generated: list[Version], version: datetime, other: datetime, compare_pairs: int
) -> None:
    earlier, later = sorted((version, other))

    assert addresses(publication(generated, earlier, compare_pairs)) <= addresses(
        publication(generated, later, compare_pairs)
    )


@given(anyhow, hours)
def test_unpublished_version_appears_nowhere(generated: list[Version], now: datetime) -> None:
    contents = everything(publication(generated, now))

    shown = [version.label.text in contents for version in generated]

    assert shown == [version.is_public(now) for version in generated]


@given(orderly, hours)
def test_later_version_changes_only_neighbours_and_pages_with_a_new_state(
    generated: list[Version], now: datetime
) -> None:
    older, newer = pages(publication(generated[:-1], now)), pages(publication(generated, now))
    neighbours = [version.label.text for version in generated[:-1] if version.is_public(now)][-1:]

    for place, page in older.items():
        if page.kind.name == "redline":
            assert page.fingerprint() == newer[place].fingerprint()
        if page.kind.name == "version" and page.context["version"]["label"] not in neighbours:
            changed = page.context["standing"] != newer[place].context["standing"]
            assert (page.fingerprint() != newer[place].fingerprint()) == changed


@given(anyhow, hours)
def test_pages_with_equal_fingerprints_are_equal(generated: list[Version], now: datetime) -> None:
    version, other = pages(publication(generated, now)), pages(publication(generated, now))

    assert len({page.fingerprint() for page in version.values()}) == len(version)
    assert [page.fingerprint() for page in version.values()] == [page.fingerprint() for page in other.values()]


@given(orderly, hours, hours)
def test_feed_entry_never_changes(generated: list[Version], version: datetime, other: datetime) -> None:
    earlier, later = (_entries(publication(generated, now)) for now in sorted((version, other)))

    assert len(set(later)) == len(later)
    assert set(earlier) <= set(later)


def _seqs(pairs: tuple[tuple[Version, Version], ...]) -> list[tuple[int, int]]:
    return [(old.seq, new.seq) for old, new in pairs]


def _entries(generated: Publication) -> list[str]:
    text = next(file.make().decode() for file in generated.files() if file.address == "feed.xml")
    return [part.partition("</entry>")[0] for part in text.split("<entry>")[1:]]
