"""The rules about changes, summaries and change levels."""

from __future__ import annotations

import pytest

from inforce.checks import Finding, Severity
from paper_book import PaperBook, of_rule, rules

NOW = "2026-06-01"
OLD = """\
# Privacy

Effective date: 15 January 2026

We like it short.

## What we keep {#keep}

We keep your name for 24 months. We do not sell it.

A guardian must agree before anybody under the age of eighteen opens an account with us.

## Who gets it {#share}

### Partners {#partners}

Carriers get your address.

## 3. Contact {#contact}

Write to us.
"""


def revision(new: str, *sections: str, change: str = "material", meta: dict[str, str] | None = None) -> PaperBook:
    """Return a version that replaces `OLD` with `new` and summarises `sections` (“”: the whole text)."""
    points = "".join(f"  - {{section: {name}, text: T.}}\n" if name else "  - {text: T.}\n" for name in sections)
    head = f"---\nsummary:\n{points}---\n" if points else ""
    book = PaperBook()
    policy = book.policy("privacy").version("2026-01-15", en=OLD)
    policy.version("2026-03-01", en=head + new, change=change, meta=meta)
    return book


def found(book: PaperBook, rule: str) -> list[Finding]:
    return of_rule(book.check(NOW), rule)


LONGER = OLD.replace("24 months", "36 months")
RENAMED = OLD.replace("Carriers get", "Carriers and banks get")
PARAGRAPH = "\nA guardian must agree before anybody under the age of eighteen opens an account with us.\n"
MOVED = OLD.replace(PARAGRAPH, "") + PARAGRAPH
CONTACT = OLD[OLD.index("\n## 3. Contact") :]
SWAPPED = OLD.replace(CONTACT, "").replace("\n## What we keep", CONTACT + "\n## What we keep")
DRAFT = {"draft": "true"}
LINKS = (
    "# Privacy\n\n## A {#a}\n\nSee [our terms](https://shop.example/terms).\n\n"
    "## B {#b}\n\nSee [our terms](https://shop.example/terms).\n\n## C {#c}\n\nWe keep it.\n"
)


@pytest.mark.parametrize(
    ("new", "sections", "expected"),
    [
        pytest.param(LONGER, ["keep"], [], id="a changed section that is mentioned"),
        pytest.param(LONGER, ["share"], ["keep"], id="a changed section that is not mentioned"),
        pytest.param(LONGER, [""], [], id="a point without a section covers the whole text"),
        pytest.param(RENAMED, ["share"], [], id="a mention of the enclosing section"),
        pytest.param(RENAMED, ["keep"], ["partners"], id="neither it nor the enclosing section is mentioned"),
        pytest.param(OLD + "\n## Cookies {#cookies}\n\nOne.\n", ["keep"], ["cookies"], id="a new section"),
        pytest.param(OLD[: OLD.index("## 3.")], ["keep"], ["contact"], id="a removed section"),
        pytest.param(OLD.replace("15 January", "1 March"), ["keep"], [], id="a printed date of the version"),
        pytest.param(OLD.replace("short", "long"), ["keep"], ["privacy"], id="words below the title"),
        pytest.param(OLD.replace("your name", "*your name*"), ["keep"], [], id="only emphasis changed"),
    ],
)
def test_changed_section_missing_from_the_summary_yields_a_question(
    new: str, sections: list[str], expected: list[str]
) -> None:
    findings = found(revision(new, *sections), "CHANGE-summary")

    assert [finding.evidence for finding in findings] == expected
    assert {finding.severity for finding in findings} <= {Severity.QUESTION}


def test_sections_whose_only_changes_are_links_yield_one_question() -> None:
    book = PaperBook()
    moved = LINKS.replace("/terms", "/legal/terms").replace("We keep", "We store")
    summary = "---\nsummary:\n  - section: c\n    text: We store it.\n---\n"
    book.policy("privacy").version("2026-01-15", en=LINKS).version("2026-03-01", en=summary + moved)

    (finding,) = found(book, "CHANGE-summary")

    assert finding.message.startswith("In “A”, “B” only the targets of links changed")
    assert (finding.evidence, finding.place.line) == ("a, b", 8)


def test_question_contains_the_heading_of_the_section() -> None:
    finding = found(revision(LONGER, "share"), "CHANGE-summary")[0]

    assert finding.message == "Section “What we keep” changed, and the summary does not mention it."
    assert (finding.place.line, finding.place.section) == (11, "keep")
    assert "- section: keep" in finding.fix


def test_several_unmentioned_sections_yield_one_question() -> None:
    sections = "".join(f"\n## New {n} {{#n{n}}}\n\nWords.\n" for n in range(6))

    findings = found(revision(OLD + sections, "keep"), "CHANGE-summary")

    assert len(findings) == 1
    assert findings[0].message.startswith("6 sections changed")


@pytest.mark.parametrize(
    ("meta", "rule"),
    [
        pytest.param({}, "META-summary", id="one error if the summary is missing"),
        pytest.param(DRAFT, "CHANGE-summary", id="a question in a draft"),
    ],
)
def test_missing_summary_is_reported_once(meta: dict[str, str], rule: str) -> None:
    rule_ids = rules(revision(LONGER, meta=meta).check(NOW))

    assert [rule_id for rule_id in rule_ids if rule_id in ("META-summary", "CHANGE-summary")] == [rule]


@pytest.mark.parametrize(
    ("new", "section", "expected"),
    [
        pytest.param(LONGER, "keep", [], id="a section that changed"),
        pytest.param(LONGER, "contact", ["contact"], id="a section that did not"),
        pytest.param(RENAMED, "share", [], id="a section in which another one changed"),
        pytest.param(OLD[: OLD.index("## 3.")], "contact", [], id="a section that was removed"),
        pytest.param(MOVED, "keep", [], id="a section from which a paragraph was moved"),
        pytest.param(SWAPPED, "contact", [], id="a section that was moved"),
    ],
)
def test_summary_of_an_unchanged_section_is_reported(new: str, section: str, expected: list[str]) -> None:
    assert [finding.evidence for finding in found(revision(new, section), "CHANGE-unchanged")] == expected


@pytest.mark.parametrize(
    ("new", "meta", "expected"),
    [
        pytest.param(OLD, {}, 1, id="the same text"),
        pytest.param(OLD, DRAFT, 0, id="a draft that has only been copied"),
        pytest.param(LONGER, {}, 0, id="another text"),
    ],
)
def test_version_without_changes_is_reported(new: str, meta: dict[str, str], expected: int) -> None:
    assert len(found(revision(new, "", meta=meta), "CHANGE-nothing")) == expected


@pytest.mark.parametrize(
    ("new", "change", "words"),
    [
        pytest.param(LONGER, "editorial", "“24 months” became “36 months”", id="a number"),
        pytest.param(
            OLD.replace("do not sell", "sell"), "editorial", "a negation was added or removed", id="a removed negation"
        ),
        pytest.param(
            OLD.replace("Carriers get", "No carriers get"),
            "editorial",
            "a negation was added or removed",
            id="a negation added",
        ),
        pytest.param(OLD.replace("do not", "don’t"), "editorial", "", id="a negation in other words"),
        pytest.param(OLD.replace("Carriers", "Couriers"), "editorial", "", id="a word"),
        pytest.param(OLD.replace("15 January", "1 March"), "editorial", "", id="a printed date of the version"),
        pytest.param(OLD.replace("3. Contact", "4. Contact"), "editorial", "", id="the number of a heading"),
        pytest.param(LONGER, "notice", "", id="a number in a notice version"),
    ],
)
def test_change_of_meaning_with_level_editorial_is_reported(new: str, change: str, words: str) -> None:
    findings = found(revision(new, "", change=change), "CHANGE-editorial")

    assert len(findings) == bool(words)
    assert all(words in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("new", "change", "noted"),
    [
        pytest.param(LONGER, "material", ["In “What we keep”, “24 months” became “36 months”."], id="a period"),
        pytest.param(LONGER, "editorial", [], id="in an editorial version it is a question instead"),
        pytest.param(OLD.replace("Carriers", "Couriers"), "material", [], id="words only"),
        pytest.param(OLD.replace("15 January", "1 March"), "material", [], id="a printed date of the version"),
        pytest.param(
            OLD.replace(" for 24 months", "").replace("address.", "address for 24 months."),
            "material",
            [],
            id="a number that only moved",
        ),
    ],
)
def test_changed_numbers_yield_notes(new: str, change: str, noted: list[str]) -> None:
    assert [finding.message for finding in found(revision(new, "", change=change), "CHANGE-numbers")] == noted


def test_version_is_not_compared_with_an_open_draft() -> None:
    book = revision(LONGER, "share")
    draft = {"published": "2026-02-01", "amends": "2026-01-15", **DRAFT}
    book.policy("privacy").version("2026-01-15.1", change="editorial", meta=draft, en=LONGER)

    paths = [question.place.path for question in found(book, "CHANGE-summary")]

    assert [path.split("/")[2] for path in paths] == ["2026-01-15.1", "2026-03-01"]


def test_imported_versions_are_not_compared() -> None:
    book = revision(LONGER, meta={"origin": "{commit: abc, committed: 2026-03-01, path: p.md}"})

    assert not [rule for rule in rules(book.check(NOW)) if rule.startswith("CHANGE-")]
