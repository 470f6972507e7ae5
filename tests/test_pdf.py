"""PDFs: content, reproducibility, accessibility, and no network access."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from book_builder import instant
from inforce import pdf
from inforce.errors import SetupError
from inforce.language import Language
from inforce.markdown import plain_text, to_html
from inforce.pdf import FactRow, Paper, to_pdf
from inforce.pdf.markup import document_of

DIGEST = "sha256:" + "0123456789abcdef" * 4
MARKDOWN = """# Privacy Policy

We keep your data for 24 months – no longer. Café, naïve, Ωmega, Привет.

## What we collect {#collect}

- your name
- your e-mail address

| Partner | Task |
| --- | --- |
| Example Pay | takes payments |
| Fictive Freight | delivers packages |

> We do not read your messages.

```
order = 7
```

## Your rights {#rights}

""" + "\n\n".join(
    f"Paragraph {number} says that you may ask for a copy of your data at any time." for number in range(40)
)


def paper(**members: object) -> Paper:
    """Return a paper of `MARKDOWN` with the fields `members` replaced."""
    example = Paper(
        title="Privacy Policy 2027-03-01 – Example Shop",
        author="Example Shop",
        language=Language("en"),
        made=instant("2027-01-20"),
        rows=(
            FactRow(name="Version", text="2027-03-01"),
            FactRow(name="Address", text="A page", link="https://a.example/p/"),
        ),
        running=("Privacy Policy 2027-03-01", "from March 1, 2027", "English"),
        digests=(DIGEST,),
        body=to_html(MARKDOWN),
    )
    return replace(example, **members)


def read(content: bytes) -> PdfReader:
    """Return the PDF `content` parsed by an independent library."""
    return PdfReader(BytesIO(content))


def squeezed(text: str) -> str:
    """Return `text` without white space and bullets, since line breaks depend on the layout."""
    return re.sub(r"[\s•]", "", text)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return to_pdf(paper())


def test_every_pdf_page_has_title_digest_and_page_number(drawn: bytes) -> None:
    pages = [page.extract_text() for page in read(drawn).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        flat = " ".join(text.split())
        assert "Privacy Policy 2027-03-01 · from March 1, 2027 · English" in flat
        assert f"Page {number} of {len(pages)}" in flat
        assert DIGEST in flat


def test_pdf_contains_exactly_the_words_of_the_text_in_order(drawn: bytes) -> None:
    frame = squeezed("Privacy Policy 2027-03-01 · from March 1, 2027 · English")
    pages = [squeezed(page.extract_text()) for page in read(drawn).pages]
    bodies = [re.sub(rf"Page\d+of{len(pages)}{DIGEST}", "", text.replace(frame, "")) for text in pages]
    told = "".join(bodies).removeprefix(squeezed("Example Shop Version 2027-03-01 Address A page"))
    assert told == squeezed(plain_text(MARKDOWN))


def test_metadata_has_title_author_language_and_date(drawn: bytes) -> None:
    document = read(drawn)
    assert document.metadata is not None
    assert document.metadata.title == "Privacy Policy 2027-03-01 – Example Shop"
    assert document.metadata.author == "Example Shop"
    assert document.metadata.creation_date == document.metadata.modification_date == instant("2027-01-20")
    assert document.root_object["/Lang"] == "en"


def test_pdf_is_tagged_for_screen_readers(drawn: bytes) -> None:
    """PDF/UA-1, ISO 14289-1: marked, titled, and declared as such."""
    root = read(drawn).root_object
    assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) == "True"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/BlockQuote", "/Link"} <= structure(root["/StructTreeRoot"])


def structure(element: object) -> set[str]:
    """Return the kinds of structure elements below `element`."""
    kinds: set[str] = set()
    rest = [element]
    while rest:
        one = rest.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            rest += one
        elif isinstance(one, dict):
            kinds |= {str(one["/S"])} if "/S" in one else set()
            rest.append(one.get("/K", []))
    return kinds


def test_headings_become_bookmarks_and_links_remain_links(drawn: bytes) -> None:
    document = read(drawn)
    titles = [
        element["/Title"] for level in document.outline for element in (level if isinstance(level, list) else [level])
    ]
    assert titles == ["Privacy Policy", "What we collect", "Your rights"]
    targets = [note.get_object()["/A"]["/URI"] for page in document.pages for note in page.get("/Annots", [])]
    assert targets == ["https://a.example/p/"]


def test_changes_are_marked_by_lines_in_addition_to_colours() -> None:
    words = "<p>{}30 days{} and {}20 days{} and more.</p>"
    plain = to_pdf(paper(body=words.format("", "", "", "")))
    marked = to_pdf(paper(body=words.format("<del>", "</del>", "<ins>", "</ins>")))
    assert lines_drawn(marked) == lines_drawn(plain) + 2


def lines_drawn(content: bytes) -> int:
    """Return the number of stroked lines on the pages of `content`."""
    return sum(page.get_contents().get_data().split().count(b"S") for page in read(content).pages)


def test_pdf_does_not_depend_on_the_environment(tmp_path: Path) -> None:
    """The bytes do not depend on the time zone, locale, folder, hash seed or date."""
    program = "import sys; from test_pdf import paper, to_pdf; sys.stdout.buffer.write(to_pdf(paper()))"
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"}
    there = here | {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    command = [sys.executable, "-W", "error", "-c", program]
    identifiers = [
        subprocess.run(command, env=env, cwd=folder, capture_output=True, check=True).stdout
        for env, folder in ((here, tmp_path), (there, Path("/")))
    ]
    assert identifiers[0] == identifiers[1]
    assert len(identifiers[0]) > 10_000


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"body": "<p>One word less.</p>"}, id="another text"),
        pytest.param({"digests": ()}, id="another digest"),
        pytest.param({"running": ("Privacy",)}, id="a different header"),
        pytest.param({"made": instant("2027-01-21")}, id="another day"),
    ],
)
def test_different_documents_have_different_identifiers(members: dict[str, object]) -> None:
    assert paper(**members).identifier() != paper().identifier() == paper().identifier()


def test_images_are_not_fetched_but_replaced_by_alternative_text(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { content: 'stolen' }")
    body = (
        f'<link rel="stylesheet" href="{secret.as_uri()}"><p>Seen.</p><img src="https://a.example/a.png" alt="A lock">'
    )
    text = read(to_pdf(paper(body=body))).pages[0].extract_text()
    assert "Seen." in text
    assert "A lock" in text
    assert "stolen" not in text


def test_missing_glyph_raises_error_with_the_glyph() -> None:
    with pytest.raises(SetupError, match=r"no font here can draw “.*” \(1 letters\)(.|\n)*fonts-noto-cjk"):
        to_pdf(paper(body="<p>A letter of nobody: \U0010fffd</p>"))


def test_error_without_the_extra_states_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"^a PDF needs weasyprint, .* python -m pip install 'weasyprint>=70,<71'$"):
        to_pdf(paper())


def test_error_without_system_libraries_states_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if f"{name}.".startswith(("weasyprint.", "inforce.pdf.drawing."))]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SetupError, match=r"needs Pango, .*\(cannot load library(.|\n)*apt-get install"):
        to_pdf(paper())


def test_right_to_left_text_has_right_to_left_layout() -> None:
    arabic = paper(language=Language("ar"), body="<p>نحتفظ بالبيانات لمدة 24 شهرًا</p>")
    assert '<html lang="ar" dir="rtl">' in document_of(arabic)
    document = read(to_pdf(arabic))
    assert document.root_object["/Lang"] == "ar"
    assert "24" in document.pages[0].extract_text()


def test_author_markup_is_rendered_as_text() -> None:
    evil = "</style><script>alert(1)</script>"
    document = document_of(paper(title=evil, author=evil, running=(evil,), digests=(evil,), heading=evil))
    assert "<script>" not in document
    assert document.count("</style>") == 1
