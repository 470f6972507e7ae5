"""The rules about the words and structure of a text, its links, HTML and claims."""

from __future__ import annotations

import pytest

from inforce.checks import Severity
from paper_book import PaperBook, of_rule, one_text, rules

NOW = "2026-06-01"
EN = "policy_versions/privacy/2026-01-15/en.md"


def evidence(text: str, rule: str, language: str = "en") -> list[str]:
    """Return the evidence of `rule` in `text`, in the order of the report."""
    return [finding.evidence for finding in of_rule(one_text(text, language).check(NOW), rule)]


def body(words: str) -> str:
    return f"# Privacy\n\n{words}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# Privacy\n\nWords.\n", [], id="one title at the beginning"),
        pytest.param("Words.\n\n# Privacy\n", ["Words."], id="words before the title"),
        pytest.param("## Privacy\n", ["Privacy"], id="a section instead of a title"),
        pytest.param("# Privacy\n\n# Cookies\n", ["Cookies"], id="a second title"),
    ],
)
def test_text_without_exactly_one_title_is_reported(text: str, expected: list[str]) -> None:
    assert evidence(text, "TEXT-title") == expected


@pytest.mark.parametrize(
    ("rule", "words", "expected"),
    [
        pytest.param("TEXT-placeholder", "Write to [email protected].", ["[email protected]"], id="a hidden address"),
        pytest.param(
            "TEXT-placeholder", "Write to [email\u00a0protected].", ["[email\u00a0protected]"], id="with nbsp"
        ),
        pytest.param(
            "TEXT-placeholder",
            "[us](/cdn-cgi/l/email-protection#2b)",
            ["/cdn-cgi/l/email-protection#2b"],
            id="a link to a machine that hides addresses",
        ),
        pytest.param("TEXT-placeholder", "Lorem ipsum dolor.", ["Lorem ipsum"], id="filler text"),
        pytest.param("TEXT-placeholder", "Your e-mail is protected.", [], id="ordinary words about e-mail"),
        pytest.param("TEXT-todo", "TODO: the address. TODO", ["TODO"], id="the same mark twice, once reported"),
        pytest.param("TEXT-todo", "A fee of XXXX euros.", ["XXXX"], id="a placeholder for a number"),
        pytest.param("TEXT-todo", "Title XXX, todo list, TBDS.", [], id="a Roman number and ordinary words"),
        pytest.param("TEXT-todo", "Type `TODO` there.", [], id="a mark inside code"),
        pytest.param("TEXT-template", "Dear {{name}} of ${company}", ["{{name}}", "${company}"], id="two variables"),
        pytest.param("TEXT-template", "{% data variables.contact %}", ["{% data variables.contact %}"], id="a tag"),
        pytest.param("TEXT-template", "Signed {COMPANY_NAME}", ["{COMPANY_NAME}"], id="braces and capitals"),
        pytest.param("TEXT-template", "50 % of {a, b} cost $5 {1}", [], id="braces and signs that mean themselves"),
        pytest.param("TEXT-blank", "[Company] keeps it.", ["[Company]"], id="a placeholder for a company"),
        pytest.param(
            "TEXT-blank", "[insert date] and [●]", ["[insert date]", "[●]"], id="placeholders for a date and a list"
        ),
        pytest.param("TEXT-blank", "Signed: ________", ["________"], id="a line to fill in"),
        pytest.param(
            "TEXT-blank", "由【公司名称】保存", ["【公司名称】"], id="a placeholder for a company, in Chinese"
        ),
        pytest.param("TEXT-blank", "“[sic]” [1] [...] [a] 【隐私政策】", [], id="legitimate brackets"),
        pytest.param("TEXT-blank", "[Company](https://shop.example/)", [], id="a link"),
    ],
)
def test_placeholders_and_leftovers_are_reported(rule: str, words: str, expected: list[str]) -> None:
    assert sorted(evidence(body(words), rule)) == sorted(expected)


@pytest.mark.parametrize("language", ["es", "pt-BR"])
def test_todo_is_not_reported_in_languages_in_which_it_is_a_word(language: str) -> None:
    assert evidence(body("SOBRE TODO esto. FIXME"), "TEXT-todo", language) == ["FIXME"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("6) Collect\n7)Use of data", ["7)Use of data"], id="a number without a space"),
        pytest.param("• one\n• two", ["• one"], id="bullets of a word processor"),
        pytest.param("-one\n-two", ["-one"], id="hyphens without a space"),
        pytest.param("(a) one\n(b) two", ["(a) one"], id="letters in brackets"),
        pytest.param("We use:\n1.我们收集\n2.我们使用", ["1.我们收集"], id="Chinese items without a space"),
        pytest.param("1. one\n2. two", [], id="a list"),
        pytest.param("1) one\n2) two", [], id="a list with brackets"),
        pytest.param("- one\n  - two", [], id="a list in a list"),
        pytest.param("It grew by\n3.5 percent\n-5 degrees", [], id="numbers at the beginning of a line"),
        pytest.param("the state\nof (a) things", [], id="a bracket within a line"),
        pytest.param("• one bullet alone", [], id="one bullet is an ordinary character"),
        pytest.param("*all* of it\n*is* ours", [], id="emphasis at the beginning of lines"),
        pytest.param("```\n7)Use\n```", [], id="code"),
    ],
)
def test_lines_that_look_like_list_items_are_reported(words: str, expected: list[str]) -> None:
    assert evidence(body(words), "TEXT-list") == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("Shop Street 1  \n12345 Shopton", ["Shop Street 1"], id="two blanks inside a paragraph"),
        pytest.param("Shop Street 1\\\n12345 Shopton", [], id="a backslash is kept"),
        pytest.param("Shop Street 1  \n\n12345 Shopton  ", [], id="blanks at the end of a paragraph have no effect"),
    ],
)
def test_lost_line_breaks_are_noted(words: str, expected: list[str]) -> None:
    assert evidence(body(words), "TEXT-break") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# A\n\n## B\n\n### C\n\n## D\n", [], id="levels one after the other"),
        pytest.param("# A\n\n### B\n\n### C\n", ["B"], id="a level skipped, and only once"),
        pytest.param("# A\n\n## B\n\n#### C\n", ["C"], id="a level skipped further down"),
    ],
)
def test_skipped_heading_levels_yield_a_question(text: str, expected: list[str]) -> None:
    assert evidence(text, "TEXT-levels") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# A\n\n## B {#b}\n\n## C {#c}\n", [], id="two ids"),
        pytest.param("# A\n\n## B {#b}\n\n## C {#b}\n", ["b"], id="one id twice"),
        pytest.param("# A\n\n## B\n\n## B\n", [], id="equal headings get different ids"),
    ],
)
def test_duplicate_id_is_reported(text: str, expected: list[str]) -> None:
    assert evidence(text, "TEXT-twice") == expected


def test_sections_without_an_id_yield_one_note() -> None:
    notes = of_rule(one_text("# A\n\n## B\n\n## C {#c}\n\n## D\n").check(NOW), "TEXT-id")

    assert [(note.severity, note.evidence) for note in notes] == [(Severity.NOTE, "B")]
    assert "“B” and 1 more have no explicit id" in notes[0].message
    assert "{#b}" in notes[0].fix
    assert evidence("# A\n\n## B {#b}\n", "TEXT-id") == []


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        pytest.param("## How we keep your data\n", "how-we-keep-data", id="a heading was reworded"),
        pytest.param("## How we keep your data {#how-we-keep-data}\n", "", id="a heading was reworded and kept its id"),
        pytest.param("## Contact\n", "", id="a section was removed, and another one added"),
        pytest.param("", "", id="a section was removed"),
    ],
)
def test_changed_section_id_is_reported(now: str, gone: str) -> None:
    book = PaperBook()
    privacy = book.policy("privacy").version("2026-01-15", en="# Privacy\n\n## How we keep data\n\nLong.\n")
    privacy.version("2026-03-01", en=f"# Privacy\n\n{now}\nLong.\n")

    findings = of_rule(book.check(NOW), "TEXT-gone")

    assert [finding.evidence for finding in findings] == ([gone] if gone else [])
    assert all(f"{{#{gone}}}" in finding.fix for finding in findings)


@pytest.mark.parametrize(
    ("rule", "words", "expected"),
    [
        pytest.param("LINK-anchor", "[a](#keeping)\n\n## Keeping {#keeping}", [], id="an existing section"),
        pytest.param("LINK-anchor", "[a](#keepin)\n\n## Keeping {#keeping}", ["#keepin"], id="a missing section"),
        pytest.param("LINK-anchor", "[up](#)", [], id="the top of the page"),
        pytest.param("LINK-internal", "[a](https://policies.shop.example/privacy/)", [], id="a policy of the book"),
        pytest.param(
            "LINK-internal",
            "[a](https://policies.shop.example/cookies/)",
            ["https://policies.shop.example/cookies/"],
            id="an unknown policy",
        ),
        pytest.param("LINK-internal", "[a](/privacy/2026-01-15/)", [], id="a version of the book"),
        pytest.param("LINK-internal", "[a](/privacy/2020-01-15/)", ["/privacy/2020-01-15/"], id="an unknown version"),
        pytest.param(
            "LINK-internal", "[a](/privacy/history/) [b](/policies.json) [c](/)", [], id="other pages of the site"
        ),
        pytest.param("LINK-internal", "[a](/privacy/#x)", ["/privacy/#x"], id="a section missing in that policy"),
        pytest.param("LINK-internal", "[a](https://shop.example/cookies/)", [], id="another site"),
        pytest.param("LINK-relative", "[a](../cookies/)", ["../cookies/"], id="a relative link"),
        pytest.param("LINK-relative", "[a](cookies.md)", ["cookies.md"], id="a link to a file"),
        pytest.param("LINK-relative", "[a](#x) [b](/x/) [c](mailto:a@b.example)", [], id="links with descriptive text"),
        pytest.param("LINK-insecure", "[a](http://shop.example/)", ["http://shop.example/"], id="an unencrypted page"),
        pytest.param("LINK-insecure", "<https://shop.example/>", [], id="an encrypted page"),
        pytest.param("LINK-scheme", "[a](javascript:alert)", ["javascript:alert"], id="a script"),
        pytest.param("LINK-scheme", "[a](data:text/plain,x)", ["data:text/plain,x"], id="data in a link"),
        pytest.param("LINK-scheme", "[a](//shop.example/)", ["//shop.example/"], id="a URL without a scheme"),
        pytest.param("LINK-scheme", "[a]()", [""], id="no address at all"),
        pytest.param("LINK-scheme", "[a](tel:+49123) <a@b.example>", [], id="telephone and e-mail"),
        pytest.param(
            "LINK-credentials", "[a](https://me:pw@x.example/)", ["https://me:pw@x.example/"], id="a password"
        ),
        pytest.param("LINK-credentials", "[a](https://x.example/@me)", [], id="an at sign in a path"),
        pytest.param("LINK-alt", "![](/seal.png)", ["/seal.png"], id="an image without a description"),
        pytest.param("LINK-alt", "![our seal](/seal.png)", [], id="an image with a description"),
        pytest.param("LINK-image", "![a](https://x.example/a.png)", ["https://x.example/a.png"], id="a remote image"),
        pytest.param(
            "LINK-image", "![a](data:image/png;base64,AA)", ["data:image/png;base64,AA"], id="an image of data"
        ),
        pytest.param("HTML-raw", "One<br>two<br>three", ["<br>"], id="a tag, once for each kind"),
        pytest.param("HTML-raw", "<!-- draft -->", ["<!-- draft -->"], id="a comment"),
        pytest.param("HTML-raw", "<Acme Corp> keeps it", ["<Acme Corp>"], id="a name in angle brackets"),
        pytest.param("HTML-raw", "\\<Acme Corp> if 3 < 5 > 2 `<br>`", [], id="signs that are no tag"),
    ],
)
def test_links_and_html_are_checked(rule: str, words: str, expected: list[str]) -> None:
    assert evidence(body(words), rule) == expected


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        pytest.param("a<br>b", "new paragraph", id="a line break"),
        pytest.param("<b>a</b>", "**words**", id="bold"),
        pytest.param("<u>a</u>", "in words", id="HTML without a Markdown equivalent"),
        pytest.param("<Acme Corp>", "\\<Acme Corp>", id="a name"),
        pytest.param("<!-- a -->", "pull request", id="a comment"),
    ],
)
def test_fix_for_html_suggests_markdown(words: str, fix: str) -> None:
    assert fix in of_rule(one_text(body(words)).check(NOW), "HTML-raw")[0].fix


def test_broken_anchor_is_reported_with_its_line_and_a_suggestion() -> None:
    finding = of_rule(one_text(body("One.\n\nTwo\n[a](#keepin).\n\n## K {#keeping}")).check(NOW), "LINK-anchor")[0]

    assert (finding.place.line, finding.place.section) == (6, "privacy")
    assert "“keeping”" in finding.fix


@pytest.mark.parametrize(
    ("rule", "language", "words", "expected"),
    [
        pytest.param(
            "CLAIM-absolute", "en", "We will never sell your data.", ["We will never sell your data"], id="never"
        ),
        pytest.param("CLAIM-absolute", "en", "It is completely secure.", ["completely secure"], id="completely secure"),
        pytest.param(
            "CLAIM-absolute", "en", "No method is completely secure.", [], id="a negation before is no promise"
        ),
        pytest.param("CLAIM-absolute", "en", "We cannot guarantee security.", [], id="cannot is no promise"),
        pytest.param("CLAIM-absolute", "de", "Wir geben sie niemals weiter.", ["niemals weiter"], id="German"),
        pytest.param(
            "CLAIM-absolute", "fr", "Nous garantissons la sécurité.", ["Nous garantissons la sécurité"], id="French"
        ),
        pytest.param("CLAIM-absolute", "es", "Garantizamos su seguridad.", ["Garantizamos su seguridad"], id="Spanish"),
        pytest.param("CLAIM-absolute", "zh", "我们绝不出售您的信息。", ["绝不出售您的信息"], id="Chinese"),
        pytest.param("CLAIM-absolute", "ja", "決して販売しません。", ["決して販売しません"], id="Japanese"),
        pytest.param("CLAIM-absolute", "sw", "We will never sell it.", [], id="an unlisted language"),
        pytest.param(
            "CLAIM-retention", "en", "Data is retained indefinitely.", ["retained indefinitely"], id="kept indefinitely"
        ),
        pytest.param("CLAIM-retention", "en", "We do not keep it forever.", [], id="not kept forever"),
        pytest.param("CLAIM-retention", "en", "We keep it. We delete it permanently.", [], id="deleted permanently"),
        pytest.param(
            "CLAIM-retention", "zh", "永久保存账户信息。", ["永久保存账户信息"], id="kept permanently, in Chinese"
        ),
        pytest.param("CLAIM-retention", "zh", "我们不会永久保存。", [], id="not kept permanently, in Chinese"),
        pytest.param(
            "CLAIM-watch",
            "en",
            "Please check this page regularly.",
            ["check this page regularly"],
            id="check this page",
        ),
        pytest.param("CLAIM-watch", "en", "We check our systems regularly.", [], id="checking something else"),
        pytest.param("CLAIM-watch", "de", "Bitte lesen Sie diese Seite.", [], id="reading without watching"),
        pytest.param("CLAIM-watch", "zh", "请不时查看本页面。", ["不时查看本页面"], id="watch it, in Chinese"),
        pytest.param(
            "CLAIM-binding",
            "en",
            "Changes are effective immediately upon posting.",
            ["effective immediately upon posting"],
            id="binding upon posting",
        ),
        pytest.param("CLAIM-binding", "en", "Changes apply 30 days after we post them.", [], id="binding after notice"),
        pytest.param(
            "CLAIM-binding", "zh", "本政策一经发布即生效。", ["一经发布即生效"], id="binding at once, in Chinese"
        ),
    ],
)
def test_claims_yield_questions_with_their_line(rule: str, language: str, words: str, expected: list[str]) -> None:
    book = one_text(body(words), language, extra="notice_days: {material: 30}\n")

    findings = of_rule(book.check(NOW), rule)

    assert [finding.evidence for finding in findings] == expected
    assert {finding.severity for finding in findings} <= {Severity.QUESTION}


def test_binding_on_publication_is_accepted_if_the_book_requires_no_notice() -> None:
    assert "CLAIM-binding" not in rules(one_text(body("Changes are effective upon posting.")).check(NOW))
