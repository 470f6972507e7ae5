"""Properties of publications: no path disappears, drafts are invisible, and unchanged pages are reused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from inforce.instant import parse_zone
from inforce.language import Language
from inforce.manifest import parse_json, to_bytes
from inforce.policy import ChangeLevel, Edition, Label, Version
from inforce.policy.catalog import Catalog
from inforce.policy.settings import Publisher, Settings
from inforce.publication import Page, Publication
from inforce.publication.files.timemap import timemap
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


def _amending(generated: list[Version], amended: list[int]) -> list[Version]:
    """Return the versions, some as amendments: `amended` are the places of the versions that they amend."""
    found: list[Version] = []
    for version, place in zip(generated, amended, strict=False):
        if place < len(found) and not found[place].amends:
            earliest = max(version.published_at, found[place].effective_at)
            correction = replace(
                version,
                amends=found[place].label,
                change=ChangeLevel.EDITORIAL,
                effective_at=max(version.effective_at, earliest),
                retroactive="",
                effective_at_new=None,
            )
            found.append(correction)
        else:
            found.append(version)
    return found


# As in a book, a later publication has a higher number. Drafts are unpublished versions.
orderly = st.builds(
    lambda found, both, amended: _amending(
        _written(sorted((replace(one, draft=False) for one in found), key=lambda one: one.published_at), both), amended
    ),
    st.lists(versions(), max_size=6),
    flags,
    st.lists(st.integers(0, 8), min_size=6, max_size=6),
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
    grown = [policy_of(generated[:length]).versions for length in range(len(generated) + 1)]
    pairs = [set(_seqs(version_pairs(versions, compare_pairs))) for versions in grown]

    assert all(fewer <= more for fewer, more in pairwise(pairs))
    assert set(_seqs(pairwise(grown[-1]))) <= pairs[-1]


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
    labels = [version.label.text for version in policy_of(generated).public(now)]
    place = labels.index(generated[-1].label.text) if generated and generated[-1].is_public(now) else -2
    neighbours = [label for at, label in enumerate(labels) if abs(at - place) == 1]

    for place, page in older.items():
        if page.kind.name == "redline":
            assert page.fingerprint() == newer[place].fingerprint()
        if page.kind.name == "version" and page.context["version"]["label"] not in neighbours:
            changed = any(page.context[name] != newer[place].context[name] for name in ("standing", "corrected"))
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


@given(orderly, hours)
def test_pages_and_files_agree_with_the_policy_on_what_is_in_force(generated: list[Version], now: datetime) -> None:
    shown = publication(generated, now)
    for policy in shown.policies:
        current, known = policy.in_force(now), pages(shown)
        label = current.label.text if current else None
        home, page = known[""].context["policies"][0]["current"], known["terms/"].context["current"]
        assert [facts and facts["label"] for facts in (home, page)] == [label, label]
        rows = known["terms/history/"].context["versions"]
        assert [row["label"] for row in rows if row["state"] == "in_force"] == ([label] if label else [])
        for version in policy.public(now):
            facts = known[f"terms/{version.label}/"].context
            assert (facts["standing"]["state"] == "in_force") == (version is current)
            targets = known[f"terms/{version.label}/since/"].context["targets"]
            follows = current is not None and policy.place(current) > policy.place(version)
            assert [row["label"] for row in targets if row["in_force"]] == ([label] if follows else [])


@given(orderly, hours, hours)
def test_changed_calendar_entry_has_the_same_uid_and_a_higher_sequence(
    generated: list[Version], version: datetime, other: datetime
) -> None:
    earlier, later = (_calendar(publication(generated, now)) for now in sorted((version, other)))

    assert earlier.keys() <= later.keys()
    for uid, (sequence, content) in earlier.items():
        assert later[uid][0] > sequence or later[uid] == (sequence, content)


@given(orderly, hours)
def test_memento_is_the_version_in_force_at_its_instant(generated: list[Version], now: datetime) -> None:
    shown = publication(generated, now)
    for policy in shown.policies:
        lines = timemap(shown.catalog, policy, now).decode().splitlines()
        for line in lines[2:]:
            label, at = line.partition(">")[0].rsplit("/", 2)[1], parsedate_to_datetime(line.split('"')[3])
            held = policy.in_force(at)
            assert held is not None
            assert held.label.text == label


def _calendar(generated: Publication) -> dict[str, tuple[int, list[str]]]:
    """Return the sequence number and the content of each calendar entry by UID."""
    names = ("summary", "url", "status", "description")
    return {
        str(event["uid"]): (
            int(event["sequence"]),
            [str(event.get(name)) for name in names] + [str(event.decoded("dtstart"))],
        )
        for file in generated.files()
        if file.address.endswith("calendar.ics")
        for event in Calendar.from_ical(file.make()).walk("VEVENT")
    }


def _seqs(pairs: Iterable[tuple[Version, Version]]) -> list[tuple[int, int]]:
    return [(old.seq, new.seq) for old, new in pairs]


def _entries(generated: Publication) -> list[str]:
    text = next(file.make().decode() for file in generated.files() if file.address == "feed.xml")
    return [part.partition("</entry>")[0] for part in text.split("<entry>")[1:]]
