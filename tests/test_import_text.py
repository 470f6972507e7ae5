"""The import of a plain text: Markdown with the same words, and remarks on possible damage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from inforce.book.importers.plain_text import WordsChangedError, convert, refuse_other_words, words, words_as_read
from inforce.book.importers.plain_text.draft import ImportedText, TextOptions, import_text
from inforce.book.importers.plain_text.list_markers import Style, marks_of
from inforce.book.importers.plain_text.unjoin import split_heading
from inforce.book.importers.source_file import decoded
from inforce.errors import InforceError
from inforce.language import Language
from inforce.markdown import BlockKind, ContainerKind, parse
from inforce.policy import Act, ChangeLevel, Kind

TEXTS = Path(__file__).parent / "fixtures" / "plain_texts"
FIXTURES = sorted(path.stem for path in TEXTS.glob("*.txt"))
NOW = instant("2027-01-20T12:00:00Z")


def source(name: str) -> str:
    return decoded((TEXTS / f"{name}.txt").read_bytes())[0]


def headings(markdown: str) -> list[str]:
    """Return the headings of a text, each indented by its level."""
    return [f"{'  ' * (clause.level - 1)}{clause.heading}" for clause in parse(markdown).clauses if clause.level]


def items(markdown: str) -> list[str]:
    """Return the items of all lists, each with its bullet or number."""
    levels: dict[int, str] = {}
    for block in parse(markdown).blocks:
        for container in block.path:
            if container.kind is ContainerKind.ITEM:
                mark = "•" if container.number is None else f"{container.number}."
                levels.setdefault(container.key, f"{mark} {block.text[:24]}")
    return list(levels.values())


def words_of_a_page(page: str) -> tuple[str, ...]:
    """Return the words of a page without tags, extracted independently of the import."""
    body = re.sub(r"(?s)<(head|script)\b.*?</\1>", " ", page)
    for entity, sign in {"&amp;": "&", "&ldquo;": "“", "&rdquo;": "”"}.items():
        body = body.replace(entity, sign)
    return words(re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize("name", FIXTURES)
def test_every_word_is_kept_in_order(name: str) -> None:
    text = source(name)

    read = words_as_read(convert(text).text)

    if name == "page_saved_as_text":  # a browser shows numbers that are not in the HTML
        assert [word for word in read if word not in "123"] == [w for w in words_of_a_page(text) if w not in "123"]
    else:
        assert read == words(text)


OUTLINES = {
    "glued_in_one_line": """
Lanternfish Privacy Policy
  1. Information We Collect
  2. How We Use Your Information
  3. How Long We Keep Your Information
  4. How We Protect Your Information
  5. Updates Of This Policy
  6. Contact Us
""",
    "bold_pseudo_headings": """
Terms of the Reading Room
  Who may come in
  What we ask of you
  When we close
""",
    "roman_and_letters": """
TERMS OF HIRE
  I. The Bicycle
    A. Condition
    B. Repairs
  II. The Deposit
  III. Liability
""",
    "chinese_numerals": """
灯鱼商店隐私政策
  一、我们收集的信息
  二、我们如何使用信息
  三、保存期限
  四、联系我们
""",
    "glued_chinese": """
灯鱼商店服务条款
  一、账户
  二、订单
  三、退货
  四、责任
  五、变更
  六、联系
""",
    "page_saved_as_text": """
Cookie Notice
  Which ones
  How to refuse them
""",
    "hard_wrapped_letter": """
Terms of the Mailing List
  What you may send
  What we keep
""",
    "pdf_with_hyphens": """
Rules for Guests
  1. Arrival
  2. Quiet
  3. Departure
""",
    "capital_headings": """
LOYALTY CARD CONDITIONS OF USE
  COLLECTING POINTS
  LOSING THE CARD
""",
    "tables_with_tabs": "\nFees\n",
    "bullets_of_all_kinds": "\nHouse Rules\n",
    "outline_numbers": """
Contract for Hosting
  1. Subject
  2. Price
  4. End
""",
    "mixed_line_ends": "\nNotice on Photographs\n",
    "no_headings_at_all": "\n",
    "signs_of_markdown": "\nTerms for *Stars* & _Stripes_\n",
    "windows_encoding": "\nDonnées personnelles\n",
}


@pytest.mark.parametrize("name", FIXTURES)
def test_title_and_headings_are_detected_with_their_levels(name: str) -> None:
    assert headings(convert(source(name)).text) == OUTLINES[name].strip("\n").splitlines()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "glued_in_one_line",
            [
                *(f"{number}." for number in (1, 2, 3, 4)),
                *(f"{n}." for n in range(1, 8)),
                *(f"{n}." for n in range(1, 7)),
            ],
            id="three numbered lists from one line",
        ),
        pytest.param("roman_and_letters", ["•"] * 6, id="letters and small Roman numbers"),
        pytest.param("chinese_numerals", ["•"] * 6, id="Chinese numbers"),
        pytest.param("glued_chinese", ["•"] * 3, id="Chinese numbers from one line"),
        pytest.param("page_saved_as_text", ["1.", "2.", "3.", "•", "•"], id="lists of a page"),
        pytest.param("hard_wrapped_letter", ["•"] * 3, id="stars, over several lines"),
        pytest.param("bullets_of_all_kinds", ["•"] * 9, id="bullets of all kinds, some from one line"),
        pytest.param("mixed_line_ends", ["1.", "2.", "3."], id="numbers before whole sentences"),
        pytest.param("outline_numbers", [], id="numbers of clauses are no list"),
        pytest.param("pdf_with_hyphens", [], id="numbers before headings are no list"),
    ],
)
def test_lists_are_detected_with_their_numbers(name: str, expected: list[str]) -> None:
    assert [item.split()[0] for item in items(convert(source(name)).text)] == expected


def test_list_restored_from_one_line_ends_after_the_first_sentence_of_its_last_item() -> None:
    paragraphs = [block.text for block in parse(convert(source("glued_in_one_line")).text).blocks if not block.path]

    assert any(text.startswith("If we ever want to use your data") for text in paragraphs)
    assert any(text.startswith("Partners who work on our behalf") for text in paragraphs)


def test_list_of_another_kind_starts_after_a_blank_line() -> None:
    assert "3. Delete what you do not want.\n\n- Nothing breaks.\n" in convert(source("page_saved_as_text")).text


def test_lines_with_tabs_become_a_table() -> None:
    blocks = parse(convert(source("tables_with_tabs")).text).blocks
    cells = [block.text for block in blocks if block.kind is BlockKind.CELL]

    assert cells[:6] == [
        "Plan",
        "Per month",
        "Included",
        "Small",
        "5 euros",
        "1 user | no help",
    ]
    assert len(cells) == 12


def test_short_lines_of_an_address_remain_separate() -> None:
    blocks = [block.text for block in parse(convert(source("hard_wrapped_letter")).text).blocks]

    assert "Radio Menders\n14 Coil Street\nAmpere Town" in blocks


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "glued_in_one_line",
            [
                (1, "Line breaks were missing and have been inferred. Check where headings and lists begin and end."),
                (26, "“7)Use” had no space after the number; a space was added."),
            ],
            id="a number joined to its word, and joined lines",
        ),
        pytest.param(
            "outline_numbers", [(19, "After “2.” comes “4.”. Is something missing?")], id="a gap in the numbers"
        ),
        pytest.param(
            "pdf_with_hyphens",
            [
                (3, "“Page 1 of 2” looks like a page number."),
                (7, "“after- noon.” was split at the end of a line. Is it one word?"),
                (8, "“be- fore,” was split at the end of a line. Is it one word?"),
                (14, "“well- known” was split at the end of a line. Is it one word?"),
                (17, "“Page 2 of 2” looks like a page number."),
            ],
            id="hyphenated words, and page numbers",
        ),
        pytest.param(
            "page_saved_as_text",
            [(21, "“Write to us” was a link. To keep the link, write “[Write to us](https://shop.example/contact)”.")],
            id="the address behind a link",
        ),
        pytest.param("bold_pseudo_headings", [], id="no damage"),
    ],
)
def test_damage_visible_only_in_the_source_is_reported_with_its_line(
    name: str, expected: list[tuple[int, str]]
) -> None:
    assert [(suspicion.line, suspicion.sentence) for suspicion in convert(source(name)).damage] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Information We Collect When you order", ("Information We Collect", "When you order"), id="capitals"
        ),
        pytest.param("Use of the Data We use it", ("Use of the Data", "We use it"), id="small words in a title"),
        pytest.param("How we use it We use it well", ("How we use it", "We use it well"), id="small words"),
        pytest.param("How long? Two years.", ("How long?", "Two years."), id="a question"),
        pytest.param("保存期限 我们保存两年。", ("保存期限", "我们保存两年。"), id="Chinese, parted by a blank"),
        pytest.param("The user must pay.", None, id="a sentence has no heading"),
        pytest.param("我们保存两年。", None, id="a Chinese sentence has none"),
    ],
)
def test_heading_is_separated_from_the_joined_sentence(text: str, expected: tuple[str, str] | None) -> None:
    assert split_heading(text) == expected


@pytest.mark.parametrize(
    ("line", "style", "number"),
    [
        ("• towel", Style.BULLET, 0),
        ("- towel", Style.BULLET, 0),
        ("12. Towels", Style.DOT, 12),
        ("7)Use", Style.PAREN, 7),
        ("(3) three", Style.PARENS, 3),
        ("1.2.3 depth", Style.OUTLINE, 3),
        ("XIV. Towels", Style.ROMAN, 14),
        ("B. Towels", Style.LETTER, 2),
        ("c) towels", Style.LETTER_PAREN, 3),
        ("iv) towels", Style.SMALL_ROMAN_PAREN, 4),
        ("Article 12 Towels", Style.ARTICLE, 12),
        ("§ 5 Haftung", Style.ARTICLE, 5),
        ("二十一、毛巾", Style.CHINESE, 21),
        ("（十）毛巾", Style.CHINESE_PARENS, 10),
        ("第三条 毛巾", Style.CHINESE_ARTICLE, 3),
        ("3、毛巾", Style.COMMA, 3),
    ],
)
def test_markers_of_many_styles_are_recognised(line: str, style: Style, number: int) -> None:
    assert (marks_of(line)[0].style, marks_of(line)[0].number) == (style, number)


@pytest.mark.parametrize("line", ["99.5 % of the time", "-5 degrees", "2027-03-01", "e.g. towels", "1986", "A towel"])
def test_text_that_only_resembles_a_marker_is_no_list_item(line: str) -> None:
    assert marks_of(line) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("as said in (1) and (2) above, " * 20, [], id="references in running text are no list"),
        pytest.param("We met in 1. FC Town. " * 20, [], id="a single number splits nothing"),
        pytest.param("We need: 1) a pen 2) ink 4) time", ["1.", "2.", "•"], id="a list with a gap keeps its numbers"),
        pytest.param("We need:\n1. a pen\n1. ink", ["1.", "•"], id="a number twice"),
        pytest.param("We need:\n3. a pen\n4. ink", ["3.", "4."], id="a list that begins later"),
        pytest.param("We need:\n01. a pen\n02. ink", ["•", "•"], id="numbers with leading zeros"),
    ],
)
def test_list_numbers_are_unchanged(text: str, expected: list[str]) -> None:
    converted = convert(f"Needs\n\n{text}\n").text

    assert [item.split()[0] for item in items(converted)] == expected
    assert words_as_read(converted) == words(f"Needs {text}")


@pytest.mark.parametrize(
    ("plain", "markdown"),
    [
        pytest.param("We keep it.", "We kept it.\n", id="another word"),
        pytest.param("We keep it.", "We it keep.\n", id="another order"),
        pytest.param("1. a 2. b 4. c", "1. a\n2. b\n4. c\n", id="a number that a list would renumber"),
        pytest.param("[1]: a note", "[1]: a\n", id="words that Markdown hides"),
        pytest.param("3.50", "350\n", id="joined numbers"),
        pytest.param("5 %", "5\n", id="a lost character"),
    ],
)
def test_changed_words_are_detected(plain: str, markdown: str) -> None:
    with pytest.raises(WordsChangedError, match="would change words"):
        refuse_other_words(plain, markdown)


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    return BookBuilder(tmp_path / "book", languages="en, de")


def imported(book: BookBuilder, name: str, policy: str = "privacy", **options: Any) -> ImportedText:
    return import_text(book.root, TEXTS / f"{name}.txt", policy, now=NOW, options=TextOptions(**options))


def contents(root: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_text_becomes_the_draft_of_a_new_policy(book: BookBuilder) -> None:
    result = imported(book, "glued_in_one_line")

    policy = book.read().require().policy("privacy")
    (version,) = policy.versions
    assert result.folder == book.root / "policy_versions/privacy/2027-01-20"
    assert (policy.title(Language("en")), policy.kind, policy.act) == (
        "Lanternfish Privacy Policy",
        Kind.PRIVACY,
        Act.ACKNOWLEDGE,
    )
    assert version.draft
    assert version.change is ChangeLevel.MATERIAL
    assert version.published_at == version.effective_at == instant("2027-01-20")
    assert version.editions[0].text == convert(source("glued_in_one_line")).text


def test_damaged_words_are_reported_with_their_place_and_a_suggestion(book: BookBuilder) -> None:
    remarks = [str(remark) for remark in imported(book, "glued_in_one_line").remarks]

    path = "policy_versions/privacy/2027-01-20/en.md"
    assert remarks[0].startswith(f"{path}:1: Line breaks were missing")
    assert any(
        remark.startswith(f"{path}:9: “informationļ¼Œemail”") and "information，email" in remark for remark in remarks
    )
    assert any(remark.startswith(f"{path}:53: “[email protected]”") for remark in remarks)
    assert any(remark.startswith(f"{path}:26: “7)Use”") for remark in remarks)


def test_options_override_inferred_values(book: BookBuilder) -> None:
    imported(
        book,
        "no_headings_at_all",
        effective="2027-03-01",
        published="2027-02-01",
        label="4",
        change=ChangeLevel.NOTICE,
        language=Language("de"),
        kind=Kind.OTHER,
        act=Act.NONE,
        title="Verleih",
    )

    policy = book.read().require().policy("privacy")
    version = policy.versions[0]
    assert (policy.kind, policy.act, policy.binding_language) == (Kind.OTHER, Act.NONE, Language("de"))
    assert (version.label.text, version.change) == ("4", ChangeLevel.NOTICE)
    assert (version.published_at, version.effective_at) == (instant("2027-02-01"), instant("2027-03-01"))
    assert version.editions[0].text.startswith("# Verleih\n\nWe lend tools")


def test_text_without_a_title_gets_one_with_a_remark(book: BookBuilder) -> None:
    result = imported(book, "no_headings_at_all", policy="tool-shed")

    assert (result.folder / "en.md").read_text().startswith("# Tool shed\n\nWe lend tools")
    assert [remark.sentence for remark in result.remarks] == ["The text has no title; one was added."]


def test_text_in_another_encoding_is_decoded_and_reported(book: BookBuilder) -> None:
    result = imported(book, "windows_encoding")

    assert "Le café coûte 3 €." in (result.folder / "en.md").read_text()
    assert "read as windows-1252" in result.remarks[0].sentence


def test_text_for_an_existing_policy_has_an_empty_summary(book: BookBuilder) -> None:
    book.policy("privacy").version("2027-01-20", en="# Privacy\n")
    before = contents(book.root)

    result = imported(book, "pdf_with_hyphens")

    assert result.label.text == "2027-01-20.1"
    text = (result.folder / "en.md").read_text()
    assert "#summary:" in text
    lines = text.splitlines()
    places = {remark.place.line or 0: remark.sentence for remark in result.remarks}
    assert all("Page" in lines[line - 1] for line, sentence in places.items() if "page number" in sentence)
    assert contents(book.root).items() >= before.items()


@pytest.mark.parametrize(
    ("data", "words_given", "message"),
    [
        pytest.param(b" \r\n\t\n", {}, "contains no words", id="a file without words"),
        pytest.param(b"\xef\xbb\xbf", {}, "contains no words", id="only a byte order mark"),
        pytest.param(b"---\n***\n", {}, "contains no words", id="only layout characters"),
        pytest.param(b"word " * 210_000, {}, "more than 1,048,576 bytes", id="a file larger than the limit"),
        pytest.param(None, {}, "does not exist", id="a missing file"),
        pytest.param(b"We keep it.", {"policy": "Privacy"}, "expected a policy id", id="an invalid policy id"),
        pytest.param(b"We keep it.", {"language": Language("fr")}, "add it to “languages”", id="an unlisted language"),
        pytest.param(b"We keep it.", {"effective": "soon"}, "effective: expected a date", id="no date"),
        pytest.param(b"We keep it.", {"effective": "2027-01-01"}, "is before “published”", id="a date in the past"),
        pytest.param(
            b"We keep it.", {"policy": "terms"}, "expected a label after “2027-02-01”", id="not after the newest"
        ),
    ],
)
def test_invalid_import_is_rejected_and_nothing_is_written(
    book: BookBuilder, tmp_path: Path, data: bytes | None, words_given: Mapping[str, Any], message: str
) -> None:
    book.policy("terms").version("2027-02-01")
    file = tmp_path / "text.txt"
    if data is not None:
        file.write_bytes(data)
    options = {name: value for name, value in words_given.items() if name != "policy"}
    before = contents(book.root)

    with pytest.raises(InforceError) as refused:
        import_text(book.root, file, words_given.get("policy", "privacy"), now=NOW, options=TextOptions(**options))

    assert message in str(refused.value)
    assert refused.value.exit_code == 2
    assert contents(book.root) == before


@pytest.mark.parametrize(
    ("page", "markdown"),
    [
        pytest.param("<![](![](![ x</p><p>word</p>", "# P\n\nword\n", id="an unterminated section"),
        pytest.param(
            "<p>a</p><![CDATA[ hi ]]><p>b</p>", "# P\n\na\n\nb\n", id="a section that browsers treat as a comment"
        ),
    ],
)
def test_marked_sections_of_a_saved_page_are_skipped_as_in_browsers(page: str, markdown: str) -> None:
    assert convert(f"<html><body><h1>P</h1>{page}</body></html>").text == markdown
