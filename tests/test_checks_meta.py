"""The rules about version.yml, policy.yml, book.yml, front matter and file names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inforce.checks import Severity
from paper_book import PaperBook, of_rule, rules

NOW = "2026-06-01"
PRIVACY = "policy_versions/privacy"
FIRST = "# Privacy\n\n## What we keep {#keep}\n\nYour name.\n"
SECOND = "# Privacy\n\n## What we keep {#keep}\n\nYour name and address.\n"
SUMMARY = "---\nsummary:\n  - section: {section}\n    text: We now keep your address.\n---\n"


def two_versions(section: str = "keep", **meta: str) -> PaperBook:
    book = PaperBook()
    summary = SUMMARY.format(section=section) if section else ""
    book.policy("privacy").version("2026-01-15", en=FIRST).version("2026-03-01", en=summary + SECOND, meta=meta)
    return book


def test_valid_book_yields_only_the_note_about_locking() -> None:
    assert rules(two_versions().check(NOW)) == ["LOCK-missing"]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        pytest.param({}, [], id="labels and publication in the same order are no finding"),
        pytest.param({"published": "2026-01-10"}, ["META-order"], id="published before its predecessor is an error"),
        pytest.param({"published": "2026-01-15"}, [], id="published on the same day is in order"),
    ],
)
def test_labels_and_dates_must_have_the_same_order(meta: dict[str, str], expected: list[str]) -> None:
    book = two_versions(**meta, effective="2026-03-01")

    assert rules(of_rule(book.check(NOW), "META-order")) == expected


def test_order_of_locked_versions_is_not_reported() -> None:
    book = two_versions(published="2026-01-10", effective="2026-03-01").freeze(NOW)

    assert "META-order" not in rules(book.check(NOW))


def test_label_with_a_different_date_is_noted() -> None:
    noted = of_rule(two_versions(published="2026-02-01", effective="2026-04-01").check(NOW), "META-date")

    assert [finding.evidence for finding in noted] == ["2026-03-01"]
    assert "2026-04-01" in noted[0].message


def test_label_that_is_no_calendar_date_is_treated_as_a_number() -> None:
    book = PaperBook()
    book.policy("privacy").version("2026-13-45", meta={"published": "2026-01-15"})

    assert "META-date" not in rules(book.check(NOW))


@pytest.mark.parametrize(
    ("section", "meta", "expected"),
    [
        pytest.param("", {}, 1, id="a second version without a summary is an error"),
        pytest.param("keep", {}, 0, id="a second version with a summary is fine"),
        pytest.param("", {"draft": "true"}, 0, id="a draft may still lack its summary"),
        pytest.param(
            "",
            {"origin": "{commit: abc, committed: 2026-03-01, path: privacy.md}"},
            0,
            id="an imported version needs no summary",
        ),
    ],
)
def test_version_without_summary_is_reported(section: str, meta: dict[str, str], expected: int) -> None:
    missing = of_rule(two_versions(section, **meta).check(NOW), "META-summary")

    assert len(missing) == expected
    assert all(finding.place.path == f"{PRIVACY}/2026-03-01/en.md" for finding in missing)


def test_summary_of_an_unknown_section_is_reported_with_a_suggestion() -> None:
    finding = of_rule(two_versions("keeps").check(NOW), "META-clause")[0]

    assert finding.severity is Severity.ERROR
    assert (finding.place.line, finding.evidence) == (3, "keeps")
    assert "“keep”" in finding.fix


def test_summary_may_refer_to_a_removed_section() -> None:
    book = two_versions("cookies")
    book.write(f"{PRIVACY}/2026-01-15/en.md", FIRST + "\n## Cookies {#cookies}\n\nOne.\n")

    assert "META-clause" not in rules(book.check(NOW))


def write(path: str, content: str | bytes) -> Callable[[PaperBook], object]:
    return lambda book: book.write(path, content)


@pytest.mark.parametrize(
    ("damage", "rule", "path"),
    [
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/version.yml", "published: 2026-03-01\nchnge: material\n"),
            "META-field",
            f"{PRIVACY}/2026-03-01/version.yml",
            id="a missing or unknown field",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/version.yml", "published: 2026-02-30\nchange: material\n"),
            "META-field",
            f"{PRIVACY}/2026-03-01/version.yml",
            id="a day that is not in the calendar",
        ),
        pytest.param(
            write(f"{PRIVACY}/policy.yml", "title: [\n"), "META-yaml", f"{PRIVACY}/policy.yml", id="broken YAML"
        ),
        pytest.param(
            lambda book: book.remove(f"{PRIVACY}/policy.yml"),
            "META-file",
            f"{PRIVACY}/policy.yml",
            id="a policy without policy.yml",
        ),
        pytest.param(
            lambda book: book.rename(f"{PRIVACY}/2026-03-01", f"{PRIVACY}/new"),
            "META-label",
            f"{PRIVACY}/new",
            id="a folder that is not a version",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/EN-gb.md", "# Privacy\n"),
            "META-language",
            f"{PRIVACY}/2026-03-01/EN-gb.md",
            id="a misspelt language",
        ),
        pytest.param(
            lambda book: book.rename(f"{PRIVACY}/2026-03-01/en.md", f"{PRIVACY}/2026-03-01/de.md"),
            "META-binding",
            f"{PRIVACY}/2026-03-01/en.md",
            id="a version without its binding text",
        ),
        pytest.param(
            write("policy_versions/Privacy!/policy.yml", ""),
            "PATH-policy",
            "policy_versions/Privacy!",
            id="an unsafe name",
        ),
        pytest.param(
            lambda book: book.link(f"{PRIVACY}/2026-03-01/de.md"),
            "PATH-link",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a symbolic link",
        ),
        pytest.param(
            write("policy_versions/PRIVACY/policy.yml", ""),
            "PATH-collision",
            "policy_versions/privacy",
            id="names that collide on some file systems",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/de.md", b"# P\n" + b"x" * (1 << 20)),
            "PATH-size",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a file of more than one MiB",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/de.md", "# P\n\n" + "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|x|\n" * 30),
            "PATH-size",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a text whose table has more than 20,000 cells",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/de.md", "# P\n\n" + "## A\n\nb\n-\n\n> 1. # C\n\n" * 1_667),
            "PATH-size",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a text with more than 5,000 headings",
        ),
        pytest.param(
            write(f"{PRIVACY}/notes.txt", ""), "PATH-unexpected", f"{PRIVACY}/notes.txt", id="a file without a place"
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/de.md", b"# Schutz\n\nf\xfcr\n"),
            "ENC-utf8",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a file that is not UTF-8",
        ),
        pytest.param(
            write(f"{PRIVACY}/2026-03-01/de.md", "---\ntranslates: x\n---\n"),
            "TEXT-empty",
            f"{PRIVACY}/2026-03-01/de.md",
            id="a file without a text",
        ),
        pytest.param(
            write("policy_versions/lock.json", "{}"),
            "LOCK-unreadable",
            "policy_versions/lock.json",
            id="an unreadable lock",
        ),
    ],
)
def test_unreadable_file_yields_a_finding(damage: Callable[[PaperBook], object], rule: str, path: str) -> None:
    book = two_versions()
    damage(book)

    findings = of_rule(book.check(NOW), rule)

    assert path in {finding.place.path for finding in findings}
    assert all(finding.severity is Severity.ERROR for finding in findings)
