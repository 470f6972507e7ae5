"""Dates for readers and programs: calendar, TimeMap, contents of feeds, and states of versions over time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from icalendar import Calendar, Component

from book_builder import instant
from inforce.instant import format_instant, parse_zone
from inforce.policy import Cancellation, ChangeLevel, Label, Policy, SummaryPoint, Version, Withdrawal
from inforce.publication.pages.context import standing
from inforce.rendering.labels import Labels
from policy_builder import EN, policy, version
from test_publication import ATOM, SITE, edition, files, pages, publication, tree

FIRST = version("1", "2026-01-01")
SECOND = version("2", "2027-01-20", "2027-03-01")
BEFORE, ANNOUNCED, AFTER = "2027-01-01", "2027-02-01", "2027-04-01"
GONE = Cancellation(at=instant("2027-02-10"), reason="Too many objections.")


def closed(*versions: Version, at: str = "2027-06-01") -> Policy:
    return replace(policy(*versions), withdrawn=Withdrawal(at=instant(at), reason="Closed."))


class TestStanding:
    def told(self, terms: Policy, at: str) -> list[tuple[Any, ...]]:
        now = instant(at)
        rows = [standing(terms, row, now, terms.interval(row, now)) for row in terms.public(now)]
        return [(row["state"], row["start"] and format_instant(row["start"])[:10], row["then"]) for row in rows]

    @pytest.mark.parametrize(
        ("at", "states"),
        [
            pytest.param(BEFORE, ["in_force"], id="the second is not published yet"),
            pytest.param(ANNOUNCED, ["in_force", "announced"], id="it is announced"),
            pytest.param("2027-03-01", ["superseded", "in_force"], id="it applies"),
        ],
    )
    def test_version_is_announced_then_in_force_then_superseded(self, at: str, states: list[str]) -> None:
        assert [state for state, *_ in self.told(policy(FIRST, SECOND), at)] == states

    def test_overtaken_version_never_applies(self) -> None:
        overtaking = version("3", "2027-02-01", "2027-02-15")

        assert self.told(policy(FIRST, SECOND, overtaking), "2027-02-02") == [
            ("in_force", "2026-01-01", "superseded"),
            ("overtaken", None, "superseded"),
            ("announced", "2027-02-15", "superseded"),
        ]

    def test_cancelled_version_never_applies(self) -> None:
        assert self.told(policy(FIRST, replace(SECOND, cancelled=GONE)), AFTER)[1] == (
            "cancelled",
            None,
            "superseded",
        )

    def test_version_effective_after_the_withdrawal_never_applies(self) -> None:
        assert self.told(closed(FIRST, SECOND, at="2027-02-15"), ANNOUNCED) == [
            ("in_force", "2026-01-01", "withdrawn"),
            ("withdrawn", None, "withdrawn"),
        ]

    def test_version_replaced_before_the_withdrawal_remains_superseded(self) -> None:
        assert [row[0] for row in self.told(closed(FIRST, SECOND), "2027-07-01")] == ["superseded", "withdrawn"]

    def test_page_announces_only_versions_that_will_apply(self) -> None:
        overtaking = version("3", "2027-02-01", "2027-02-15")

        terms = pages(publication("2027-02-02", policy(FIRST, SECOND, overtaking)))["terms/"]

        assert [row["label"] for row in terms.context["announced"]] == ["3"]


class TestCalendar:
    def events(self, at: str, terms: Policy, zone: str = "UTC") -> list[Component]:
        published = publication(at, terms)
        settings = replace(published.catalog.settings, timezone=parse_zone(zone))
        raw = files(replace(published, catalog=replace(published.catalog, settings=settings)))["terms/calendar.ics"]
        assert raw.count(b"\r\n") == raw.count(b"\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 75
        return list(Calendar.from_ical(raw).walk("VEVENT"))

    def test_announced_date_is_an_all_day_event_in_the_books_zone(self) -> None:
        coming = replace(SECOND, effective_at=instant("2027-02-28T16:00:00Z"))

        (event,) = self.events(ANNOUNCED, policy(FIRST, coming), "Asia/Shanghai")

        assert event.decoded("dtstart") == date(2027, 3, 1)
        assert event["summary"] == "Terms: version 2 applies"
        assert event["url"] == f"{SITE}terms/2/"

    def test_instant_within_a_day_has_seconds(self) -> None:
        coming = replace(SECOND, effective_at=instant("2027-03-01T09:30:00Z"))

        (event,) = self.events(ANNOUNCED, policy(FIRST, coming))

        assert event.decoded("dtstart") == instant("2027-03-01T09:30:00Z")

    def test_entry_contains_the_authors_summary(self) -> None:
        attributes = replace(SECOND, editions=(edition(EN, "New.", summary=(SummaryPoint(text="Fish, chips; <b>"),)),))

        (event,) = self.events(ANNOUNCED, policy(FIRST, attributes))

        assert event["description"] == "Fish, chips; <b>"

    def test_calendar_entry_does_not_change_on_its_date(self) -> None:
        terms = [[event.to_ical() for event in self.events(at, policy(FIRST, SECOND))] for at in (ANNOUNCED, AFTER)]

        assert terms[0] == terms[1]

    @pytest.mark.parametrize(
        "terms",
        [
            pytest.param(policy(FIRST, replace(SECOND, cancelled=GONE)), id="cancelled"),
            pytest.param(policy(FIRST, SECOND, version("3", "2027-02-01", "2027-02-15")), id="overtaken"),
            pytest.param(closed(FIRST, SECOND, at="2027-02-15"), id="withdrawn before"),
        ],
    )
    def test_obsolete_entry_is_cancelled_under_the_same_uid(self, terms: Policy) -> None:
        (earlier,) = self.events("2027-01-21", policy(FIRST, SECOND))
        later = next(event for event in self.events("2027-02-11", terms) if event["uid"] == earlier["uid"])

        assert (earlier["status"], int(earlier["sequence"])) == ("CONFIRMED", 0)
        assert (later["status"], int(later["sequence"])) == ("CANCELLED", 1)

    def test_entry_restored_by_a_cancellation_has_a_higher_sequence(self) -> None:
        sooner = version("3", "2027-02-01", "2027-02-15", cancelled=GONE)
        terms = policy(FIRST, SECOND, sooner)

        events = [self.events(at, terms)[0] for at in ("2027-01-21", "2027-02-05", "2027-02-10")]

        assert [(str(event["uid"]), int(event["sequence"]), str(event["status"])) for event in events] == [
            (f"{SITE}terms/2/", 0, "CONFIRMED"),
            (f"{SITE}terms/2/", 1, "CANCELLED"),
            (f"{SITE}terms/2/", 2, "CONFIRMED"),
        ]

    def test_withdrawal_has_a_calendar_entry(self) -> None:
        (event,) = self.events(BEFORE, closed(FIRST))

        assert (event["summary"], event.decoded("dtstart")) == ("Terms no longer applies", date(2027, 6, 1))

    def test_policy_without_announced_dates_has_no_calendar_and_no_link(self) -> None:
        terms = publication(AFTER, policy(FIRST))

        assert "terms/calendar.ics" not in files(terms)
        assert [page.context["calendar"] for page in pages(terms).values() if "calendar" in page.context] == [None] * 3


class TestTimeMap:
    def links(self, at: str, *versions: Version) -> list[tuple[str, dict[str, str]]]:
        text = files(publication(at, policy(*versions)))["terms/timemap.link"].decode()
        rows = [re.fullmatch(r"<([^>]*)>((?:; [a-z]+=\"[^\"]*\")*)", row.strip()) for row in text.split(",\n")]
        return [(row[1].removeprefix(SITE), dict(re.findall(r'([a-z]+)="([^"]*)"', row[2]))) for row in rows if row]

    def test_timemap_lists_each_page_in_force_with_its_instant(self) -> None:
        terms = self.links(AFTER, FIRST, SECOND)

        assert [(place, attributes["rel"]) for place, attributes in terms] == [
            ("terms/", "original"),
            ("terms/timemap.link", "self"),
            ("terms/1/", "first memento"),
            ("terms/2/", "last memento"),
        ]
        assert [parsedate_to_datetime(attributes["datetime"]) for _, attributes in terms[2:]] == [
            instant("2026-01-01"),
            instant("2027-03-01"),
        ]
        assert terms[1][1]["from"] == terms[2][1]["datetime"] == "Thu, 01 Jan 2026 00:00:00 GMT"

    def test_announced_version_is_not_a_memento(self) -> None:
        assert [attributes["rel"] for _, attributes in self.links(ANNOUNCED, FIRST, SECOND)] == [
            "original",
            "self",
            "first last memento",
        ]

    def test_version_is_a_memento_from_its_publication(self) -> None:
        late = version("2", "2027-03-01", "2027-01-20", retroactive="A court said so.")

        assert self.links(AFTER, FIRST, late)[-1][1]["datetime"] == "Mon, 01 Mar 2027 00:00:00 GMT"


class TestFeedContents:
    SAID = replace(SECOND, editions=(edition(EN, "Words of <2> & more.", summary=(SummaryPoint(text="A <b> c."),)),))

    def contents(self, *versions: Version, **more: Any) -> list[str | None]:
        root = tree(publication(AFTER, policy(*versions), **more), "terms/feed.xml")
        return [entry.findtext(f"{ATOM}content") for entry in root.iter(f"{ATOM}entry")]

    def test_entry_contains_summary_and_changes_as_html(self) -> None:
        in_force, announced, first = self.contents(FIRST, self.SAID)

        assert in_force == announced
        assert in_force is not None
        assert in_force.startswith("<ul><li>A &lt;b&gt; c.</li></ul>")
        assert f'<a href="{SITE}terms/changes/1...2/">What changed since version 1</a>' in in_force
        assert "<li>Terms – “1” became “&lt;2&gt; &amp; more”.</li>" in in_force
        assert first is None

    def test_entry_compares_with_the_version_public_on_its_day(self) -> None:
        correction = version("1.1", "2027-02-01", amends=Label("1"), change=ChangeLevel.EDITORIAL)

        contents = self.contents(FIRST, SECOND, correction)

        compared = [re.findall(r"changes/([^/]*)/", content) for content in contents if content]
        assert compared == [["1.1...2"], ["1...1.1"], ["1...2"]]

    def test_long_list_is_truncated_and_states_the_remaining_number(self) -> None:
        texts = ["\n\n".join(f"Sentence {number} is about {word}." for number in range(60)) for word in ("a", "b")]
        long = [replace(row, editions=(edition(EN, text),)) for row, text in zip((FIRST, SECOND), texts, strict=True)]

        content = self.contents(*long)[0]

        assert content is not None
        assert (content.count("<li>"), "And 20 more." in content) == (41, True)

    def test_feed_titles_are_in_the_binding_language(self) -> None:
        root = tree(
            publication(AFTER, policy(FIRST), labels_for=lambda _: Labels(in_force_title="{title} {label} gilt")),
            "terms/feed.xml",
        )

        assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == ["Terms 1 gilt"]

    def test_feed_is_rendered_again_only_when_its_content_changes(self) -> None:
        def parts(at: str, *versions: Version) -> str:
            terms = publication(at, policy(*versions)).files()
            return next(file.key_parts for file in terms if file.address == "terms/feed.xml")

        assert parts("2027-03-01", FIRST, SECOND) == parts(AFTER, FIRST, SECOND) != parts(BEFORE, FIRST, SECOND)
        assert parts(AFTER, FIRST, SECOND) != parts(AFTER, FIRST, self.SAID)


class TestStructuredData:
    def test_version_states_its_interval_and_not_its_state(self) -> None:
        about = pages(publication(ANNOUNCED, policy(FIRST, SECOND)))["terms/1/"].context["about"]

        assert about["temporalCoverage"] == "2026-01-01T00:00:00Z/2027-03-01T00:00:00Z"
        assert (about["version"], about["inLanguage"], about["url"]) == ("1", "en", f"{SITE}terms/1/")

    def test_text_in_force_is_described_at_its_own_address(self) -> None:
        about = pages(publication(AFTER, policy(FIRST, SECOND)))["terms/"].context["about"]

        assert (about["version"], about["url"]) == ("2", f"{SITE}terms/")
        assert about["temporalCoverage"] == "2027-03-01T00:00:00Z/.."
        assert "expires" not in about
