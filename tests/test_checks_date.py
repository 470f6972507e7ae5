"""The rules about dates of versions and dates printed in texts."""

from __future__ import annotations

from datetime import date

import pytest

from inforce.checks import Severity
from inforce.checks.printed_date import find_printed_date
from paper_book import PaperBook, of_rule, one_text, rules

NOW = "2026-06-01"
PRIVACY = "policy_versions/privacy"
PROMISE = "notice_days: {material: 30, notice: 14}\n"
IMPORTED = "{commit: abc, committed: 2026-01-01, path: p.md}"


def two_versions(second: dict[str, str], first: dict[str, str] | None = None, timezone: str = "UTC") -> PaperBook:
    book = PaperBook(timezone=timezone, extra=PROMISE)
    privacy = book.policy("privacy")
    privacy.version("1", meta={"published": "2026-01-15", **(first or {})})
    privacy.version("2", meta={"published": "2026-05-01", **second})
    return book


@pytest.mark.parametrize(
    ("second", "earliest"),
    [
        pytest.param({"effective": "2026-05-31"}, "", id="thirty days later is enough"),
        pytest.param({"effective": "2026-05-30"}, "2026-05-31", id="a day less is reported"),
        pytest.param({}, "2026-05-31", id="binding on publication is reported"),
        pytest.param(
            {"effective": "2026-05-15", "change": "notice"}, "", id="a lower level has a shorter notice period"
        ),
        pytest.param({"change": "editorial"}, "", id="a level without a notice period"),
        pytest.param(
            {"published": "2026-05-01T12:00:00Z", "effective": "2026-05-31"},
            "2026-06-01",
            id="the day of publication counts only from its start",
        ),
        pytest.param(
            {"retroactive": "A court.", "effective": "2026-04-01"}, "2026-05-31", id="a reason does not replace notice"
        ),
        pytest.param({"origin": IMPORTED}, "", id="imported versions need no notice"),
        pytest.param({"published": "2026-04-01", "effective": "2026-05-02", "draft": "true"}, "", id="a draft in time"),
    ],
)
def test_short_notice_is_reported_with_the_earliest_date(second: dict[str, str], earliest: str) -> None:
    findings = of_rule(two_versions(second).check(NOW), "DATE-notice")

    assert [finding.fix for finding in findings] == ([f"Write “effective: {earliest}” or later."] if earliest else [])
    assert all(earliest in finding.message and finding.severity is Severity.ERROR for finding in findings)


def test_first_version_needs_no_notice_period() -> None:
    assert "DATE-notice" not in rules(one_text("# Privacy\n", extra=PROMISE).check(NOW))


def test_notice_is_counted_in_days_of_the_books_time_zone() -> None:
    book = two_versions({"published": "2026-03-01", "effective": "2026-03-31"}, timezone="Europe/Berlin")

    assert "DATE-notice" not in rules(book.check(NOW))


@pytest.mark.parametrize(
    ("second", "first", "expected"),
    [
        pytest.param({"effective": "2026-06-15"}, {}, [], id="a version after its predecessor"),
        pytest.param(
            {"effective": "2026-06-15"},
            {"effective": "2026-07-01"},
            ["DATE-order"],
            id="a version before its predecessor",
        ),
        pytest.param(
            {"effective": "2026-07-01"},
            {"effective": "2026-07-01"},
            ["DATE-same"],
            id="two versions with the same instant",
        ),
        pytest.param(
            {"effective": "2026-07-01"},
            {"effective": "2026-07-01", "cancelled": "{at: 2026-05-01, reason: x}"},
            [],
            id="a cancelled predecessor never applies",
        ),
        pytest.param(
            {"effective": "2026-07-01T00:00:00+02:00"},
            {"effective": "2026-06-30T22:00:00Z"},
            ["DATE-same"],
            id="one instant written in two zones",
        ),
        pytest.param(
            {"effective": "2026-05-01", "origin": IMPORTED},
            {"effective": "2026-05-01", "origin": IMPORTED},
            [],
            id="imported versions of one day",
        ),
    ],
)
def test_effective_dates_must_be_in_version_order(
    second: dict[str, str], first: dict[str, str], expected: list[str]
) -> None:
    findings = two_versions(second, first).check(NOW)

    assert [rule for rule in rules(findings) if rule in ("DATE-order", "DATE-same")] == expected


@pytest.mark.parametrize(
    ("now", "fix"),
    [
        pytest.param("2026-05-02", "add “cancelled”", id="an announced version can be cancelled"),
        pytest.param("2026-08-01", "already in force", id="a version in force cannot"),
    ],
)
def test_fix_of_a_wrong_order_depends_on_the_version_in_force(now: str, fix: str) -> None:
    book = two_versions({"effective": "2026-06-15"}, {"effective": "2026-07-01"})

    assert fix in of_rule(book.check(now), "DATE-order")[0].fix


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        pytest.param("Effective date: March 1, 2027", "en", {date(2027, 3, 1)}, id="American"),
        pytest.param("Effective: 1 March 2027", "en", {date(2027, 3, 1)}, id="British"),
        pytest.param("Last updated on the 1st of", "en", set(), id="a label without a date"),
        pytest.param("Last updated: 1st March 2027.", "en", {date(2027, 3, 1)}, id="an ordinal"),
        pytest.param("(Last modified 2027-03-01)", "en", {date(2027, 3, 1)}, id="ISO in brackets"),
        pytest.param("Updated: 03/04/2027", "en", {date(2027, 3, 4), date(2027, 4, 3)}, id="two readings"),
        pytest.param("Stand: 1. März 2027", "de", {date(2027, 3, 1)}, id="German"),
        pytest.param("Gültig ab 01.03.2027", "de", {date(2027, 3, 1)}, id="German in figures"),
        pytest.param("Dernière mise à jour : 1er mars 2027", "fr", {date(2027, 3, 1)}, id="French"),
        pytest.param("Última actualización: 1 de marzo de 2027", "es", {date(2027, 3, 1)}, id="Spanish"),
        pytest.param("Ultimo aggiornamento: 1 marzo 2027", "it", {date(2027, 3, 1)}, id="Italian"),
        pytest.param("Em vigor a partir de 1 de março de 2027", "pt", {date(2027, 3, 1)}, id="Portuguese"),
        pytest.param("Laatst bijgewerkt op 1 maart 2027", "nl", {date(2027, 3, 1)}, id="Dutch"),
        pytest.param("生效日期：2027年3月1日", "zh", {date(2027, 3, 1)}, id="Chinese"),
        pytest.param("最終更新日：2027年3月1日", "ja", {date(2027, 3, 1)}, id="Japanese"),
        pytest.param("시행일: 2027년 3월 1일", "ko", {date(2027, 3, 1)}, id="Korean"),
        pytest.param("시행일: 2027. 3. 1.", "ko", {date(2027, 3, 1)}, id="Korean in figures"),
        pytest.param("We were founded on 1 March 2027.", "en", set(), id="a date without a label"),
        pytest.param("Standards of 1. März 2027", "de", set(), id="a word that only begins like a label"),
        pytest.param("Effective date: 31 February 2027", "en", set(), id="a day that is not in the calendar"),
    ],
)
def test_printed_dates_are_recognised_by_their_labels(text: str, language: str, days: set[date]) -> None:
    printed = find_printed_date(text)

    assert (set(printed.days) if printed else set()) == days, language


@pytest.mark.parametrize(
    ("instant", "printed", "expected"),
    [
        pytest.param("2019-07-03T01:12:00Z", "July 2, 2019", 0, id="the previous day in a western zone"),
        pytest.param("2018-05-24T22:44:00Z", "May 25, 2018", 0, id="the next day in an eastern zone"),
        pytest.param("2018-05-24T22:44:00Z", "May 26, 2018", 1, id="a day in no zone"),
        pytest.param("2019-07-03", "July 2, 2019", 1, id="a date in the book's time zone"),
    ],
)
def test_printed_date_may_be_the_local_date_in_any_time_zone(instant: str, printed: str, expected: int) -> None:
    book = PaperBook()
    text = f"# Privacy\n\nEffective date: {printed}\n"
    book.policy("privacy").version("1", meta={"published": instant}, en=text)

    assert len(of_rule(book.check(NOW), "DATE-printed")) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("**Effective date:** 15 January 2026", 0, id="the effective date"),
        pytest.param("*Last updated: 2026-01-10*", 0, id="the publication date"),
        pytest.param("Effective date: November 16, 2020", 1, id="another day"),
        pytest.param(
            "Effective date: November 16, 2020\n\nLast updated: 2026-01-15", 0, id="one of two dates is right"
        ),
    ],
)
def test_printed_date_that_is_no_date_of_the_version_is_reported(words: str, expected: int) -> None:
    book = one_text(f"# Privacy\n\n{words}\n")
    book.write(f"{PRIVACY}/2026-01-15/version.yml", "published: 2026-01-10\neffective: 2026-01-15\nchange: material\n")

    findings = of_rule(book.check(NOW), "DATE-printed")

    assert [finding.place.line for finding in findings] == [3] * expected
    assert all(finding.evidence == "Effective date: November 16, 2020" for finding in findings)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param("editorial", 0, id="an editorial version keeps the corrected version's date"),
        pytest.param("notice", 1, id="other versions must have their own dates"),
    ],
)
def test_correction_may_print_the_date_of_the_corrected_version(change: str, expected: int) -> None:
    book = PaperBook()
    text = "# Privacy\n\nEffective date: 15 January 2026\n"
    book.policy("privacy").version("2026-01-15", en=text).version("2026-05-01", change=change, en=text + "\nMore.\n")

    assert len(of_rule(book.check(NOW), "DATE-printed")) == expected


@pytest.mark.parametrize(
    ("published", "draft", "expected"),
    [
        pytest.param("2026-06-01", "false", False, id="published today"),
        pytest.param("2026-06-20", "false", False, id="published later"),
        pytest.param("2026-05-20", "false", True, id="published before it was public"),
        pytest.param("2026-05-20", "true", False, id="a draft is not published"),
    ],
)
def test_new_version_with_a_past_publication_date_is_reported(published: str, draft: str, expected: bool) -> None:
    book, base = one_text("# Privacy\n"), one_text("# Privacy\n")
    book.policy("privacy").version("2026-07-01", meta={"published": published, "draft": draft})

    assert ("DATE-past" in rules(book.check(NOW, base))) is expected
    assert "DATE-past" not in rules(book.check(NOW)), "without a base nothing is known to be new"


def test_past_publication_date_is_accepted_if_the_base_branch_has_the_version() -> None:
    assert "DATE-past" not in rules(one_text("# Privacy\n").check(NOW, one_text("# Privacy\n")))


@pytest.mark.parametrize(
    ("now", "extra", "noted"),
    [
        pytest.param("2026-12-31", "", False, id="within twelve months"),
        pytest.param("2027-01-16", "", True, id="after twelve months"),
        pytest.param("2027-01-16", "withdrawn: {at: 2026-12-01, reason: Closed.}\n", False, id="a withdrawn policy"),
    ],
)
def test_version_older_than_a_year_is_reported_for_review(now: str, extra: str, noted: bool) -> None:
    book = PaperBook()
    book.policy("privacy", extra=extra).version("2026-01-15")

    assert ("DATE-review" in rules(book.check(now))) is noted
