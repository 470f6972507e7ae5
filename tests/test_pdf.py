"""Paper: what is on it, that it is the same each time, that everybody can read it, and that it fetches nothing."""

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

> Nobody reads your messages.

```
order = 7
```

## Your rights {#rights}

""" + "\n\n".join(
    f"Paragraph {number} says that you may ask for a copy of your data at any time." for number in range(40)
)


def paper(**members: object) -> Paper:
    """Make a paper of `MARKDOWN`, but for `members`."""
    made = Paper(
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
    return replace(made, **members)


def read(content: bytes) -> PdfReader:
    """Open the PDF `content` with a reader that knows nothing of its writer."""
    return PdfReader(BytesIO(content))


def squeezed(text: str) -> str:
    """Leave white space and bullets out of `text`: where lines end is for the paper to say."""
    return re.sub(r"[\s•]", "", text)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return to_pdf(paper())


def test_every_page_says_what_it_is_which_text_and_which_page_of_how_many(drawn: bytes) -> None:
    pages = [page.extract_text() for page in read(drawn).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        flat = " ".join(text.split())
        assert "Privacy Policy 2027-03-01 · from March 1, 2027 · English" in flat
        assert f"Page {number} of {len(pages)}" in flat
        assert DIGEST in flat


def test_every_word_of_the_text_is_there_in_its_order_and_no_other(drawn: bytes) -> None:
    frame = squeezed("Privacy Policy 2027-03-01 · from March 1, 2027 · English")
    pages = [squeezed(page.extract_text()) for page in read(drawn).pages]
    bodies = [re.sub(rf"Page\d+of{len(pages)}{DIGEST}", "", text.replace(frame, "")) for text in pages]
    told = "".join(bodies).removeprefix(squeezed("Example Shop Version 2027-03-01 Address A page"))
    assert told == squeezed(plain_text(MARKDOWN))


def test_it_names_itself_its_author_its_language_and_its_own_date(drawn: bytes) -> None:
    found = read(drawn)
    assert found.metadata is not None
    assert found.metadata.title == "Privacy Policy 2027-03-01 – Example Shop"
    assert found.metadata.author == "Example Shop"
    assert found.metadata.creation_date == found.metadata.modification_date == instant("2027-01-20")
    assert found.root_object["/Lang"] == "en"


def test_it_is_tagged_for_screen_readers(drawn: bytes) -> None:
    """PDF/UA-1, ISO 14289-1: marked, titled, and declared as such."""
    root = read(drawn).root_object
    assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) == "True"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/BlockQuote", "/Link"} <= structure(root["/StructTreeRoot"])


def structure(element: object) -> set[str]:
    """Collect the kinds of structure elements below `element`."""
    found: set[str] = set()
    rest = [element]
    while rest:
        one = rest.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            rest += one
        elif isinstance(one, dict):
            found |= {str(one["/S"])} if "/S" in one else set()
            rest.append(one.get("/K", []))
    return found


def test_headings_are_bookmarks_and_links_are_links(drawn: bytes) -> None:
    found = read(drawn)
    titles = [one["/Title"] for level in found.outline for one in (level if isinstance(level, list) else [level])]
    assert titles == ["Privacy Policy", "What we collect", "Your rights"]
    targets = [note.get_object()["/A"]["/URI"] for page in found.pages for note in page.get("/Annots", [])]
    assert targets == ["https://a.example/p/"]


def test_marks_are_lines_and_not_only_colours() -> None:
    words = "<p>{}30 days{} and {}20 days{} and more.</p>"
    plain = to_pdf(paper(body=words.format("", "", "", "")))
    marked = to_pdf(paper(body=words.format("<del>", "</del>", "<ins>", "</ins>")))
    assert lines_drawn(marked) == lines_drawn(plain) + 2


def lines_drawn(content: bytes) -> int:
    """Count the lines that are stroked on the pages of `content`."""
    return sum(page.get_contents().get_data().split().count(b"S") for page in read(content).pages)


def test_what_is_drawn_follows_from_the_paper_alone(tmp_path: Path) -> None:
    """Another time zone, locale, folder and hash seed, another day: the same bytes."""
    program = "import sys; from test_pdf import paper, to_pdf; sys.stdout.buffer.write(to_pdf(paper()))"
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"}
    there = here | {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    command = [sys.executable, "-W", "error", "-c", program]
    made = [
        subprocess.run(command, env=env, cwd=folder, capture_output=True, check=True).stdout
        for env, folder in ((here, tmp_path), (there, Path("/")))
    ]
    assert made[0] == made[1]
    assert len(made[0]) > 10_000


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"body": "<p>One word less.</p>"}, id="another text"),
        pytest.param({"digests": ()}, id="another digest"),
        pytest.param({"running": ("Privacy",)}, id="other words on top"),
        pytest.param({"made": instant("2027-01-21")}, id="another day"),
    ],
)
def test_another_paper_has_another_identifier(members: dict[str, object]) -> None:
    assert paper(**members).identifier() != paper().identifier() == paper().identifier()


def test_nothing_is_fetched_and_an_image_is_shown_as_its_words(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { content: 'stolen' }")
    body = (
        f'<link rel="stylesheet" href="{secret.as_uri()}"><p>Seen.</p><img src="https://a.example/a.png" alt="A lock">'
    )
    told = read(to_pdf(paper(body=body))).pages[0].extract_text()
    assert "Seen." in told
    assert "A lock" in told
    assert "stolen" not in told


def test_a_letter_that_no_font_draws_stops_the_work_and_is_named() -> None:
    with pytest.raises(SetupError, match=r"no font here can draw “.*” \(1 letters\)(.|\n)*fonts-noto-cjk"):
        to_pdf(paper(body="<p>A letter of nobody: \U0010fffd</p>"))


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"^a PDF needs weasyprint, .* python -m pip install 'weasyprint>=70,<71'$"):
        to_pdf(paper())


def test_without_the_libraries_it_draws_with_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if f"{name}.".startswith(("weasyprint.", "inforce.pdf.drawing."))]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SetupError, match=r"drawn with Pango, .*\(cannot load library(.|\n)*apt-get install"):
        to_pdf(paper())


def test_a_text_from_right_to_left_is_set_so() -> None:
    arabic = paper(language=Language("ar"), body="<p>نحتفظ بالبيانات لمدة 24 شهرًا</p>")
    assert '<html lang="ar" dir="rtl">' in document_of(arabic)
    told = read(to_pdf(arabic))
    assert told.root_object["/Lang"] == "ar"
    assert "24" in told.pages[0].extract_text()


def test_what_authors_wrote_is_shown_and_obeyed_nowhere() -> None:
    evil = "</style><script>alert(1)</script>"
    document = document_of(paper(title=evil, author=evil, running=(evil,), digests=(evil,), heading=evil))
    assert "<script>" not in document
    assert document.count("</style>") == 1
