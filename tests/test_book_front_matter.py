"""Front matter: its end, its content, and the line on which the text begins."""

from __future__ import annotations

import pytest

from inforce.book.front_matter import parse_frontmatter
from inforce.errors import FrontMatterError
from inforce.text import canonical


@pytest.mark.parametrize(
    ("text", "data", "body_line"),
    [
        pytest.param("# A\n", {}, 1, id="a text alone"),
        pytest.param("\n\n# A\n", {}, 3, id="blank lines before it"),
        pytest.param("\ufeff# A\n", {}, 1, id="a byte order mark"),
        pytest.param("\ufeff\ufeff\n \t\n# A\n", {}, 3, id="byte order marks and blanks"),
        pytest.param("---\na: b\n---\n# A\n", {"a": "b"}, 4, id="front matter"),
        pytest.param("---\r\na: b\r\n---\r\n\r\n# A\r\n", {"a": "b"}, 5, id="with the line ends of Windows"),
        pytest.param("\ufeff---\na: b\n---\n# A\n", {"a": "b"}, 4, id="behind a byte order mark"),
        pytest.param("--- \na: b\n---\t\n# A\n", {"a": "b"}, 4, id="blanks behind the dashes"),
        pytest.param("---\n---\n# A\n", {}, 3, id="nothing in it"),
        pytest.param("---\n# only a comment\n---\n# A\n", {}, 4, id="a comment in it"),
        pytest.param("---\na: |\n  ---\n---\n# A\n", {"a": "---\n"}, 5, id="dashes within a value"),
    ],
)
def test_front_matter_and_body_are_separated(text: str, data: dict[str, str], body_line: int) -> None:
    parts = parse_frontmatter(text, "en.md")
    assert (parts.data, parts.body_line) == (data, body_line)
    assert canonical(parts.body) == "# A\n"


def test_body_line_is_the_line_in_the_file() -> None:
    text = "---\na: b\n---\n\n\n# A\n\nB\n---\nC\n"
    parts = parse_frontmatter(text, "en.md")
    written, read = text.split("\n"), canonical(parts.body).split("\n")
    assert written[parts.body_line - 1 :] == read


def test_thematic_break_in_the_body_does_not_end_the_front_matter() -> None:
    assert parse_frontmatter("# A\n\n---\n\nB\n", "en.md").body == "# A\n\n---\n\nB\n"


def test_fields_have_their_line_in_the_file() -> None:
    parts = parse_frontmatter("---\n# note\nsummary:\n  - text: x\n    section: y\n---\n# A\n", "en.md")
    assert str(parts.source.place("summary[0].section")) == "en.md:5"
    assert str(parts.source.place("translates")) == "en.md:3"


@pytest.mark.parametrize(
    ("text", "place", "problem", "fix"),
    [
        pytest.param(
            "---\na: b\n# A\n",
            "en.md:1",
            "the front matter has no end",
            "close it with a line “---”",
            id="unterminated",
        ),
        pytest.param(
            "---", "en.md:1", "the front matter has no end", "close it with a line “---”", id="unterminated and empty"
        ),
        pytest.param("---\n- a\n---\n# A\n", "en.md:2", "the front matter has no fields", "write lines", id="a list"),
        pytest.param("---\nhello\n---\n# A\n", "en.md:2", "the front matter has no fields", "write lines", id="a text"),
        pytest.param(
            "---\n''\n---\n# A\n", "en.md:2", "the front matter has no fields", "write lines", id="an empty text"
        ),
        pytest.param("---\na: 1\na: 2\n---\n# A\n", "en.md:3", "“a” occurs twice", "keep one", id="a duplicate key"),
        pytest.param(
            '---\na: "b\n---\n# A\n',
            "en.md:2",
            "this is not valid YAML",
            "close the quotation mark",
            id="an unterminated quotation",
        ),
        pytest.param(
            "---\na: >\n" + "  x\n" * 5120 + "---\n# A\n",
            "en.md:1",
            "the front matter is longer than 16 KiB",
            "shorten the summary",
            id="twenty kilobytes",
        ),
        pytest.param(
            "---\na: " + "名" * 6000 + "\n---\n# A\n",
            "en.md:1",
            "the front matter is longer than 16 KiB",
            "shorten the summary",
            id="eighteen kilobytes of six thousand characters",
        ),
    ],
)
def test_invalid_front_matter_is_reported_with_its_line(text: str, place: str, problem: str, fix: str) -> None:
    with pytest.raises(FrontMatterError) as refused:
        parse_frontmatter(text, "en.md")
    assert str(refused.value.place) == place
    assert refused.value.problem.startswith(problem)
    assert refused.value.fix.startswith(fix)
