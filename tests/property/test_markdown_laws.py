"""Properties of parsing Markdown, for any text."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3
from hypothesis import given

from inforce.markdown import parse, plain_text, to_html
from inforce.markdown.dialect import PARSER
from inforce.markdown.sections import read_sections
from property.markdown_strategies import texts

HEADINGS = {f"h{level}": {"id"} for level in range(1, 7)}
LINE_TAGS = {"a", "br", "code", "em", "img", "strong"}
BLOCK_TAGS = {"blockquote", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul", *HEADINGS}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}} | HEADINGS


class _TextOf(HTMLParser):
    """Return the words of a page: its text and the alternative texts of its images."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.parts.append(dict(attrs)["alt"] or "\ufffc")


def words_of_html(html: str) -> str:
    reader = _TextOf()
    reader.feed(html)
    reader.close()
    return "".join("".join(reader.parts).split())


@given(texts)
def test_sanitiser_leaves_rendered_fragments_unchanged(text: str) -> None:
    html = to_html(text)

    clean = nh3.clean(
        html,
        tags=LINE_TAGS | BLOCK_TAGS,
        attributes=ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )

    assert clean == html


@given(texts)
def test_parsed_text_has_the_words_of_the_rendered_page(text: str) -> None:
    assert "".join(plain_text(text).split()) == words_of_html(to_html(text))


@given(texts)
def test_every_block_belongs_to_exactly_one_clause(text: str) -> None:
    document = parse(text)

    claimed = [block for clause in document.clauses for block in document.blocks_of(clause)]

    assert tuple(claimed) == document.blocks
    assert all(block.clause == clause.id for clause in document.clauses for block in document.blocks_of(clause))


@given(texts)
def test_span_covers_at_least_one_character_of_its_block(text: str) -> None:
    for block in parse(text).blocks:
        assert all(0 <= span.start < span.stop <= len(block.text) for span in block.spans)


@given(texts)
def test_headings_without_an_id_get_unique_ids(text: str) -> None:
    headings = parse(text).headings

    slugs = [heading.id for heading in headings if not heading.explicit_id]

    assert len(set(slugs)) == len(slugs)
    assert set(slugs).isdisjoint(heading.id for heading in headings if heading.explicit_id)


@given(texts)
def test_parsing_is_deterministic(text: str) -> None:
    assert parse(text) == parse(text)


@given(texts)
def test_parsing_section_by_section_equals_parsing_the_whole_text(text: str) -> None:
    """Sharing parsed sections between versions has no visible effect."""
    shown = [token.as_dict() | {"map": None} for part in read_sections(text) for token in part.tokens]
    whole = PARSER.parse(text)
    assert shown == [token.as_dict() | {"map": None} for token in whole]
    lines = [part.first + token.map[0] for part in read_sections(text) for token in part.tokens if token.map]
    assert lines == [token.map[0] for token in whole if token.map]


@given(texts, texts)
def test_parsing_does_not_depend_on_earlier_texts(first: str, other: str) -> None:
    """A section shared by two texts carries no data from one to the other."""
    alone = to_html(other), parse(other)
    both = f"{first}\n\n{other}", f"{other}\n\n{first}"
    for text in both:
        parse(text)
    assert (to_html(other), parse(other)) == alone
