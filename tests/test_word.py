"""Redlines as Word documents: native revisions from which both texts can be restored."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import docx
import pytest
from docx.document import Document
from hypothesis import given, settings

from inforce.book.read import read_book
from inforce.language import Language
from inforce.markdown import plain_text
from inforce.redline import redline
from inforce.word import to_docx
from memos import forget
from property.test_redline_laws import pairs
from word_reader import R, W, accepted, part, rejected

BOOK = Path(__file__).parent.parent
PUBLISHED = datetime(2027, 1, 20, tzinfo=UTC)
SENTENCE = "We delete the account data of a closed account after twenty-four months at the latest."

SHARED = ("word/styles.xml", "word/settings.xml", "word/theme/theme1.xml", "_rels/.rels", "[Content_Types].xml")
STAYS = f"Orders and their payment are kept for as long as tax law asks.\n\n{'Nothing else is kept at all. ' * 5}"


def document(old: str, new: str, *, author: str = "Example Shop", language: str = "en") -> bytes:
    return to_docx(redline(old, new), title="Privacy", author=author, date=PUBLISHED, language=Language(language))


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def characters(paragraphs: list[str]) -> str:
    return "".join("".join(paragraphs).split())


def in_xml(text: str) -> str:
    """Return `text` without characters that XML cannot contain, and with carriage returns as line breaks."""
    legal = (one if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff") else "\ufffd" for one in text)
    return "".join(legal).replace("\r\n", "\n").replace("\r", "\n")


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


BOTH_WAYS = [
    pytest.param("one two", "one three two", id="an added word"),
    pytest.param("one two three", "one three", id="a deleted word"),
    pytest.param(f"A.\n\n{SENTENCE}\n\nB.", "A.\n\nB.", id="a deleted paragraph"),
    pytest.param("A.\n\nB.", f"A.\n\nB.\n\n{SENTENCE}", id="an added paragraph at the end"),
    pytest.param(f"{SENTENCE} And more of it.", f"{SENTENCE}\n\nAnd more of it.", id="a split paragraph"),
    pytest.param(f"{SENTENCE}\n\nAnd more of it.", f"{SENTENCE} And more of it.", id="paragraphs are joined"),
    pytest.param(f"{SENTENCE}\n\nA.\n\nB.\n\nC.", f"A.\n\nB.\n\nC.\n\n{SENTENCE}", id="a moved paragraph"),
    pytest.param("- one\n- two", "- one\n- and\n- two", id="an added item"),
    pytest.param("- one\n- two", "1. one\n2. two", id="a list becomes numbered"),
    pytest.param("# One\n\nText", "## One\n\nText", id="a heading is lowered"),
    pytest.param("one  \ntwo", "one  \nthree", id="a changed line within a paragraph"),
    pytest.param("```\na\tb\n  c\n```", "```\na\tb\n  d\n```", id="changed code"),
    pytest.param("", "# All\n\nnew", id="everything is added"),
    pytest.param("# All\n\nold", "", id="everything is deleted"),
]


@pytest.mark.parametrize(("old", "new"), BOTH_WAYS)
def test_accepting_yields_the_new_and_rejecting_the_old_paragraphs(old: str, new: str) -> None:
    content = document(old, new)

    assert lines("\n".join(accepted(content))) == lines(plain_text(new))
    assert lines("\n".join(rejected(content))) == lines(plain_text(old))


TABLE = "| data | kept |\n|---|---|\n| name | 24 months |\n| address | 12 months |\n"
TABLES = [
    pytest.param(TABLE, TABLE + "| orders | 10 years |\n", id="an added row"),
    pytest.param(TABLE, "| data | kept |\n|---|---|\n| name | 24 months |\n", id="a deleted row"),
    pytest.param(TABLE, TABLE.replace("24", "36"), id="a changed cell"),
    pytest.param(
        TABLE,
        "| data | why | kept |\n|---|---|---|\n| name | contract | 24 months |\n| address | parcels | 12 months |\n",
        id="an added column",
    ),
    pytest.param(
        TABLE,
        "| data | why | kept |\n|---|---|---|\n| name | contract | 9 months |\n| orders | taxes | 10 years |\n",
        id="a column and a row added, and a row deleted",
    ),
    pytest.param(f"A.\n\n{TABLE}\n{SENTENCE}", f"{SENTENCE}\n\nA.\n\n{TABLE}", id="a table at the end"),
    pytest.param(TABLE, "No table now.", id="the table is deleted"),
    pytest.param("No table yet.", TABLE, id="an added table"),
]


@pytest.mark.parametrize(("old", "new"), TABLES)
def test_table_keeps_all_words(old: str, new: str) -> None:
    content = document(old, new)

    assert characters(accepted(content)) == characters([plain_text(new)])
    assert characters(rejected(content)) == characters([plain_text(old)])


@given(pairs)
def test_every_redline_restores_both_texts(pair: tuple[str, str]) -> None:
    content = document(*pair)

    assert characters(accepted(content)) == characters([in_xml(plain_text(pair[1]))])
    assert characters(rejected(content)) == characters([in_xml(plain_text(pair[0]))])


@given(pairs)
def test_every_redline_has_links_outside_revisions_complete_moves_and_unique_numbers(
    pair: tuple[str, str],
) -> None:
    content = document(*pair)

    body = part(content, "word/document.xml")
    revisions = [one for kind in ("ins", "del", "moveFrom", "moveTo") for one in body.iter(f"{W}{kind}")]
    left, came = ([one.get(f"{W}name") for one in body.iter(f"{W}{kind}RangeStart")] for kind in ("moveFrom", "moveTo"))
    numbers = [one.get(f"{W}id") for one in body.iter() if f"{W}id" in one.attrib and not one.tag.endswith("End")]
    assert [revision for revision in revisions if revision.find(f".//{W}hyperlink") is not None] == []
    assert sorted(map(str, left)) == sorted(map(str, came))
    assert len(left) == len(set(left))
    assert len(numbers) == len(set(numbers))


def sample_pairs() -> list[object]:
    catalog = read_book(BOOK).require()
    return [
        pytest.param(before.text, after.text, str(language), id=f"{policy.id} {old.label} to {new.label} in {language}")
        for policy in catalog
        for old, new in combinations(policy.versions, 2)
        for language in new.languages
        if (before := old.edition(language)) and (after := new.edition(language))
    ]


@pytest.mark.parametrize(("old", "new", "language"), sample_pairs())
def test_sample_book_restores_both_texts(old: str, new: str, language: str) -> None:
    content = document(old, new, language=language)

    assert lines("\n".join(accepted(content))) == lines(plain_text(new))
    assert lines("\n".join(rejected(content))) == lines(plain_text(old))


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def test_every_revision_has_author_and_date() -> None:
    body = part(document("one two", "one three", author="Shop & <Sons>"), "word/document.xml")

    revisions = [one for one in body.iter() if one.tag in (f"{W}ins", f"{W}del")]
    assert len(revisions) == 2
    assert {revision.get(f"{W}author") for revision in revisions} == {"Shop & <Sons>"}
    assert {revision.get(f"{W}date") for revision in revisions} == {"2027-01-20T00:00:00Z"}


def test_file_has_title_author_and_date() -> None:
    properties = opened(document("one", "two")).core_properties

    assert (properties.title, properties.author, properties.last_modified_by) == ("Privacy", *["Example Shop"] * 2)
    assert properties.created == properties.modified == PUBLISHED
    assert properties.comments == ""


def test_same_redline_produces_the_same_bytes() -> None:
    assert document(SENTENCE, f"{SENTENCE} More.") == document(SENTENCE, f"{SENTENCE} More.")


# Each example compares two documents, so half of the usual number of examples makes as many comparisons.
@settings(max_examples=50)
@given(pairs, pairs)
def test_earlier_documents_do_not_affect_the_bytes(pair: tuple[str, str], other: tuple[str, str]) -> None:
    def other_document() -> bytes:
        return document(*other, author="Another author", language="ar")

    assert forget("inforce.word")
    first, second = document(*pair), other_document()
    forget("inforce.word")

    assert other_document() == second
    assert document(*pair) == first


def test_documents_in_two_languages_differ_only_in_language() -> None:
    english, arabic = (
        {name: members(document("one", "one", language=tag))[name] for name in SHARED} for tag in ("en", "ar")
    )

    assert english["word/styles.xml"].replace(b'"en"', b'"ar"') == arabic["word/styles.xml"]
    assert [name for name in SHARED if english[name] != arabic[name]] == ["word/styles.xml"]


def test_every_archive_member_is_unique_and_intact() -> None:
    with zipfile.ZipFile(io.BytesIO(document("one", "two"))) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        assert archive.testzip() is None


def test_archive_members_have_a_fixed_date() -> None:
    with zipfile.ZipFile(io.BytesIO(document("one", "two"))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_moved_paragraph_is_a_move_and_not_a_deletion() -> None:
    body = part(document(f"{SENTENCE}\n\n{STAYS}", f"{STAYS}\n\n{SENTENCE}"), "word/document.xml")

    tags = [one.tag.removeprefix(W) for one in body.iter()]
    assert tags.count("moveFromRangeStart") == tags.count("moveToRangeEnd") == 1
    assert "ins" not in tags
    assert "del" not in tags


def test_changed_link_target_is_deletion_and_insertion() -> None:
    content = document("See [our rights](https://a.example/).", "See [our rights](https://b.example/).")

    links = list(part(content, "word/document.xml").iter(f"{W}hyperlink"))
    targets = {name: found.target_ref for name, found in opened(content).part.rels.items()}
    assert [targets[str(link.get(f"{R}id"))] for link in links] == ["https://a.example/", "https://b.example/"]
    assert [link[0].tag for link in links] == [f"{W}del", f"{W}ins"]


def test_link_to_heading_targets_its_bookmark() -> None:
    text = "# Rights {#your-rights}\n\nSee [above](#your-rights)."

    body = part(document(text, f"{text}\n\nMore."), "word/document.xml")

    (link,) = body.iter(f"{W}hyperlink")
    assert [one.get(f"{W}name") for one in body.iter(f"{W}bookmarkStart")] == [link.get(f"{W}anchor")]


def test_unsafe_address_is_plain_text() -> None:
    body = part(document("See [it](ftp://a.example).", "See [it](ftp://a.example) now."), "word/document.xml")

    assert list(body.iter(f"{W}hyperlink")) == []


def test_changed_emphasis_is_a_tracked_format() -> None:
    body = part(document("We **never** sell it.", "We never sell it."), "word/document.xml")

    (change,) = body.iter(f"{W}rPrChange")
    assert change.find(f"{W}rPr/{W}b") is not None


def test_changed_heading_level_is_a_tracked_style() -> None:
    body = part(document("# One\n\nText", "## One\n\nText"), "word/document.xml")

    (change,) = body.iter(f"{W}pPrChange")
    styles = [one.get(f"{W}val") for one in body.iter(f"{W}pStyle")]
    assert styles == ["Heading2", "Heading1"]
    assert change.find(f"{W}pPr/{W}pStyle") is not None


def test_rows_and_columns_are_tracked_as_such() -> None:
    new = "| data | why | kept |\n|---|---|---|\n| name | contract | 24 months |\n| address | parcels | 12 months |\n"

    columns = part(document(TABLE, new), "word/document.xml")
    rows = part(document(TABLE, TABLE + "| orders | 10 years |\n"), "word/document.xml")

    assert len(list(columns.iter(f"{W}cellIns"))) == 3
    assert len(rows.findall(f".//{W}trPr/{W}ins")) == 1


def test_word_generates_list_numbers_from_the_start_of_the_list() -> None:
    content = document("7. one\n8. two", "7. one\n8. two\n9. three")

    numbering = part(content, "word/numbering.xml")
    assert [one.get(f"{W}val") for one in numbering.iter(f"{W}startOverride")] == ["7"]
    assert len(list(part(content, "word/document.xml").iter(f"{W}numPr"))) == 3
    assert accepted(content) == ["one", "two", "three"]


def test_second_paragraph_of_an_item_has_no_number() -> None:
    text = "1. one\n\n   more of one\n\n2. two"

    assert len(list(part(document(text, f"{text}!"), "word/document.xml").iter(f"{W}numPr"))) == 2


def test_right_to_left_text_has_right_to_left_direction() -> None:
    body = part(document("نحتفظ بالبيانات", "نحتفظ بالبيانات سنة", language="ar"), "word/document.xml")

    assert body.find(f".//{W}pPr/{W}bidi") is not None
    assert body.find(f".//{W}rPr/{W}rtl") is not None


def test_spaces_and_quotes_are_unchanged() -> None:
    assert accepted(document('a "b"', 'a "b" -- c\u00a0d ...')) == ['a "b" -- c\u00a0d ...']


def test_paragraphs_use_word_styles() -> None:
    text = "# One\n\n> Two\n\n```\nthree\n```\n\nFour"

    found = opened(document(text, f"{text}."))

    names = [paragraph.style.name for paragraph in found.paragraphs if paragraph.style]
    assert names == ["Heading 1", "Quote", "Code", "Normal"]
