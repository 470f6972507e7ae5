"""HTML: tags in a text, which are shown to readers literally."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import rule
from inforce.markdown import raw_html

TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
IN_MARKDOWN = {
    "a": "Write a link as “[words](https://…)”.",
    "b": "Write “**words**”.",
    "br": "End the line with “\\”, or begin a new paragraph with a blank line.",
    "em": "Write “*words*”.",
    "h1": "Write “# ” and the title.",
    "h2": "Write “## ” and the heading.",
    "h3": "Write “### ” and the heading.",
    "hr": "Write “---” between two blank lines.",
    "i": "Write “*words*”.",
    "img": "Describe the image in words.",
    "li": "Begin each item with “- ”.",
    "ol": "Begin each item with “1. ”.",
    "p": "Leave a blank line between paragraphs.",
    "strong": "Write “**words**”.",
    "table": "Write the table with “|” between its cells.",
    "ul": "Begin each item with “- ”.",
}
IN_WORDS = frozenset(
    {"div", "span", "font", "center", "u", "section", "sup", "sub", "small", "td", "tr", "th", "script", "style"}
)


@rule("HTML-raw", Severity.ERROR, "A text contains HTML.")
def html_tag(ctx: CheckContext) -> Iterator[Finding]:
    """Report HTML tags and comments; one finding per kind of tag in each text."""
    for text in ctx.texts:
        reported: set[str] = set()
        for html in raw_html(text.edition.text):
            name = _name(html.snippet)
            if name not in reported:
                reported.add(name)
                shown = html.snippet.splitlines()[0][:60]
                yield html_tag.finding(
                    text.place(html.line),
                    f"“{shown}” is shown to readers literally: a text is Markdown without HTML.",
                    evidence=shown,
                    fix=_fix(name, shown),
                )


def _name(snippet: str) -> str:
    match = TAG.match(snippet)
    return match[1].lower() if match else snippet[:4]


def _fix(name: str, shown: str) -> str:
    if shown.startswith("<!"):
        return "Remove the comment; remarks belong in the pull request."
    if name in IN_MARKDOWN:
        return IN_MARKDOWN[name]
    if name in IN_WORDS:
        return "Remove the tag, and express its meaning in words."
    return f"If readers should see it, write “\\{shown}”; otherwise write its meaning."


RULES = (html_tag,)
