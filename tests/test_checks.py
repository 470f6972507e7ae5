"""Findings, rules and their catalogue, the check of a book, and dismissals."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

import inforce
from inforce.checks import CATALOGUE, Book, Dismissals, Finding, Rule, Severity, check, examine, from_fault
from inforce.checks.rules import GROUPS
from inforce.errors import LayoutError, Place
from inforce.fields import Fields, ShapeError
from paper_book import DISMISSALS, PaperBook, instant, of_rule, one_text, rules

NOW = "2026-06-01"
TEXT = "# Privacy\n\n## Keeping {#keeping}\n\nWe keep your name indefinitely.\n"
EN = "policy_versions/privacy/2026-01-15/en.md"


def test_finding_without_a_message_is_rejected() -> None:
    with pytest.raises(ValueError, match="needs a rule and a message"):
        Finding(rule="META-file", severity=Severity.ERROR, place=Place(path="x"), message=" ")


def test_rule_id_consists_of_group_and_slug() -> None:
    with pytest.raises(ValueError, match="group and a slug"):
        Rule(id="meta_file", severity=Severity.ERROR, title="A title.")

    assert CATALOGUE["ENC-bom"].group == "ENC"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__.rpartition(".")[2])
def test_every_rule_is_in_the_catalogue_under_its_id(group: ModuleType) -> None:
    name = group.__name__.rpartition(".")[2].upper()
    defined = {rule.id for rule in vars(group).values() if isinstance(rule, Rule)}

    assert {rule.id for rule in group.RULES} == defined <= set(CATALOGUE)
    assert {rule.group for rule in group.RULES} == {name}


def test_titles_are_unique_sentences() -> None:
    titles = [rule.title for rule in CATALOGUE.values()]

    assert len(set(titles)) == len(titles)
    assert all(title[0].isupper() and title.endswith(".") for title in titles)


def test_every_reading_fault_has_a_rule_in_the_catalogue() -> None:
    book = Path(inforce.__file__).parent / "book"
    sources = [book / f"{name}.py" for name in ("read", "paths", "yaml", "front_matter")]
    named = {
        keyword.value.value
        for source in sources
        for call in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "rule" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }

    assert "PATH-link" in named
    assert named <= set(CATALOGUE)


def test_no_rule_claims_legal_compliance() -> None:
    words = " ".join(rule.title for rule in CATALOGUE.values())

    assert not re.search(r"complian|complies|score|GDPR", words, re.IGNORECASE)


def test_only_lock_rules_change_history() -> None:
    marked = {rule.id for rule in CATALOGUE.values() if rule.history}

    assert marked == {rule for rule in CATALOGUE if rule.startswith("LOCK-")} - {"LOCK-missing", "LOCK-unreadable"}


def test_fault_becomes_a_finding_with_the_same_message() -> None:
    fault = LayoutError(Place(path="a/b.md", line=3), "is a symbolic link", "put the file there", rule="PATH-link")

    finding = from_fault(fault)

    assert (finding.rule, finding.severity, finding.place) == (
        "PATH-link",
        Severity.ERROR,
        Place(path="a/b.md", line=3),
    )
    assert (finding.message, finding.fix) == ("“b.md” is a symbolic link.", "Put the file there.")


def test_faults_are_reported_even_without_book_settings() -> None:
    fault = LayoutError(Place(path="policy_versions/book.yml"), "is missing", "add the file", rule="META-file")

    assert rules(check(Book(catalog=None, faults=(fault,)), instant(NOW))) == ["META-file"]


def test_findings_are_sorted_by_path_line_and_rule() -> None:
    book = one_text("# Privacy\n\nTODO {{name}}\n\nTODO\n\n[a](#b)\n")
    book.policy("about", binding="en").version("1", en="# About\n\n{{x}}\n")

    findings = book.check(NOW)

    assert [finding.order for finding in findings] == sorted(finding.order for finding in findings)
    assert [f.rule for f in findings if f.place.path == EN] == ["TEXT-template", "TEXT-todo", "LINK-anchor"]


def test_findings_are_deterministic() -> None:
    book = one_text(TEXT).book()

    assert check(book, instant(NOW)) == check(book, instant(NOW))


@pytest.mark.parametrize(
    ("dismissal", "applies"),
    [
        pytest.param("rule: CLAIM-retention\n    path: privacy", True, id="about the policy's folder"),
        pytest.param(f"rule: CLAIM-retention\n    path: {EN}", True, id="about the file, by the path of the finding"),
        pytest.param("rule: CLAIM-retention\n    path: priv", False, id="about a folder of another name"),
        pytest.param("rule: CLAIM-retention\n    path: privacy\n    section: keeping", True, id="about the section"),
        pytest.param("rule: CLAIM-retention\n    path: privacy\n    section: use", False, id="about another section"),
        pytest.param(
            "rule: CLAIM-retention\n    path: privacy\n    evidence: keep your name  indefinitely",
            True,
            id="about the words",
        ),
        pytest.param(
            "rule: CLAIM-retention\n    path: privacy\n    evidence: keep it forever", False, id="about other words"
        ),
        pytest.param("rule: CLAIM-watch\n    path: privacy", False, id="to another rule"),
    ],
)
def test_dismissal_matches_its_question(dismissal: str, applies: bool) -> None:
    book = one_text(TEXT)
    book.write(DISMISSALS, f"dismissals:\n  - {dismissal}\n    reason: The law asks for it.\n")

    report = book.examine(NOW)

    assert ("CLAIM-retention" in rules(report.findings)) is not applies
    assert [(question.finding.rule, question.dismissal.reason) for question in report.dismissed] == (
        [("CLAIM-retention", "The law asks for it.")] if applies else []
    )
    assert ("META-dismissal" in rules(report.findings)) is not applies


@pytest.mark.parametrize(
    ("rule", "path", "words"),
    [
        pytest.param("CLAIM-watch", "privacy", "no longer matches any question", id="no question any longer exists"),
        pytest.param("CLAIM-watch", "privacy/2020-01-01/en.md", "which does not exist", id="an unknown file"),
        pytest.param("CLAIM-wacht", "privacy", "did you mean “CLAIM-watch”", id="an unknown rule"),
        pytest.param("HTML-raw", "privacy", "does not ask questions", id="a rule without questions"),
    ],
)
def test_dismissal_without_a_question_is_reported_at_its_line(rule: str, path: str, words: str) -> None:
    book = one_text("# Privacy\n")
    book.write(DISMISSALS, f"dismissals:\n  - rule: {rule}\n    path: {path}\n    reason: It is so.\n")

    noted = of_rule(book.check(NOW), "META-dismissal")

    assert len(noted) == 1
    assert words in noted[0].message
    assert str(noted[0].place) == f"{DISMISSALS}:2"


def test_dismissal_for_a_locked_text_is_kept_as_a_record() -> None:
    book = one_text(TEXT)
    book.write(DISMISSALS, f"dismissals:\n  - rule: CLAIM-retention\n    path: {EN}\n    reason: The law.\n")

    assert rules(book.freeze(NOW).check(NOW)) == []


def test_dismissals_are_not_reported_as_unused_if_not_all_rules_ran() -> None:
    book = one_text("# Privacy\n")
    book.write(DISMISSALS, "dismissals:\n  - {rule: CLAIM-watch, path: privacy, reason: It is so.}\n")
    some = [rule for rule in CATALOGUE.values() if rule.history]

    assert examine(book.book(), instant(NOW), some).findings == ()


def test_error_cannot_be_dismissed() -> None:
    book = one_text("# Privacy\n\n<br>\n")
    book.write(DISMISSALS, "dismissals:\n  - rule: HTML-raw\n    path: privacy\n    reason: We like it.\n")

    report = book.examine(NOW)

    assert {"HTML-raw", "META-dismissal"} <= set(rules(report.findings))
    assert report.blocks


@pytest.mark.parametrize(
    ("data", "path"),
    [
        pytest.param(
            {"dismissals": [{"rule": "CLAIM-watch", "path": "x"}]}, "dismissals[0].reason", id="without a reason"
        ),
        pytest.param(
            {"dismissals": [{"rule": "A", "path": "x", "reason": "r", "why": "w"}]}, "dismissals[0].why", id="unknown"
        ),
        pytest.param({"dismissal": []}, "dismissal", id="a misspelt list"),
    ],
)
def test_dismissals_with_wrong_shape_are_rejected(data: object, path: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        Dismissals.from_shape(Fields(data), Dismissals().source)

    assert refusal.value.path == path


def test_report_states_whether_findings_block_and_change_history() -> None:
    sound, broken = one_text("# Privacy\n"), one_text("# Privacy\n").freeze(NOW)
    broken.replace(EN, "# Privacy", "# Secrecy")

    assert not sound.examine(NOW).blocks
    assert not sound.examine(NOW).changes_history
    assert broken.examine(NOW).changes_history
    assert rules(broken.examine(NOW).of(Severity.ERROR)) == ["LOCK-text"]


IMPORTED = {"origin": "{commit: abc, committed: 2026-01-01, path: p.md}"}


def test_wording_of_locked_versions_is_not_checked() -> None:
    book = PaperBook()
    privacy = book.policy("privacy")
    privacy.version("1", meta={"published": "2026-01-01"}, en="# P\n\nTODO locked\n")
    book.freeze(NOW)
    privacy.version("2", meta={"published": "2026-02-01"}, en="# P\n\nTODO superseded\n")
    privacy.version("3", meta={"published": "2026-03-01"}, en="# P\n\nTODO in force\n")
    privacy.version("4", meta={"published": "2027-01-01", "draft": "true"}, en="# P\n\nTODO draft\n")

    findings = of_rule(book.check(NOW), "TEXT-todo")

    assert [finding.place.path.split("/")[2] for finding in findings] == ["2", "3", "4"]


def test_only_the_newest_imported_version_is_checked() -> None:
    book = PaperBook()
    privacy = book.policy("privacy")
    for number in range(1, 4):
        privacy.version(str(number), meta={**IMPORTED, "published": f"2026-0{number}-01"}, en="# P\n\nTODO\n")
    privacy.version("4", meta={"published": "2026-05-01"}, en="# P\n\nTODO\n")

    findings = of_rule(book.check(NOW), "TEXT-todo")

    assert [finding.place.path.split("/")[2] for finding in findings] == ["3", "4"]


def test_translation_added_to_a_locked_version_is_checked() -> None:
    book = one_text("# Privacy\n").freeze(NOW)
    book.write(EN.replace("en.md", "de.md"), "# Datenschutz\n\n<br>\n")

    assert [f.place.path.rpartition("/")[2] for f in of_rule(book.check(NOW), "HTML-raw")] == ["de.md"]
