"""The search index: the text of pages in force by section, in the format of Material's search."""

from __future__ import annotations

import json

import pytest

from inforce.language import Language
from inforce.publication import Page
from inforce.publication.pages.policy import KIND
from inforce.site.mkdocs.page_template import Rendered
from inforce.site.search import entries, merged

PAGE = Page(kind=KIND, address="terms/", language=Language("en"), context={})
SECTIONS = [
    pytest.param(
        "<p>Before.</p>",
        [("terms/", "Terms &amp; more", "<p>Before.</p>")],
        id="words before any heading, by the title",
    ),
    pytest.param(
        '<h2 id="a">How <em>long</em></h2><p>A year &amp; a day.</p>',
        [("terms/#a", "How long", "<p>A year &amp; a day.</p>")],
        id="a section by its heading",
    ),
    pytest.param(
        "<h3>No id</h3><ul><li>One</li><li> </li></ul>",
        [("terms/", "Terms &amp; more", "No id<ul><li>One</li></ul>")],
        id="a heading that nothing can link to opens no section",
    ),
    pytest.param(
        '<p>Seen<span data-search-exclude hidden> and <b>not</b></span>.</p><br><img src="x">',
        [("terms/", "Terms &amp; more", "<p>Seen.</p>")],
        id="excluded pages are omitted",
    ),
    pytest.param(
        "<dl><dt>Text</dt><dd>en.md</dd></dl>", [("terms/", "Terms &amp; more", "Text en.md")], id="lists of facts"
    ),
    pytest.param("", [], id="nothing"),
]


@pytest.mark.parametrize(("content", "expected"), SECTIONS)
def test_page_is_found_by_its_words(content: str, expected: list[tuple[str, str, str]]) -> None:
    data = json.loads(entries(PAGE, Rendered(title="Terms & more", head="", content=content)))
    assert [(one["location"], one["title"], one["text"]) for one in data] == expected


def test_entries_are_added_to_those_of_the_documentation() -> None:
    index = b'{"config": {"lang": ["en"]}, "docs": [{"location": "about/"}]}'
    both = json.loads(merged(index, [b'[{"location": "a/"}]', b"[]", b'[{"location": "b/"}]']))
    assert [entry["location"] for entry in both["docs"]] == ["about/", "a/", "b/"]
    assert both["config"] == {"lang": ["en"]}
