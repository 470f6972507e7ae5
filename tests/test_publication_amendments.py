"""Amendments on the pages, in the feeds, in the calendar and in the TimeMap."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from icalendar import Calendar, Component

from book_builder import instant
from inforce.language import Language
from inforce.policy import Act, Cancellation, ChangeLevel, Edition, Label, Policy, SummaryPoint, Version
from inforce.publication.files.pdf import PaperMaker
from inforce.publication.pairs import version_pairs
from page_files import comparison_file
from policy_builder import EN, policy, version
from test_publication import ATOM, SITE, files, pages, publication

DE = Language("de")
GONE = Cancellation(at=instant("2027-02-10"), reason="A mistake.")
NOW, BEFORE, AFTER = "2027-02-08", "2027-01-25", "2027-03-02"


def said(label: str, text: str = "", german: str = "Worte.") -> tuple[Edition, ...]:
    """Return a text in two languages whose summary is the label."""
    summary = (SummaryPoint(text=f"Summary of {label}."),)
    return (
        Edition(language=DE, text=f"# Terms\n\n{german}\n", summary=summary),
        Edition(language=EN, text=f"# Terms\n\n{text or label}\n", summary=summary),
    )


def original(label: str, published: str, effective: str = "", **more: Any) -> Version:
    return version(label, published, effective, **{"editions": said(label), **more})


def amendment(label: str, published: str, effective: str = "", **more: Any) -> Version:
    fields = {"change": ChangeLevel.EDITORIAL, "amends": Label(label[0]), "editions": said(label)}
    return version(label, published, effective, **{**fields, **more})


FIRST = original("1", "2026-01-01")
SECOND = original("2", "2027-01-20", "2027-03-01")
CORRECTION = amendment("1.1", "2027-02-01")
CORRECTED_SECOND = amendment("2.1", "2027-02-02", "2027-03-01")
ALL = (FIRST, SECOND, CORRECTION, CORRECTED_SECOND)


def context(place: str, at: str = NOW, terms: Policy | None = None) -> Mapping[str, Any]:
    """Return the data of the page at `place` below the policy."""
    return pages(publication(at, terms or policy(*ALL)))[f"terms/{place}"].context


def listed(rows: list[Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


class TestHistory:
    def test_amendments_follow_the_version_they_amend(self) -> None:
        again = amendment("1.2", "2027-02-03")
        rows = context("history/", terms=policy(*ALL, again))["versions"]

        assert [(row["label"], row["amends"] and row["amends"]["label"], row["before"]) for row in rows] == [
            ("2", None, "1.2"),
            ("2.1", "2", "2"),
            ("1", None, None),
            ("1.2", "1", "1.1"),
            ("1.1", "1", "1"),
        ]

    def test_states_and_intervals_follow_places(self) -> None:
        rows = context("history/")["versions"]

        assert listed(rows, "label", "state", "start", "end") == [
            ("2", "overtaken", None, None),
            ("2.1", "announced", instant("2027-03-01"), None),
            ("1", "superseded", instant("2026-01-01"), instant("2027-02-01")),
            ("1.1", "in_force", instant("2027-02-01"), instant("2027-03-01")),
        ]

    def test_each_version_links_to_the_redline_from_its_neighbour(self) -> None:
        rows = context("history/")["versions"]

        assert [row["redline"] for row in rows] == [
            "terms/changes/1.1...2/",
            "terms/changes/2...2.1/",
            None,
            "terms/changes/1...1.1/",
        ]

    def test_columns_of_the_matrix_are_in_the_order_of_places(self) -> None:
        columns = context("history/")["columns"]

        assert listed(columns, "label", "redline") == [
            ("1", ""),
            ("1.1", "terms/changes/1...1.1/"),
            ("2", "terms/changes/1.1...2/"),
            ("2.1", "terms/changes/2...2.1/"),
        ]

    def test_column_without_a_neighbour_in_the_language_has_no_redline(self) -> None:
        english = replace(CORRECTION, editions=said("1.1")[1:])
        columns = context("history/de/", terms=policy(FIRST, SECOND, english))["columns"]

        assert listed(columns, "label", "redline") == [("1", ""), ("2", "")]


class TestPairs:
    def compared(self, *versions: Version, compare_pairs: int = 0) -> list[str]:
        shown = version_pairs(policy(*versions).versions, compare_pairs)
        return [f"{old.label}-{new.label}" for old, new in shown]

    def test_amendment_is_compared_with_its_neighbours_and_its_original(self) -> None:
        again = amendment("1.2", "2027-02-03")

        assert self.compared(*ALL, again) == ["1-1.1", "1-1.2", "1-2", "1.1-1.2", "1.1-2", "1.2-2", "2-2.1"]

    def test_amendment_removes_no_pair_among_the_first_versions(self) -> None:
        third = original("3", "2027-04-01")
        before = self.compared(FIRST, SECOND, third, compare_pairs=3)

        late = amendment("1.1", "2027-04-02")
        assert set(before) <= set(self.compared(FIRST, SECOND, third, late, compare_pairs=3))

    def test_number_of_pairs_is_linear(self) -> None:
        amendments = [amendment(f"1.{number}", f"2027-02-{number:02}") for number in range(1, 21)]

        assert len(self.compared(FIRST, SECOND, *amendments)) == 3 * len(amendments)

    def test_page_of_comparisons_lists_versions_by_place(self) -> None:
        page = context("changes/")

        assert page["labels"] == ["2.1", "2", "1.1", "1"]
        assert [(row["label"], row["amends"] and row["amends"]["label"]) for row in page["targets"]] == [
            ("2.1", "2"),
            ("2", None),
            ("1.1", "1"),
        ]


class TestSummaries:
    def summaries(self, *versions: Version) -> dict[str, list[str]]:
        """Return the summarised versions of each redline."""
        found = pages(publication(AFTER, policy(*versions)))
        return {
            place.removeprefix("terms/changes/").rstrip("/"): [
                point["text"].removeprefix("Summary of ").rstrip(".") for point in page.context["summary"]
            ]
            for place, page in found.items()
            if page.kind.name == "redline" and page.language == EN
        }

    def test_redline_has_the_summaries_of_all_its_steps(self) -> None:
        again = amendment("1.2", "2027-02-03")
        zero = original("0", "2025-01-01")

        shown = self.summaries(*ALL, again, zero)

        assert shown["1...1.1"] == ["1.1"]
        assert shown["1...1.2"] == ["1.1", "1.2"]
        assert shown["1...2"] == shown["1.1...2"] == shown["1.2...2"] == ["2"]
        assert shown["1.2...2.1"] == ["2", "2.1"]
        assert shown["0...2"] == []
        assert shown["0...1.1"] == ["1", "1.1"]

    def test_version_published_after_an_amendment_is_summarised_from_there(self) -> None:
        third = original("3", "2027-02-20", "2027-03-01")
        shown = self.summaries(FIRST, CORRECTION, third)

        assert shown["1...3"] == ["1.1", "3"]
        assert shown["1.1...3"] == ["3"]

    def test_later_amendment_does_not_change_a_published_redline(self) -> None:
        before = pages(publication(NOW, policy(FIRST, SECOND)))
        after = pages(publication(NOW, policy(*ALL)))

        redlines = [place for place, page in before.items() if page.kind.name == "redline"]
        assert redlines
        assert all(before[place].fingerprint() == after[place].fingerprint() for place in redlines)


class TestVersionPage:
    def test_amendment_states_what_it_amends_and_that_answers_count(self) -> None:
        page = context("1.1/")

        assert page["version"]["amends"] == {"label": "1", "page": "terms/1/"}
        assert page["counts"]
        assert page["edition"]["summary"] == [{"section": "", "text": "Summary of 1.1."}]

    def test_answers_do_not_count_if_no_act_is_required(self) -> None:
        assert not context("1.1/", terms=replace(policy(*ALL), act=Act.NONE))["counts"]

    def test_language_that_did_not_change_is_marked(self) -> None:
        assert [context(f"1.1/{language}")["same_text"] for language in ("", "de/")] == [False, True]
        assert not context("1/de/")["same_text"]
        assert not context("2/de/")["same_text"], "it is not an amendment"

    def test_amended_version_refers_to_the_next_amendment(self) -> None:
        terms = policy(*ALL, amendment("1.2", "2027-02-03"))

        shown = {label: context(f"{label}/", terms=terms)["corrected"] for label in ("1", "1.1", "1.2", "2")}

        assert {label: facts and facts["label"] for label, facts in shown.items()} == {
            "1": "1.1",
            "1.1": "1.2",
            "1.2": None,
            "2": "2.1",
        }

    @pytest.mark.parametrize(("at", "label"), [("2027-02-09", "2.1"), ("2027-02-10", None)])
    def test_cancelled_amendment_is_no_correction(self, at: str, label: str | None) -> None:
        terms = policy(FIRST, SECOND, replace(CORRECTED_SECOND, cancelled=GONE))

        corrected = context("2/", at=at, terms=terms)["corrected"]

        assert (corrected and corrected["label"]) == label

    def test_neighbours_are_those_by_place(self) -> None:
        around = {label: context(f"{label}/") for label in ("1", "1.1", "2")}

        assert {
            label: (page["before"] and page["before"]["label"], page["after"]["label"])
            for label, page in around.items()
        } == {"1": (None, "1.1"), "1.1": ("1", "2"), "2": ("1.1", "2.1")}
        assert around["2"]["before"]["redline"] == around["1.1"]["after"]["redline"] == "terms/changes/1.1...2/"

    def test_structured_data_refer_to_the_amended_version_and_the_correction(self) -> None:
        assert context("1.1/")["about"]["isBasedOn"] == f"{SITE}terms/1/"
        assert context("1/")["about"]["correction"] == f"{SITE}terms/1.1/"
        assert "correction" not in context("2.1/")["about"]


class TestCurrentAndAnnounced:
    @pytest.mark.parametrize(
        ("at", "current", "announced"),
        [(BEFORE, "1", ["2"]), ("2027-02-01", "1.1", ["2"]), (NOW, "1.1", ["2.1"]), (AFTER, "2.1", [])],
    )
    def test_page_of_the_policy_and_home_page_follow_places(self, at: str, current: str, announced: list[str]) -> None:
        shown = pages(publication(at, policy(*ALL)))

        for facts in (shown["terms/"].context, shown[""].context["policies"][0]):
            assert facts["current"]["label"] == current
            assert [row["label"] for row in facts["announced"]] == announced

    def test_announced_amendment_has_the_summary_of_what_it_amends(self) -> None:
        (row,) = context("")["announced"]

        assert [point["text"] for point in row["summary"]] == ["Summary of 2.", "Summary of 2.1."]

    def test_amendment_with_a_date_of_its_own_has_only_its_summary(self) -> None:
        later = amendment("1.1", "2027-02-01", "2027-02-20")
        (row,) = context("", terms=policy(FIRST, later))["announced"]

        assert [point["text"] for point in row["summary"]] == ["Summary of 1.1."]

    def test_predecessor_of_the_text_in_force_is_the_one_by_place(self) -> None:
        links = pages(publication(AFTER, policy(*ALL)))["terms/"].links

        assert {"rel": "predecessor-version", "href": "terms/2/"} in links


class TestSince:
    def targets(self, at: str, *versions: Version) -> dict[str, list[tuple[str, bool]]]:
        shown = pages(publication(at, policy(*(versions or ALL))))
        return {
            page.context["version"]["label"]: [(row["label"], row["in_force"]) for row in page.context["targets"]]
            for page in shown.values()
            if page.kind.name == "since" and page.language == EN
        }

    def test_targets_follow_places(self) -> None:
        assert self.targets(NOW) == {
            "1": [("1.1", True), ("2.1", False)],
            "1.1": [("2.1", False)],
            "2": [("2.1", False)],
            "2.1": [],
        }

    def test_superseded_versions_are_compared_with_the_text_in_force_by_place(self) -> None:
        late = amendment("2.2", "2027-03-02")

        assert self.targets(AFTER, *ALL, late) == {label: [("2.2", True)] for label in ("1", "1.1", "2", "2.1")} | {
            "2.2": []
        }

    def test_announced_version_whose_amendment_is_cancelled_is_a_target_again(self) -> None:
        cancelled = replace(CORRECTED_SECOND, cancelled=GONE)

        assert self.targets("2027-02-10", FIRST, SECOND, cancelled)["1"] == [("2", False)]

    def test_announced_amendments_with_different_dates_are_all_targets(self) -> None:
        early, late = amendment("1.1", "2027-02-01", "2027-02-15"), amendment("1.2", "2027-02-01", "2027-02-20")

        assert self.targets(NOW, FIRST, early, late)["1"] == [("1.1", False), ("1.2", False)]

    def test_document_for_apps_has_numbers_and_summaries_by_place(self) -> None:
        shown = publication(NOW, policy(*ALL))
        page = pages(shown)["terms/1/since/"]
        compared = [shown.texts.changes(old, new) for old, new in page.pairs]
        document = json.loads(comparison_file(page, SITE, compared)[1])

        assert [(row["old"]["seq"], row["new"]["seq"]) for row in document["in_force"]] == [(1, 3)]
        (coming,) = document["announced"]
        assert (coming["old"]["seq"], coming["new"]["seq"]) == (1, 4)
        assert [point["text"] for point in coming["summary"]] == ["Summary of 2.", "Summary of 2.1."]


class TestFeed:
    def entries(self, at: str, *versions: Version) -> list[tuple[str, str]]:
        root = Xml.fromstring(files(publication(at, policy(*versions)))["terms/feed.xml"])  # noqa: S314 - our own file
        return [
            (entry.findtext(f"{ATOM}title") or "", (entry.findtext(f"{ATOM}updated") or "")[:10])
            for entry in root.iter(f"{ATOM}entry")
        ]

    def test_entries_are_in_the_order_of_publication_and_name_the_amended_version(self) -> None:
        assert self.entries(AFTER, *ALL) == [
            ("Terms: version 2.1, a correction of 2, is in force", "2027-03-01"),
            ("Terms: version 2.1, a correction of 2, is announced", "2027-02-02"),
            ("Terms: version 1.1, a correction of 1, is in force", "2027-02-01"),
            ("Terms: version 2 is announced", "2027-01-20"),
            ("Terms: version 1 is in force", "2026-01-01"),
        ]


class TestCalendar:
    def events(self, at: str, *versions: Version) -> list[Component]:
        raw = files(publication(at, policy(*versions)))["terms/calendar.ics"]
        return list(Calendar.from_ical(raw).walk("VEVENT"))

    def event(self, at: str, *versions: Version) -> tuple[str, int, str, str, str]:
        (event,) = self.events(at, *versions)
        day = event.decoded("dtstart").isoformat()
        return str(event["summary"])[7:], int(event["sequence"]), day, str(event["status"]), str(event["description"])

    def test_amendment_updates_the_event_of_the_version_it_amends(self) -> None:
        events = [self.events(at, *ALL)[0] for at in (BEFORE, NOW, AFTER)]

        assert {str(event["uid"]) for event in events} == {f"{SITE}terms/2/"}
        assert str(events[1]["url"]) == f"{SITE}terms/2.1/"
        assert [self.event(at, *ALL) for at in (BEFORE, NOW)] == [
            ("version 2 applies", 0, "2027-03-01", "CONFIRMED", "Summary of 2."),
            ("version 2.1 applies", 1, "2027-03-01", "CONFIRMED", "Summary of 2.\nSummary of 2.1."),
        ]

    def test_cancelled_amendment_restores_the_event_under_a_higher_sequence(self) -> None:
        versions = (FIRST, SECOND, replace(CORRECTED_SECOND, cancelled=GONE))

        assert [self.event(at, *versions)[:2] for at in (NOW, "2027-02-10")] == [
            ("version 2.1 applies", 1),
            ("version 2 applies", 2),
        ]

    def test_cancelled_version_cancels_the_event_under_a_higher_sequence(self) -> None:
        versions = (FIRST, replace(SECOND, cancelled=GONE), CORRECTED_SECOND)

        states = [(self.event(at, *versions)[1], self.event(at, *versions)[3]) for at in (BEFORE, NOW, "2027-02-10")]
        assert states == [(0, "CONFIRMED"), (1, "CONFIRMED"), (3, "CANCELLED")]

    def test_amendment_published_on_the_effective_date_keeps_the_event(self) -> None:
        same_day = amendment("2.1", "2027-03-01", "2027-03-01")

        assert self.event(AFTER, FIRST, SECOND, same_day)[:4] == ("version 2.1 applies", 1, "2027-03-01", "CONFIRMED")

    def test_amendment_with_a_date_of_its_own_moves_the_event(self) -> None:
        first = original("1", "2026-01-01", "2026-02-01")
        later = amendment("1.1", "2027-02-01", "2027-02-20")

        assert self.event(BEFORE, first, later)[:3] == ("version 1 applies", 0, "2026-02-01")
        assert self.event(NOW, first, later) == (
            "version 1.1 applies",
            1,
            "2027-02-20",
            "CONFIRMED",
            "Summary of 1.1.",
        )


@pytest.mark.parametrize(
    ("at", "labels"),
    [(BEFORE, ["1"]), (NOW, ["1", "1.1"]), (AFTER, ["1", "1.1", "2.1"])],
)
def test_timemap_omits_versions_that_never_applied(at: str, labels: list[str]) -> None:
    cancelled = original("3", "2027-02-01", "2027-02-15", cancelled=GONE)
    lines = files(publication(at, policy(*ALL, cancelled)))["terms/timemap.link"].decode().splitlines()

    assert [line.partition(">")[0].rsplit("/", 2)[1] for line in lines if "memento" in line] == labels


def test_timemap_omits_a_retroactive_version_corrected_on_its_day_of_publication() -> None:
    retroactive = original("2", "2027-02-01", "2027-01-15", retroactive="A court said so.")
    corrected = amendment("2.1", "2027-02-01", "2027-02-01")
    lines = files(publication(NOW, policy(FIRST, retroactive, corrected)))["terms/timemap.link"].decode().splitlines()

    assert [line.partition(">")[0].rsplit("/", 2)[1] for line in lines if "memento" in line] == ["1", "2.1"]


def test_sitemap_has_the_date_of_the_amendment_in_force() -> None:
    root = Xml.fromstring(files(publication(NOW, policy(*ALL)))["sitemap.xml"])  # noqa: S314 - our own file
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    dates = {url.findtext(f"{namespace}loc"): url.findtext(f"{namespace}lastmod") for url in root}

    assert dates[f"{SITE}terms/"] == "2027-02-01T00:00:00Z"


def test_paper_states_which_version_it_corrects() -> None:
    shown = publication(NOW, policy(*ALL))
    maker = PaperMaker(settings=shown.catalog.settings, language=EN)

    rows = {
        label: [(row.name, row.text) for row in maker.version(place, pages(shown)[place].context, "").rows]
        for label in ("1", "1.1")
        for place in [f"terms/{label}/"]
    }

    assert ("Correction of", "1") in rows["1.1"]
    assert "Correction of" not in dict(rows["1"])
