"""The formats of a report: text, JSON, annotations, Code Quality and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest

from inforce.checks import CheckReport, Dismissal, DismissedQuestion, Finding, Severity
from inforce.checks.reports import to_github, to_gitlab, to_job_summary, to_json, to_sarif, to_text
from inforce.errors import Place
from paper_book import DISMISSALS, one_text

PATH = "policy_versions/privacy/1/en.md"


def finding(rule: str = "HTML-raw", severity: Severity = Severity.ERROR, line: int | None = 3, **words: str) -> Finding:
    place = Place(path=words.pop("path", PATH), line=line, section=words.pop("section", None))
    return Finding(rule=rule, severity=severity, place=place, **{"message": "Something is wrong.", **words})


QUESTION = finding("CLAIM-watch", Severity.QUESTION, 9, section="changes", message="Is it so?", evidence="look")
NOTE = finding("TEXT-id", Severity.NOTE, None, path="policy_versions/privacy/2/en.md", fix="Nothing.")
DISMISSED = DismissedQuestion(
    finding=QUESTION, dismissal=Dismissal(rule="CLAIM-watch", path=PATH, reason="People are told by e-mail.")
)
REPORT = CheckReport(findings=(finding(fix="Take it out."), QUESTION, NOTE))


def test_text_report_is_grouped_by_file_and_counts_findings() -> None:
    assert to_text(REPORT) == (
        f"{PATH}\n"
        "  error HTML-raw, line 3\n"
        "    Something is wrong.\n"
        "    → Take it out.\n"
        "  question CLAIM-watch, line 9, section “changes”\n"
        "    Is it so?\n"
        "\n"
        "policy_versions/privacy/2/en.md\n"
        "  note TEXT-id, the whole file\n"
        "    Something is wrong.\n"
        "    → Nothing.\n"
        "\n"
        "1 error, 1 question and 1 note.\n"
        "To dismiss a question permanently, add its rule, path, evidence and your reason to dismissals.yml.\n"
    )


@pytest.mark.parametrize("form", [to_text, to_job_summary])
def test_control_characters_of_the_book_are_escaped(form: Callable[[CheckReport], str]) -> None:
    text = form(CheckReport(findings=(finding(message="“\x1b[2J\u202e” stands here."),)))

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_empty_text_report_does_not_claim_compliance() -> None:
    assert to_text(CheckReport(findings=())) == "The checks found nothing.\n"


def test_text_report_lists_dismissals_with_their_reasons() -> None:
    text = to_text(CheckReport(findings=(), dismissed=(DISMISSED,)))

    assert f"CLAIM-watch {PATH}:9: People are told by e-mail." in text
    assert text.endswith("The checks found nothing.\n1 question dismissed in dismissals.yml.\n")


def test_json_report_contains_every_field() -> None:
    report = CheckReport(findings=(QUESTION,), dismissed=(DISMISSED,))
    data = json.loads(to_json(report, dismissals=True))

    assert json.loads(to_json(report)) == {"findings": data["findings"]}
    assert data["findings"] == [
        {
            "rule": "CLAIM-watch",
            "severity": "question",
            "path": PATH,
            "line": 9,
            "section": "changes",
            "message": "Is it so?",
            "evidence": "look",
            "fix": "",
        }
    ]
    assert data["dismissed"] == [{**data["findings"][0], "reason": "People are told by e-mail."}]


@pytest.mark.parametrize(
    ("example", "command"),
    [
        pytest.param(finding(), f"::error file={PATH},line=3,title=HTML-raw::Something is wrong.", id="an error"),
        pytest.param(QUESTION, f"::warning file={PATH},line=9,title=CLAIM-watch::Is it so?", id="a question"),
        pytest.param(
            NOTE,
            "::notice file=policy_versions/privacy/2/en.md,line=1,title=TEXT-id::Something is wrong. Nothing.",
            id="a note about a whole file",
        ),
        pytest.param(
            finding(path="a,b:c%.md", message="50 %\n::error::forged\r"),
            "::error file=a%2Cb%3Ac%25.md,line=3,title=HTML-raw::50 %25%0A::error::forged",
            id="special characters of a workflow command",
        ),
    ],
)
def test_annotation_is_one_line_with_its_place(example: Finding, command: str) -> None:
    assert to_github(CheckReport(findings=(example,))) == f"{command}\n"


@pytest.mark.parametrize(
    ("expected", "shown", "last"),
    [
        pytest.param(10, 10, "Number 10.", id="ten fit"),
        pytest.param(11, 10, "2 more are listed in the summary of this job.", id="the last of eleven has a hint"),
    ],
)
def test_annotations_are_limited_to_ten_per_severity(expected: int, shown: int, last: str) -> None:
    report = CheckReport(findings=tuple(finding(line=n, message=f"Number {n}.") for n in range(1, expected + 1)))

    lines = to_github(report).splitlines()

    assert len(lines) == shown
    assert lines[-1].endswith(last)
    assert to_job_summary(report).count("**error**") == expected


def test_job_summary_escapes_text_of_the_book() -> None:
    report = CheckReport(findings=(finding(message="“<br>” | *x* `y` [a](b)\n# no"),), dismissed=(DISMISSED,))

    summary = to_job_summary(report)

    assert r"“\<br\>” \| \*x\* \`y\` \[a\](b) \# no" in summary
    assert "People are told by e-mail." in summary


def test_code_quality_contains_place_and_severity() -> None:
    issues = json.loads(to_gitlab(CheckReport(findings=(finding("LOCK-text"), finding(), QUESTION, NOTE))))

    assert [issue["severity"] for issue in issues] == ["blocker", "critical", "minor", "info"]
    assert issues[0]["location"] == {"path": PATH, "lines": {"begin": 3}}
    assert all(set(issue) == {"description", "check_name", "fingerprint", "severity", "location"} for issue in issues)


def marks(report: CheckReport) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(to_gitlab(report))]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(finding(evidence="a", line=8), True, id="a line that moved"),
        pytest.param(finding(evidence="a", message="Put otherwise."), True, id="a reworded message"),
        pytest.param(finding(evidence="b"), False, id="other words"),
        pytest.param(finding("TEXT-todo", evidence="a"), False, id="another rule"),
        pytest.param(finding(evidence="a", path="x.md"), False, id="another file"),
    ],
)
def test_fingerprint_depends_on_the_text_and_not_on_the_line(other: Finding, same: bool) -> None:
    result = finding(evidence="a")

    assert (marks(CheckReport(findings=(result,))) == marks(CheckReport(findings=(other,)))) is same


def test_equal_findings_have_different_fingerprints() -> None:
    assert len(set(marks(CheckReport(findings=(finding(), finding(line=4)))))) == 2


# The requirements of SARIF 2.1.0 for the fields used here (sections 3.13, 3.14, 3.19, 3.27, 3.29, 3.35, 3.49).
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string"}}},
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        },
        "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"enum": ["inSource", "external"]}},
            },
        },
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "$schema": {"type": "string", "pattern": "sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "items": RULE}},
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


def test_sarif_report_conforms_to_the_standard() -> None:
    report = CheckReport(findings=REPORT.findings, dismissed=(DISMISSED,))

    data = json.loads(to_sarif(report))

    jsonschema.validate(data, SARIF)
    run = data["runs"][0]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note", "warning"]
    assert all(
        run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"]
    )
    assert [result["suppressions"][0]["justification"] for result in run["results"] if "suppressions" in result] == [
        "People are told by e-mail."
    ]


def test_sarif_report_contains_paths_as_uris() -> None:
    data = json.loads(to_sarif(CheckReport(findings=(finding(path="policy_versions/größe/1/en.md"),))))

    location = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "policy_versions/gr%C3%B6%C3%9Fe/1/en.md"


@pytest.mark.parametrize("form", [to_text, to_json, to_github, to_job_summary, to_gitlab, to_sarif])
def test_reports_are_deterministic_in_every_format(form: Callable[[CheckReport], str]) -> None:
    book = one_text("# P\n\nTODO <br>\n\nWe keep your data forever.\n")
    book.write(DISMISSALS, "dismissals:\n  - {rule: CLAIM-retention, path: privacy, reason: The law asks for it.}\n")

    assert form(book.examine("2026-06-01")) == form(book.examine("2026-06-01")) != ""
