"""Comments on pull requests: text of a book, or a forged review, creates no markup, mention or reference.

Each property is checked on the rendered Markdown, since GitHub searches it for mentions.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from inforce.checks import Finding, Severity
from inforce.checks.reports import to_github, to_job_summary, to_sarif
from inforce.checks.run import CheckReport
from inforce.errors import Place
from inforce.escaping import JOINER, plain, unlinked
from inforce.redline import redline
from inforce.rendering.markdown import to_markdown
from inforce.review.comment import _plain as in_review

ACTION = Path(__file__).parents[2] / "tooling/action"
# GitHub: a mention follows anything but a letter, digit or underscore; references are whole words. GitLab links more
# references, and addresses of any scheme.
MENTION = re.compile(r"@[A-Za-z0-9-]")
REFERENCE = re.compile(
    r"[#!&][0-9]|(?:[%$]|(?<!~)~)[\"\w]|(?:issue|epic|iteration|vulnerability|feature_flag|work_item):\d|\bGH-[0-9]|(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|mailto:|xmpp:", re.IGNORECASE)
HOSTILE = (
    *("![x](u)", "\\![x](u)", "![x][y]", "[x](u)", "[x]: u", "<img src=x>", "<!-- -->", "</details>", "<b>x</b>"),
    *("@x", ".@x", "中@x", "_@x_", "&#64;x", "&commat;x", "&#x40;x", "a@b.example", "@<b>x", "\\@x", "`@x`"),
    *("#1", "\\#1", "&#35;1", "GH-1", "gh-1", "o/r#1", "!1", "&1", "0a1b2c3", "o@0a1b2c3d4", "http://x.example"),
    *("https://github.com/o/r/issues/1", "www.x.example", "<https://x.example>", "mailto:a@b.example", "@team/x"),
    *("# x", "- x", "+ x", "1. x", "1) x", "> x", "---", "===", "```mermaid", "~~~", "| a | b |", "|-|-|", "    x"),
    *("**x**", "~~x~~", "*", "_", "`", "\\", "!", "&", "&amp;", "\n", "\n\n", " ", "x", "\u202e", "\x1b", "1", JOINER),
    *("%12", '%"m"', "~12", "~bug", "$12", "*iteration:1", "[issue:1]", "[vulnerability:1]", "irc://x", "git+ssh://x"),
    *(f"0a1b2c3d{JOINER}", f"{JOINER}0a1b2c3d", f"0a1b2c{JOINER}3d", f"#{JOINER}1", f"irc{JOINER}://x", "0irc://x"),
    *("$x$", "xmpp:a@b.example", "<script>x</script>"),
)
words = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=8).map("".join)


class Page(HTMLParser):
    """The tags and the text of rendered Markdown."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.nodes = ""  # U+FFFC separates text nodes, since it occurs in no word
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)
        self.nodes += "\x1f"

    def handle_endtag(self, _tag: str) -> None:
        self.nodes += "\x1f"

    def handle_comment(self, _data: str) -> None:
        self.tags.add("comment")

    def handle_data(self, data: str) -> None:
        self.text += data
        self.nodes += data


def rendered(markdown: str) -> Page:
    """Render `markdown` with tables, strikethrough and HTML, as code hosts do."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def shown(text: str) -> str:
    return " ".join(text.replace(JOINER, "").split())


@pytest.fixture(scope="module")
def comment() -> ModuleType:
    sys.path.insert(0, str(ACTION))
    try:
        spec = importlib.util.spec_from_file_location("comment_of_the_action", ACTION / "comment.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ACTION))
    return module


def assert_silent(text: str) -> None:
    assert not MENTION.search(text)
    assert not REFERENCE.search(text)


@given(words)
def test_escaped_words_render_unchanged(text: str) -> None:
    text = text.replace("\0", "")
    page = rendered(f"- {plain(text)}\n")

    assert page.tags <= {"ul", "li"}
    assert shown(page.text) == shown(text)
    assert_silent(page.nodes)
    assert not ADDRESS.search(page.nodes)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "- {}\n", "### {} 1: new\n", "> {}\n", "**{}** is new", "- {} <sub>x</sub>"])
def test_hostile_words_in_any_field_of_a_review_are_harmless(text: str, around: str) -> None:
    page = rendered(around.format(in_review(text)))

    assert not page.tags & {"img", "a", "script", "comment", "code", "pre", "table", "hr", "del", "em", "ol"}
    assert_silent(page.nodes)
    assert not ADDRESS.search(page.nodes)


@given(words, words)
def test_redline_in_a_review_creates_no_mention(old: str, new: str) -> None:
    source = unlinked(to_markdown(redline(f"# T\n\nWords {old}\n", f"# T\n\nWords {new}\n")))
    page = rendered(source)

    assert not page.tags & {"img", "a", "script", "comment"}
    assert_silent(page.nodes)
    assert not ADDRESS.search(page.nodes)


@given(words)
def test_forged_review_creates_no_mention(comment: ModuleType, text: str) -> None:
    page = rendered(comment.harmless(text))

    assert not page.tags & {"img", "script", "comment", "b"}
    assert not MENTION.search(page.nodes)
    assert not re.search(r"#[0-9]|\bGH-[0-9]", page.nodes, re.IGNORECASE)
    assert "language-" not in MarkdownIt("commonmark").render(comment.harmless(text))


def test_genuine_review_is_shown_unchanged(comment: ModuleType) -> None:
    written = f"- {plain('Terms & <Conditions> of AT&T [1], ask a@b.example')} <sub>x</sub>\n"

    assert shown(rendered(comment.harmless(written)).text) == shown(rendered(written).text)
    assert "Terms & <Conditions> of AT&T [1], ask a@b.example" in shown(rendered(written).text)


def test_link_to_a_preview_remains_a_link(comment: ModuleType) -> None:
    link = "[Download the preview](https://github.com/o/r/actions/runs/1234567/artifacts/12345678901)"

    assert comment.harmless(link) == link


@given(words)
def test_check_reports_create_no_mention_and_no_workflow_command(text: str) -> None:
    finding = Finding(
        rule="META-field", severity=Severity.ERROR, place=Place(path=f"a/{text}"), message=f"m {text}", fix=text
    )
    report = CheckReport(findings=(finding,))

    assert all(line.startswith("::error file=") for line in re.split(r"[\r\n]+", to_github(report).strip()))
    page = rendered(to_job_summary(report))
    assert not page.tags & {"img", "a", "script", "comment"}
    assert_silent(page.nodes)
    assert '"text"' in to_sarif(report)
