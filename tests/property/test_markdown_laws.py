"""Laws of reading Markdown, for any text whatever."""

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
    """The words of a page: its text and the descriptions of its images."""

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
def test_a_sanitiser_that_allows_what_fragments_carry_leaves_the_same_bytes(text: str) -> None:
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
def test_the_text_as_read_has_every_word_of_the_page_and_no_other(text: str) -> None:
    assert "".join(plain_text(text).split()) == words_of_html(to_html(text))


@given(texts)
def test_every_block_belongs_to_exactly_one_clause(text: str) -> None:
    document = parse(text)

    claimed = [block for clause in document.clauses for block in document.blocks_of(clause)]

    assert tuple(claimed) == document.blocks
    assert all(block.clause == clause.id for clause in document.clauses for block in document.blocks_of(clause))


@given(texts)
def test_a_span_covers_at_least_one_character_of_its_block(text: str) -> None:
    for block in parse(text).blocks:
        assert all(0 <= span.start < span.stop <= len(block.text) for span in block.spans)


@given(texts)
def test_headings_that_name_no_id_get_ids_of_their_own(text: str) -> None:
    headings = parse(text).headings

    slugs = [heading.id for heading in headings if not heading.explicit_id]

    assert len(set(slugs)) == len(slugs)
    assert set(slugs).isdisjoint(heading.id for heading in headings if heading.explicit_id)


@given(texts)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert parse(text) == parse(text)


@given(texts)
def test_a_text_read_section_by_section_is_the_text_read_whole(text: str) -> None:
    """Law: sections are shared by the versions they stand in, and no reader notices."""
    shown = [token.as_dict() | {"map": None} for part in read_sections(text) for token in part.tokens]
    whole = PARSER.parse(text)
    assert shown == [token.as_dict() | {"map": None} for token in whole]
    lines = [part.first + token.map[0] for part in read_sections(text) for token in part.tokens if token.map]
    assert lines == [token.map[0] for token in whole if token.map]


@given(texts, texts)
def test_a_text_reads_the_same_whatever_was_read_before_it(one: str, other: str) -> None:
    """Law: a section that two texts share takes nothing along from the one to the other."""
    alone = to_html(other), parse(other)
    both = f"{one}\n\n{other}", f"{other}\n\n{one}"
    for text in both:
        parse(text)
    assert (to_html(other), parse(other)) == alone
