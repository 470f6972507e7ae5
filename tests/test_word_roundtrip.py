"""A text is exported to Word, edited there, and imported as equivalent Markdown, or rejected."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import docx
import pytest

from inforce.language import Language
from inforce.text import Digest
from inforce.word.roundtrip import (
    DocumentOrigin,
    NoManuscriptError,
    Returned,
    UnreadableWordError,
    parse_manuscript,
    take_back,
    to_manuscript,
)
from word_reader import W, accepted, part, rejected

TEXT = """\
# Privacy Policy

We *never* sell your data, see [our **promise**][promise] and
<https://shop.example/faq>.

## How long we keep it {#retention}

We keep account data for 12 months. Then we delete it.

1. Orders: ten years.
2. Letters: six years.
   - Complaints
   - Praise
3. Nothing else.

| Data | Kept |
| :--- | ---: |
| name | 24 months |
| mail | 12 months |

> A quoted line.

```
code  stays
```

[promise]: https://shop.example/promise
"""
WHO = 'w:author="Lawyer" w:date="2027-01-02T03:04:05Z"'
DAY = datetime(2027, 1, 20, tzinfo=UTC)
DOCUMENT = "word/document.xml"


def sent(text: str = TEXT) -> bytes:
    origin = DocumentOrigin(policy="privacy", version="2027-03-01", language=Language("en"), digest=Digest.of(text))
    return to_manuscript(text, origin, title="Privacy", author="Example Shop", date=DAY)


def with_parts(content: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """Return `content` with `parts` inserted; None removes a part."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            data = parts.get(name, old.read(name) if name in old.namelist() else b"")
            if data is not None:
                new.writestr(name, data)
    return target.getvalue()


def run(words: str, look: str = "", tag: str = "w:t") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><{tag} xml:space="preserve">{words}</{tag}></w:r>'


def came(words: str, look: str = "") -> str:
    return f'<w:ins w:id="901" {WHO}>{run(words, look)}</w:ins>'


def went(words: str, look: str = "") -> str:
    return f'<w:del w:id="902" {WHO}>{run(words, look, "w:delText")}</w:del>'


def edited(words: str, instead: str, text: str = TEXT, look: str = "") -> bytes:
    """Return the document of `text` with `words` replaced by the XML `instead`; their run has the format `look`."""
    content = sent(text)
    body = part_text(content)
    assert body.count(words) == 1, words
    broken = f'</w:t></w:r>{instead}<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">'
    return with_parts(content, {DOCUMENT: body.replace(words, broken).encode()})


def part_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(DOCUMENT).decode()


def replaced(content: bytes, *pairs: tuple[str, str]) -> bytes:
    body = part_text(content)
    for old, new in pairs:
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    return with_parts(content, {DOCUMENT: body.encode()})


def back(content: bytes, text: str = TEXT) -> Returned:
    return take_back(text, parse_manuscript(content).story)


def changed(content: bytes, text: str = TEXT) -> list[str]:
    """Return the lines that differ after the import of `content`, each with - or +."""
    returned = back(content, text)
    assert returned.objections == ()
    assert returned.untracked == ()
    assert returned.text is not None
    old, new = text.splitlines(), returned.text.splitlines()
    return [f"-{line}" for line in old if line not in new] + [f"+{line}" for line in new if line not in old]


def test_document_has_track_changes_on_and_its_origin() -> None:
    content = sent()

    assert part(content, "word/settings.xml").find(f"{W}trackRevisions") is not None
    assert parse_manuscript(content).origin == DocumentOrigin(
        policy="privacy", version="2027-03-01", language=Language("en"), digest=Digest.of(TEXT)
    )
    assert content == sent()


def test_document_uses_word_styles_numbers_tables_and_links() -> None:
    opened = docx.Document(io.BytesIO(sent()))

    styles = [paragraph.style.name for paragraph in opened.paragraphs if paragraph.style]
    assert styles[:4] == ["Heading 1", "Normal", "Heading 2", "Normal"]
    assert {"Quote", "Code"} <= set(styles)
    assert len(part(sent(), DOCUMENT).findall(f".//{W}numPr")) == 5
    assert [cell.text for cell in opened.tables[0].rows[1].cells] == ["name", "24 months"]
    assert len(part(sent(), DOCUMENT).findall(f".//{W}hyperlink")) == 2
    assert accepted(sent()) == rejected(sent())


def test_unedited_document_returns_the_same_bytes() -> None:
    assert back(sent()).text == TEXT


def test_source_not_shown_in_the_document_is_kept() -> None:
    text = "# A\n\n>\n\nWe keep it.\n\n[a]: /b\n\n\u00a0\n\nEnd.\n"

    assert back(sent(text), text).text == text
    assert changed(edited("keep", went("keep") + came("hold"), text), text) == ["-We keep it.", "+We hold it."]


EDITS = [
    pytest.param(
        edited("12 months. Then", went("12") + came("24") + run(" months. Then")),
        [
            "-We keep account data for 12 months. Then we delete it.",
            "+We keep account data for 24 months. Then we delete it.",
        ],
        id="a changed word",
    ),
    pytest.param(
        edited("never", went("never", "<w:i/>") + came("do not", "<w:i/>"), look="<w:i/>"),
        [
            "-We *never* sell your data, see [our **promise**][promise] and",
            "+We *do not* sell your data, see [our **promise**][promise] and",
        ],
        id="a changed word within marks, which are kept",
    ),
    pytest.param(
        edited("never", went("never", "<w:i/>"), look="<w:i/>"),
        [
            "-We *never* sell your data, see [our **promise**][promise] and",
            "+We  sell your data, see [our **promise**][promise] and",
        ],
        id="all words within marks deleted, and the marks with them",
    ),
    pytest.param(
        edited(
            " Then we",
            came(" <b> & *so* my_form [1] 3_4 &amp;amp;".replace("<", "&lt;").replace("& ", "&amp; "))
            + run(" Then we"),
        ),
        [
            "-We keep account data for 12 months. Then we delete it.",
            "+We keep account data for 12 months. \\<b> & \\*so\\* my_form [1] 3_4 \\&amp; Then we delete it.",
        ],
        id="special characters are escaped",
    ),
    pytest.param(
        edited(" Then we", came(" Always", "<w:b/>") + came(" and ever.") + run(" Then we")),
        [
            "-We keep account data for 12 months. Then we delete it.",
            "+We keep account data for 12 months. **Always** and ever. Then we delete it.",
        ],
        id="added bold words",
    ),
    pytest.param(
        edited("How long we keep it", went("How") + came("For how") + run(" long we keep it")),
        ["-## How long we keep it {#retention}", "+## For how long we keep it {#retention}"],
        id="a changed heading keeps its id",
    ),
    pytest.param(
        edited("24 months", went("24") + came("36 | 48") + run(" months")),
        ["-| name | 24 months |", "+| name | 36 \\| 48 months |"],
        id="a changed cell",
    ),
    pytest.param(
        edited("A quoted line.", run("A quoted") + came(" short") + run(" line.")),
        ["-> A quoted line.", "+> A quoted short line."],
        id="a changed quote",
    ),
    pytest.param(
        edited("Complaints", run("Complaints") + came(" of all kinds")),
        ["-   - Complaints", "+   - Complaints of all kinds"],
        id="a changed nested item",
    ),
    pytest.param(
        edited("code  stays", run("code  ") + went("stays") + came("goes")),
        ["-code  stays", "+code  goes"],
        id="changed code",
    ),
]


@pytest.mark.parametrize(("content", "lines"), EDITS)
def test_only_the_edited_line_differs(content: bytes, lines: list[str]) -> None:
    assert changed(content) == lines


def mark(tag: str) -> str:
    return f'<w:rPr><w:{tag} w:id="903" {WHO}/></w:rPr>'


def paragraph_of(words: str) -> str:
    """Return the complete paragraph of the sample document that contains `words`."""
    body = part_text(sent())
    at = body.index(words)
    start = body.rindex("<w:p>", 0, at)
    return body[start : body.index("</w:p>", at) + len("</w:p>")]


def as_item(words: str, model: str, tag: str) -> str:
    """Return a paragraph, inserted or deleted as a whole, with the format of the one with `model`."""
    properties = paragraph_of(model).partition("<w:pPr>")[2].partition("</w:pPr>")[0]
    content = came(words) if tag == "ins" else went(words)
    return f"<w:p><w:pPr>{properties}{mark(tag)}</w:pPr>{content}</w:p>"


def test_split_paragraph_becomes_two() -> None:
    whole = paragraph_of("12 months. Then")
    halves = (
        f"<w:p><w:pPr>{mark('ins')}</w:pPr>{run('We keep account data for 12 months.')}</w:p>"
        f"<w:p>{went(' ')}{run('Then we delete it.')}</w:p>"
    )

    content = replaced(sent(), (whole, halves))

    assert changed(content) == [
        "-We keep account data for 12 months. Then we delete it.",
        "+We keep account data for 12 months.",
        "+Then we delete it.",
    ]


def test_inserted_item_renumbers_later_items() -> None:
    letters = paragraph_of("Letters: six")

    content = replaced(sent(), (letters, as_item("Invoices: eight years.", "Letters: six", "ins") + letters))

    assert changed(content) == [
        "-2. Letters: six years.",
        "-3. Nothing else.",
        "+2. Invoices: eight years.",
        "+3. Letters: six years.",
        "+4. Nothing else.",
    ]


def test_deleted_item_renumbers_later_items() -> None:
    orders = paragraph_of("Orders: ten")

    content = replaced(sent(), (orders, as_item("Orders: ten years.", "Orders: ten", "del")))

    assert changed(content) == [
        "-1. Orders: ten years.",
        "-2. Letters: six years.",
        "-3. Nothing else.",
        "+1. Letters: six years.",
        "+2. Nothing else.",
    ]


def test_moved_paragraph_keeps_its_source() -> None:
    promise, quote = paragraph_of("never"), paragraph_of("A quoted line.")
    runs = promise.partition("</w:pPr>")[2] if "</w:pPr>" in promise else promise.partition("<w:pPr/>")[2]
    runs = runs.removesuffix("</w:p>")
    inner = runs[runs.rindex("<w:bookmarkEnd") :].partition("/>")[2]
    tracked = inner.replace("<w:r>", f'<w:moveTo w:id="907" {WHO}><w:r>').replace("</w:r>", "</w:r></w:moveTo>")
    arrived = f"<w:p><w:pPr>{mark('moveTo')}</w:pPr>{tracked}</w:p>"
    left = arrived.replace("moveTo", "moveFrom")

    returned = back(replaced(sent(), (promise, left), (quote, arrived + quote)))

    moved = "We *never* sell your data, see [our **promise**][promise] and\n<https://shop.example/faq>.\n"
    assert returned.text == TEXT.replace(f"{moved}\n", "").replace("> A quoted", f"{moved}\n> A quoted")


def test_inserted_row_is_imported() -> None:
    row = (
        f'<w:tr><w:trPr><w:ins w:id="904" {WHO}/></w:trPr>'
        f"<w:tc><w:p>{came('phone')}</w:p></w:tc><w:tc><w:p>{came('1 month')}</w:p></w:tc></w:tr></w:tbl>"
    )

    assert changed(replaced(sent(), ("</w:tbl>", row))) == ["+| phone | 1 month |"]


def test_deleted_column_is_removed_from_every_row() -> None:
    body = part_text(sent())
    table = body[body.index("<w:tbl>") : body.index("</w:tbl>")]
    gone = table
    for words in ("Kept", "24 months", "12 months"):
        at = gone.index(f">{words}<")
        start = gone.rindex("<w:tcPr>", 0, at)
        gone = gone[:start] + f'<w:tcPr><w:cellDel w:id="905" {WHO}/>' + gone[start + len("<w:tcPr>") :]

    returned = back(replaced(sent(), (table, gone)))

    assert "| Data |\n| :-- |\n| name |\n| mail |\n" in str(returned.text)


def test_lowered_heading_is_one_level_deeper() -> None:
    was = f'<w:pPrChange w:id="906" {WHO}><w:pPr><w:pStyle w:val="Heading2"/></w:pPr></w:pPrChange>'
    heading = paragraph_of("How long we keep it")
    sunk = heading.replace('<w:pStyle w:val="Heading2"/>', f'<w:pStyle w:val="Heading3"/>{was}')

    assert changed(replaced(sent(), (heading, sunk))) == [
        "-## How long we keep it {#retention}",
        "+### How long we keep it {#retention}",
    ]


def test_link_stored_as_field_is_a_link() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText> HYPERLINK "https://law.example/a" </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("the law")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )

    lines = changed(
        edited(" Then we", f'<w:ins w:id="908" {WHO}>{run(" See ")}{field}{run(".")}</w:ins>{run(" Then we")}')
    )

    assert lines[1] == "+We keep account data for 12 months. See [the law](https://law.example/a). Then we delete it."


def test_link_created_in_word_to_a_heading_targets_its_id() -> None:
    """Word adds its own bookmark to the heading."""
    heading = paragraph_of("How long we keep it")
    own = '<w:bookmarkStart w:id="77" w:name="_How_long_we"/><w:bookmarkEnd w:id="77"/>'
    link = f'<w:hyperlink w:anchor="_How_long_we">{came("Keeping")}</w:hyperlink>'
    content = replaced(sent(), (heading, heading.replace("</w:pPr>", f"</w:pPr>{own}")))
    quote = paragraph_of("A quoted line.")

    returned = back(replaced(content, (quote, quote.replace("</w:p>", f"{came(' ')}{link}</w:p>"))))

    assert "> A quoted line. [Keeping](#retention)\n" in str(returned.text)


def test_untracked_edits_are_detected_and_imported_only_on_request() -> None:
    returned = back(replaced(sent(), ("12 months. Then", "13 months. Then")))

    (difference,) = returned.untracked
    assert (difference.was, difference.now) == (
        "We keep account data for 12 months. Then we delete it.",
        "We keep account data for 13 months. Then we delete it.",
    )
    assert returned.text == TEXT.replace("12 months. Then", "13 months. Then")


def test_untracked_insertions_and_deletions_of_paragraphs_are_detected() -> None:
    nothing = paragraph_of("Nothing else.")
    quote = paragraph_of("A quoted line.")

    returned = back(replaced(sent(), (nothing, ""), (quote, f"{quote}<w:p>{run('New.')}</w:p>")))

    assert {(one.was, one.now) for one in returned.untracked} == {("Nothing else.", ""), ("", "New.")}


REFUSED = [
    pytest.param("<w:r><w:drawing/></w:r>", "a picture or text box", id="a picture"),
    pytest.param("<w:r><w:pict/></w:r>", "a picture or text box", id="an old text box"),
    pytest.param('<w:r><w:footnoteReference w:id="2"/></w:r>', "a footnote", id="a footnote"),
    pytest.param('<w:fldSimple w:instr=" PAGE "/>', "a field (PAGE)", id="a field"),
    pytest.param(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        "a field (REF x)",
        id="a reference",
    ),
    pytest.param(came("gone", "<w:strike/>"), "struck through by hand", id="strikethrough formatting"),
    pytest.param(came("secret", "<w:vanish/>"), "hidden text", id="hidden words"),
    pytest.param(came("2", '<w:vertAlign w:val="superscript"/>'), "superscript or subscript", id="a raised number"),
    pytest.param('<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>', "a symbol font", id="a symbol"),
    pytest.param(
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/>', "a formula", id="a formula"
    ),
]


@pytest.mark.parametrize(("xml", "problem"), REFUSED)
def test_content_without_markdown_equivalent_is_rejected_with_its_sentence(xml: str, problem: str) -> None:
    returned = back(edited(" Then we", f"{xml}{run(' Then we')}"))

    assert returned.text is None
    assert problem in returned.objections[0].problem
    assert "We keep account data" in str(returned.objections[0])


def test_cells_with_several_paragraphs_and_missing_header_rows_are_rejected() -> None:
    merged = back(
        replaced(
            sent(), ('<w:t xml:space="preserve">mail</w:t>', "<w:t>mail</w:t></w:r></w:p><w:p><w:r><w:t>post</w:t>")
        )
    )
    body = part_text(sent())
    first_row = body[body.index("<w:tr>") : body.index("</w:tr>")]
    headless = back(replaced(sent(), (first_row, first_row.replace("<w:trPr>", f'<w:trPr><w:del w:id="909" {WHO}/>'))))

    assert "more than one paragraph" in merged.objections[0].problem
    assert "header row" in headless.objections[0].problem


def test_line_break_in_a_heading_is_rejected() -> None:
    content = edited(
        "How long we keep it",
        run("How long") + f'<w:ins w:id="910" {WHO}><w:r><w:br/></w:r></w:ins>' + run("we keep it"),
    )

    assert "line break" in back(content).objections[0].problem


def test_link_to_a_file_is_rejected() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText> HYPERLINK "file:///c:/x.docx" </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("this")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )

    assert "leads to “file:" in back(edited(" Then we", f'<w:ins w:id="1" {WHO}>{field}</w:ins>')).objections[0].problem


def test_formatting_without_markdown_equivalent_is_omitted_and_reported() -> None:
    returned = back(edited(" Then we", came(" At once.", '<w:highlight w:val="yellow"/>') + run(" Then we")))

    assert "12 months. At once. Then we" in str(returned.text)
    assert "highlight" in returned.remarks[0].problem


def test_relative_link_keeps_its_address_and_a_lost_address_is_reported() -> None:
    """Documents do not link to addresses without a host, so these exist only in the text."""
    text = "# A\n\nSee [our terms](/terms) first.\n"
    look = '<w:rStyle w:val="Hyperlink"/>'

    within = back(edited("our terms", run("our ", look) + came("new ", look) + run("terms", look), text, look), text)
    beside = back(edited(" first.", came(" or ") + came("more terms", look) + run(" first."), text), text)

    assert within.text == "# A\n\nSee [our new terms](/terms) first.\n"
    assert within.remarks == ()
    assert beside.text == "# A\n\nSee [our terms](/terms) or more terms first.\n"
    assert [remark.words for remark in beside.remarks] == ["See our terms or more terms first."]


def test_comments_are_imported_with_author_and_place() -> None:
    document = docx.Document(io.BytesIO(sent()))
    keeps = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("We keep account"))
    document.add_comment(keeps.runs, text="Is this enough?", author="Ms Counsel", initials="C")
    target = io.BytesIO()
    document.save(target)

    (comment,) = back(target.getvalue()).comments

    assert (comment.author, comment.text, comment.heading) == ("Ms Counsel", "Is this enough?", "How long we keep it")
    assert comment.words == "We keep account data for 12 months. Then we delete it."


def test_text_in_content_control_is_imported() -> None:
    control = f"<w:sdt><w:sdtContent>{came(' At once.')}</w:sdtContent></w:sdt>"

    assert "12 months. At once. Then" in str(back(edited(" Then we", control + run(" Then we"))).text)


def test_heading_lost_by_libreoffice_is_restored() -> None:
    promise, heading = paragraph_of("never"), paragraph_of("How long we keep it")
    gone = promise.replace("<w:pPr/>", f"<w:pPr>{mark('del')}</w:pPr>")
    gone = gone.replace("<w:r>", f'<w:del w:id="911" {WHO}><w:r>').replace("</w:r>", "</w:r></w:del>")
    gone = gone.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
    unmade = heading.replace('<w:pStyle w:val="Heading2"/>', "")

    returned = back(replaced(sent(), (promise, gone), (heading, unmade)))

    assert returned.untracked == ()
    assert "# Privacy Policy\n\n## How long we keep it {#retention}\n" in str(returned.text)


def test_paragraph_end_marked_as_new_by_libreoffice_is_restored() -> None:
    """LibreOffice joins two adjacent insertions and the paragraph end between them."""
    keeps, orders = paragraph_of("12 months. Then"), paragraph_of("Orders: ten")
    longer = keeps.replace("<w:pPr/>", f"<w:pPr>{mark('ins')}</w:pPr>").replace("</w:p>", f"{came(' At once.')}</w:p>")
    new = f"<w:p><w:pPr>{mark('ins')}</w:pPr>{came('And more.')}</w:p>"

    returned = back(replaced(sent(), (keeps, longer + new)))

    assert orders
    assert returned.untracked == ()
    assert "Then we delete it. At once.\n\nAnd more.\n\n1. Orders" in str(returned.text)


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"word/media/{number}.xml", b"\0" * (1 << 20))
    return target.getvalue()


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
)
HOSTILE = [
    pytest.param(b"", "is not a Word document", id="an empty file"),
    pytest.param(b"%PDF-1.7 and so on", "is not a Word document", id="another type"),
    pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password", id="an old or locked file"),
    pytest.param(b"PK\x03\x04 and no more", "cannot be unpacked", id="half a file"),
    pytest.param(sent()[:3000], "cannot be unpacked", id="a truncated file"),
    pytest.param(bomb(), "more than 32 MiB", id="a zip bomb"),
    pytest.param(with_parts(sent(), {DOCUMENT: ENTITIES.encode()}), "document type", id="entities"),
    pytest.param(with_parts(sent(), {DOCUMENT: ENTITIES.encode("utf-16")}), "document type", id="entities in UTF-16"),
    pytest.param(
        with_parts(sent(), {"docProps/custom.xml": ENTITIES.encode()}), "document type", id="entities elsewhere"
    ),
    pytest.param(with_parts(sent(), {"word/vbaProject.bin": b"x"}), "macros", id="macros"),
    pytest.param(with_parts(sent(), {DOCUMENT: None}), "is damaged", id="no text"),
    pytest.param(with_parts(sent(), {"[Content_Types].xml": None}), "is damaged", id="no content types"),
    pytest.param(with_parts(sent(), {DOCUMENT: b"<w:document"}), "is damaged", id="invalid XML"),
    pytest.param(with_parts(sent(), {DOCUMENT: b"<a>" * 5000}), "is damaged", id="endless XML"),
    pytest.param(with_parts(sent(), {DOCUMENT: b"<a/>"}), "", id="other XML"),
    pytest.param(
        replaced(sent(), ("<w:body>", "<w:body>" + "<w:p/>" * 30_000)),
        "more than 30,000 paragraphs",
        id="too many paragraphs",
    ),
    pytest.param(
        replaced(sent(), ("<w:body>", "<w:body><w:p>" + "<w:r/>" * 500_000 + "</w:p>")),
        "more than 500,000 XML elements",
        id="too many elements",
    ),
]


@pytest.mark.parametrize(("content", "message"), HOSTILE)
def test_malicious_file_is_rejected_with_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableWordError) as refused:
        parse_manuscript(content)

    assert message in str(refused.value)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param({"_rels/.rels": ("custom-properties", "other")}, "does not state which text", id="no properties"),
        pytest.param({"docProps/custom.xml": ("inforce-digest", "digest")}, "lacks the property", id="no digest"),
        pytest.param({"docProps/custom.xml": ("sha256:", "md5:")}, "cannot be read", id="another digest"),
        pytest.param({"docProps/custom.xml": (">en<", ">e n<")}, "cannot be read", id="no language"),
    ],
)
def test_document_not_exported_by_inforce_is_rejected(parts: dict[str, tuple[str, str]], message: str) -> None:
    content = sent()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        changed_parts = {
            name: archive.read(name).replace(*(one.encode() for one in pair)) for name, pair in parts.items()
        }

    with pytest.raises(NoManuscriptError, match=message):
        parse_manuscript(with_parts(content, changed_parts))
