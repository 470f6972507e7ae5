"""The rules about changes of published versions."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from inforce.checks import CATALOGUE, Severity
from paper_book import PaperBook, of_rule, rules

NOW = "2026-06-01"
PRIVACY = "policy_versions/privacy"
LOCK = "policy_versions/lock.json"
TEXT = "# Privacy\n\n## Keeping {#keeping}\n\nWe keep your data for 24 months.\n"
Change = Callable[[PaperBook], object]


def published() -> PaperBook:
    """Return a book with two public versions and an announced one."""
    book = PaperBook(languages="en, de")
    privacy = book.policy("privacy")
    privacy.version("2026-01-15", en=TEXT, de="# Datenschutz\n")
    privacy.version("2026-03-01", en=TEXT.replace("24", "36"))
    privacy.version(
        "2027-01-01", en=TEXT.replace("24", "48"), meta={"published": "2026-05-01", "effective": "2027-01-01"}
    )
    return book


def locked() -> PaperBook:
    return published().freeze(NOW)


def history(book: PaperBook, base: PaperBook | None = None) -> list[str]:
    return [rule for rule in rules(book.check(NOW, base)) if CATALOGUE[rule].history]


def edit(path: str, old: str, new: str) -> Change:
    return lambda book: book.replace(f"{PRIVACY}/{path}", old, new)


FIRST, THIRD = "2026-01-15/version.yml", "2027-01-01/version.yml"


@pytest.mark.parametrize(
    ("change", "rule", "path", "words"),
    [
        pytest.param(
            edit("2026-01-15/en.md", "24", "12"), "LOCK-text", "2026-01-15/en.md", "locked", id="a changed text"
        ),
        pytest.param(edit("2026-01-15/de.md", "D", "d"), "LOCK-text", "2026-01-15/de.md", "locked", id="a translation"),
        pytest.param(
            edit(FIRST, "2026-01-15", "2026-01-14\neffective: 2026-01-15"),
            "LOCK-date",
            FIRST,
            "“published” of “2026-01-15” was published as “2026-01-15” and is now “2026-01-14”",
            id="another date of publication",
        ),
        pytest.param(
            edit(THIRD, "2027-01-01", "2027-02-01"), "LOCK-date", THIRD, "effective", id="another effective date"
        ),
        pytest.param(
            edit(FIRST, "change", "enforce: never\nchange"),
            "LOCK-date",
            FIRST,
            "was published as “not given” and is now “never”",
            id="a deadline removed",
        ),
        pytest.param(edit(FIRST, "material", "notice"), "LOCK-level", FIRST, "“material”", id="another level"),
        pytest.param(edit(FIRST, "change", "draft: true\nchange"), "LOCK-draft", FIRST, "a draft", id="made a draft"),
        pytest.param(
            edit(FIRST, "2026-01-15", "2025-12-01\neffective: 2026-01-15\ncancelled: {at: 2026-01-01, reason: x}"),
            "LOCK-cancelled",
            FIRST,
            "in force since 2026-01-15",
            id="a late cancellation",
        ),
        pytest.param(
            lambda book: book.remove(f"{PRIVACY}/2026-01-15/de.md"),
            "LOCK-edition",
            "2026-01-15/de.md",
            "is missing",
            id="a translation removed",
        ),
        pytest.param(
            lambda book: book.remove(f"{PRIVACY}/2027-01-01"),
            "LOCK-version",
            "2027-01-01",
            "is missing",
            id="a version removed",
        ),
        pytest.param(
            lambda book: book.rename(f"{PRIVACY}/2027-01-01", f"{PRIVACY}/2027-01-02"),
            "LOCK-version",
            "2027-01-01",
            "was renamed to “2027-01-02”",
            id="a version renamed",
        ),
        pytest.param(lambda book: book.remove(PRIVACY), "LOCK-policy", "", "is missing", id="a policy removed"),
        pytest.param(
            lambda book: book.policy("privacy").version("2026-02-01", en=TEXT),
            "LOCK-seq",
            "2026-02-01/version.yml",
            "“2026-02-01” would become number 4, after the locked version “2027-01-01”, although its label is lower",
            id="a version inserted between two others",
        ),
    ],
)
def test_change_of_a_locked_version_is_an_error(change: Change, rule: str, path: str, words: str) -> None:
    book = locked()
    change(book)

    findings = of_rule(book.check(NOW), rule)

    assert len(findings) == 1
    assert findings[0].place.path == f"{PRIVACY}/{path}".rstrip("/")
    assert findings[0].severity is Severity.ERROR
    assert words in findings[0].message
    assert "git " in findings[0].fix or "label" in findings[0].fix
    assert book.examine(NOW).changes_history


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(PaperBook.copy, id="nothing at all"),
        pytest.param(edit("2026-01-15/en.md", TEXT, f"\n{TEXT}\n\n"), id="blank lines around a text"),
        pytest.param(edit("2026-01-15/en.md", "\n", "\r\n"), id="line ends of another system"),
        pytest.param(lambda book: book.write(f"{PRIVACY}/2026-03-01/de.md", "# Neu\n"), id="a new translation"),
        pytest.param(
            edit(THIRD, "change", "cancelled: {at: 2026-06-01, reason: A mistake.}\nchange"),
            id="cancelling an announced version",
        ),
        pytest.param(lambda book: book.policy("privacy").version("2028-01-01", meta={"draft": "true"}), id="a draft"),
    ],
)
def test_permitted_change_does_not_change_history(change: Change) -> None:
    book = locked()
    change(book)

    assert history(book) == []


def test_changed_text_is_described_in_words_if_the_old_text_is_known() -> None:
    book = locked()
    book.replace(f"{PRIVACY}/2026-01-15/en.md", "24 months", "12 months")

    finding = of_rule(book.check(NOW, published=[TEXT]), "LOCK-text")[0]

    assert "24" in finding.message
    assert "12" in finding.message
    assert "“Keeping”" in finding.message
    assert (finding.place.line, finding.place.path) == (5, f"{PRIVACY}/2026-01-15/en.md")
    assert f"git checkout main -- {PRIVACY}/2026-01-15/en.md" in finding.fix
    assert "inforce new privacy --effective DATE --change LEVEL" in finding.fix


def test_old_text_is_also_found_on_the_base_branch() -> None:
    book, base = locked(), locked()
    book.replace(f"{PRIVACY}/2026-01-15/en.md", "24 months", "12 months")

    assert "24" in of_rule(book.check(NOW, base), "LOCK-text")[0].message


def test_changed_text_is_described_by_digests_if_the_old_text_is_unknown() -> None:
    book = locked()
    book.replace(f"{PRIVACY}/2026-01-15/en.md", "24 months", "12 months")

    assert of_rule(book.check(NOW), "LOCK-text")[0].evidence.count("sha256:") == 2


def test_locked_cancellation_cannot_be_removed() -> None:
    book = published()
    book.replace(f"{PRIVACY}/{THIRD}", "change", "cancelled: {at: 2026-05-20, reason: A mistake.}\nchange")
    book.freeze(NOW)
    book.replace(f"{PRIVACY}/{THIRD}", "cancelled: {at: 2026-05-20, reason: A mistake.}\n", "")

    assert history(book) == ["LOCK-cancelled"]


def test_unreadable_version_is_not_reported_as_deleted() -> None:
    book = locked()
    book.write(f"{PRIVACY}/2026-01-15/version.yml", "published: [\n")
    book.write(f"{PRIVACY}/2026-03-01/en.md", b"\xff\n")

    assert history(book) == []
    assert {"META-yaml", "ENC-utf8"} <= set(rules(book.check(NOW)))


def test_public_unlocked_versions_yield_one_note_per_policy() -> None:
    book = published()
    book.policy("terms").version("2026-01-15")

    noted = of_rule(book.check(NOW), "LOCK-missing")

    assert [finding.severity for finding in noted] == [Severity.NOTE] * 2
    assert "3 published versions are not" in noted[0].message
    assert "The published version “2026-01-15” is not" in noted[1].message


def entry(change: Callable[[dict[str, dict[str, object]]], object]) -> Change:
    def apply(book: PaperBook) -> None:
        data = json.loads(book.files[LOCK] or b"")
        change(data["policies"]["privacy"])
        book.write(LOCK, json.dumps(data))

    return apply


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(entry(lambda entries: entries.pop("2027-01-01")), "was removed", id="a removed entry"),
        pytest.param(entry(lambda entries: entries["2027-01-01"].update(seq=4)), "“seq”", id="change its number"),
        pytest.param(
            entry(lambda entries: entries["2027-01-01"].update(change="notice")), "“change”", id="another level"
        ),
        pytest.param(
            entry(lambda entries: entries["2027-01-01"].update(effective_at="2027-02-01")),
            "“effective”",
            id="another date",
        ),
        pytest.param(
            entry(lambda entries: entries["2027-01-01"].update(digests={"en": "sha256:" + "0" * 64})),
            "a different digest for “en”",
            id="a different digest",
        ),
        pytest.param(
            entry(lambda entries: entries["2026-01-15"].update(digests={})),
            "a different digest",
            id="a removed digest",
        ),
        pytest.param(lambda book: book.remove(LOCK), "was removed", id="the whole lock removed"),
    ],
)
def test_lock_of_the_base_branch_may_only_be_extended(change: Change, words: str) -> None:
    book, base = locked(), locked()
    change(book)

    findings = of_rule(book.check(NOW, base), "LOCK-entry")

    assert findings
    assert all(finding.place.path == LOCK for finding in findings)
    assert words in findings[0].message


@pytest.mark.parametrize("frozen_again", [True, False])
def test_text_changed_together_with_its_lock_is_described_in_words(frozen_again: bool) -> None:
    base = locked()
    book = base.copy()
    edit("2026-01-15/en.md", "24", "12")(book)
    book.remove(LOCK)
    if frozen_again:
        book.freeze(NOW)

    report = book.check(NOW, base)

    (finding,) = of_rule(report, "LOCK-text")
    assert "“24" in finding.message
    assert of_rule(report, "LOCK-entry")


def test_translation_and_cancellation_may_be_added_to_an_entry() -> None:
    base = locked()
    book = base.copy()
    book.write(f"{PRIVACY}/2026-03-01/de.md", "# Neu\n")
    book.replace(f"{PRIVACY}/{THIRD}", "change", "cancelled: {at: 2026-06-01, reason: x}\nchange")
    book.freeze("2026-06-02")

    assert "LOCK-entry" not in rules(book.check("2026-06-02", base))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(edit("2026-01-15/en.md", "24", "12"), "“24", id="another text"),
        pytest.param(edit(FIRST, "material", "notice"), "“change”", id="another level"),
        pytest.param(edit(FIRST, "change", "draft: true\nchange"), "is now a draft", id="made a draft"),
        pytest.param(lambda book: book.remove(f"{PRIVACY}/2027-01-01"), "is missing", id="removed"),
        pytest.param(lambda book: book.remove(PRIVACY), "is missing", id="removed with its policy"),
        pytest.param(
            lambda book: book.remove(f"{PRIVACY}/2026-01-15/de.md"),
            "has lost its text in “de”",
            id="a translation removed",
        ),
    ],
)
def test_public_versions_of_the_base_branch_are_protected_without_a_lock(change: Change, words: str) -> None:
    book, base = published(), published()
    change(book)

    findings = of_rule(book.check(NOW, base), "LOCK-base")

    assert words in findings[0].message


def test_unpublished_versions_of_the_base_branch_may_change() -> None:
    book, base = published(), published()
    for finding in (book, base):
        finding.policy("privacy").version("2028-01-01", meta={"draft": "true"})
    book.remove(f"{PRIVACY}/2028-01-01")

    assert history(book, base) == []


def test_unreadable_base_yields_no_lock_findings() -> None:
    base = published()
    base.remove("policy_versions/book.yml")

    assert history(published(), base) == []


def test_locking_a_version_unlocked_on_the_base_branch_is_permitted() -> None:
    assert history(locked(), published()) == []


def zoned(zone: str, locked_at: str | None = NOW) -> PaperBook:
    """Return a book with two public versions whose dates, in summer and winter, are days in `zone`."""
    book = PaperBook(languages="en")
    privacy = book.policy("privacy")
    privacy.version("2026-01-15", en=TEXT)
    privacy.version(
        "2026-03-01", en=TEXT.replace("24", "36"), meta={"published": "2026-03-01", "effective": "2026-07-01"}
    )
    book.replace("policy_versions/book.yml", "timezone: UTC", f"timezone: {zone}")
    return book.freeze(locked_at) if locked_at else book


def rezoned(book: PaperBook, old: str, new: str) -> PaperBook:
    changed = book.copy()
    changed.replace("policy_versions/book.yml", f"timezone: {old}", f"timezone: {new}")
    return changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UTC", "Asia/Shanghai"),
        ("Asia/Shanghai", "UTC"),
        ("Europe/London", "UTC"),
        ("Pacific/Kiritimati", "Etc/GMT+12"),
    ],
)
@pytest.mark.parametrize("with_base", [True, False], ids=["with a base", "without a base"])
def test_changed_time_zone_yields_one_finding_about_book_yml(old: str, new: str, with_base: bool) -> None:
    base = zoned(old)

    findings = [one for one in rezoned(base, old, new).check(NOW, base if with_base else None) if of_lock(one.rule)]

    [finding] = findings
    assert (finding.rule, finding.place.path) == ("LOCK-date", "policy_versions/book.yml")
    assert finding.place.line == line_of(base, "timezone")
    assert f"The time zone was changed to “{new}”" in finding.message


def test_changed_time_zone_of_unlocked_versions_yields_one_finding_about_book_yml() -> None:
    base = zoned("UTC", None)

    findings = [finding for finding in rezoned(base, "UTC", "Asia/Shanghai").check(NOW, base) if of_lock(finding.rule)]

    assert [(finding.rule, finding.place.path) for finding in findings] == [("LOCK-base", "policy_versions/book.yml")]


def test_changed_date_with_a_changed_time_zone_is_reported_at_its_file() -> None:
    base = zoned("UTC")
    changed = rezoned(base, "UTC", "Asia/Shanghai")
    changed.replace(f"{PRIVACY}/2026-03-01/version.yml", "2026-07-01", "2026-07-02")

    places = {finding.place.path for finding in changed.check(NOW, base) if finding.rule == "LOCK-date"}

    assert places == {"policy_versions/book.yml", f"{PRIVACY}/2026-03-01/version.yml"}


def test_date_moved_by_a_day_is_not_reported_as_a_changed_time_zone() -> None:
    book = zoned("UTC")
    book.replace(f"{PRIVACY}/2026-03-01/version.yml", "2026-07-01", "2026-07-02")

    [finding] = [one for one in book.check(NOW) if one.rule == "LOCK-date"]

    assert finding.place.path == f"{PRIVACY}/2026-03-01/version.yml"


def of_lock(rule: str) -> bool:
    return rule in ("LOCK-date", "LOCK-base")


def line_of(book: PaperBook, name: str) -> int:
    lines = book.files["policy_versions/book.yml"].decode().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(name))
