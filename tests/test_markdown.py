"""Parsing of Markdown: text, formats, structure, and content that never reaches a page."""

from __future__ import annotations

import pytest

from inforce.markdown import BlockKind, ContainerKind, SpanKind, parse, plain_text, raw_html, to_html

POLICY = """\
Intro.

# Privacy {#privacy}

We keep *your* **account data** for [24 months](#kept).

## How long {#kept}

1. orders
2. invoices
   - paper

> ### Quoted

## How long

| Data | Months |
| :--- | -----: |
| name | 24 |
"""


def row(sentence: str, *values: object) -> object:
    return pytest.param(*values, id=sentence)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        row("a paragraph is its text and a newline", "One.", "One.\n"),
        row("nothing is nothing", "", ""),
        row("blocks follow each other", "# A\n\nB", "A\nB\n"),
        row("a soft line break is a space", "one\ntwo", "one two\n"),
        row("a hard line break stays within its block", "one  \ntwo", "one\ntwo\n"),
        row("emphasis, links and code add no characters", "*a* **b** [c](d) `e`", "a b c e\n"),
        row("list markers are not text", "3. a\n4. b\n\n- c", "a\nb\nc\n"),
        row("an empty list item is an empty line", "- a\n-\n- b", "a\n\nb\n"),
        row("an empty quote is an empty line", ">", "\n"),
        row("table cells follow each other", "|a|b|\n|-|-|\n|1||", "a\nb\n1\n\n"),
        row("a rule is an empty line", "a\n\n---\n\nb", "a\n\nb\n"),
        row("code keeps its lines", "```\na\n b\n```", "a\n b\n"),
        row("an image is its description", "![a map](m.png)", "a map\n"),
        row("an image without description is a replacement character", "![](m.png)", "\ufffc\n"),
        row("an autolink is its address", "<https://a.example/b>", "https://a.example/b\n"),
        row("an explicit id is not text", "## Kept {#kept}", "Kept\n"),
        row("an escaped id is text", "## Kept \\{#kept}", "Kept {#kept}\n"),
        row("an id away from the end is text", "## {#kept} Kept", "{#kept} Kept\n"),
        row("raw HTML is text", "a <b>c</b>\n\n<!-- d -->", "a <b>c</b>\n<!-- d -->\n"),
        row("a name in angle brackets is text", "between <Acme Corp> and you", "between <Acme Corp> and you\n"),
        row("a line end written as an entity is a space", "a&#10;b&#13;c", "a b c\n"),
        row("dots and quotes are left as typed", '"a" -- ... (c)', '"a" -- ... (c)\n'),
        row("an address without brackets is no link but text", "www.a.example", "www.a.example\n"),
        row("a script address is text without its link", "[go](javascript:alert(1))", "go\n"),
    ],
)
def test_plain_text_is_parsed(text: str, read: str) -> None:
    assert plain_text(text) == read


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        row("lower case with hyphens", "How long we Keep it", "how-long-we-keep-it"),
        row("punctuation is removed", "What’s new?", "whats-new"),
        row("formatting is removed", "**Your** `data`", "your-data"),
        row("letters of every script stay", "保存期間と Über", "保存期間と-über"),
        row("combining marks stay", "डेटा नीति", "डेटा-नीति"),
        row("a heading without letters still gets an id", "***", "section"),
    ],
)
def test_heading_without_an_id_has_a_slug_as_id(heading: str, slug: str) -> None:
    # Without the escapes, the asterisks would be a thematic break.
    text = heading.replace("***", "\\*\\*\\*")

    assert [found.id for found in parse(f"# {text}").headings] == [slug]


def test_equal_headings_have_unique_slugs() -> None:
    document = parse("# A\n\n# A\n\n# B {#a-1}\n\n# A")

    assert [heading.id for heading in document.headings] == ["a", "a-2", "a-1", "a-3"]


def test_duplicate_explicit_ids_are_kept() -> None:
    assert [heading.id for heading in parse("# A {#x}\n\n# B {#x}").headings] == ["x", "x"]


def test_document_has_title_and_clauses() -> None:
    document = parse(POLICY)

    assert document.title == "Privacy"
    assert [(clause.id, clause.level, clause.line, clause.path) for clause in document.clauses] == [
        ("", 0, 1, ()),
        ("privacy", 1, 3, ()),
        ("kept", 2, 7, ("privacy",)),
        ("how-long", 2, 15, ("privacy",)),
    ]
    assert [clause.explicit_id for clause in document.clauses] == [False, True, True, False]


def test_heading_inside_a_quote_starts_no_clause() -> None:
    document = parse(POLICY)

    assert "quoted" in [heading.id for heading in document.headings]
    assert [block.clause for block in document.blocks if block.text == "Quoted"] == ["kept"]


def test_clause_excludes_blocks_of_nested_clauses() -> None:
    document = parse(POLICY)

    texts = {clause.id: [block.text for block in document.blocks_of(clause)] for clause in document.clauses}

    assert texts["privacy"] == ["Privacy", "We keep your account data for 24 months."]
    assert texts["kept"] == ["How long", "orders", "invoices", "paper", "Quoted"]


def test_text_without_a_first_level_heading_has_no_title() -> None:
    assert parse("## Only\n\nText.").title is None


def test_formats_are_returned_as_spans_of_the_text() -> None:
    (block,) = parse("We *keep **it*** [here `x`](#a) ![m](/m.png)").blocks

    assert block.text == "We keep it here x m"
    assert [(block.text[span.start : span.stop], span.kind, span.target) for span in block.spans] == [
        ("keep it", SpanKind.EMPHASIS, ""),
        ("it", SpanKind.STRONG, ""),
        ("here x", SpanKind.LINK, "#a"),
        ("x", SpanKind.CODE, ""),
        ("m", SpanKind.IMAGE, "/m.png"),
    ]


def test_list_item_has_list_and_number() -> None:
    *_, block = parse("3. a\n1. b\n   > c").blocks

    assert [(container.kind, container.number) for container in block.path] == [
        (ContainerKind.ORDERED_LIST, 3),
        (ContainerKind.ITEM, 4),
        (ContainerKind.QUOTE, None),
    ]


def test_blocks_of_one_list_share_the_list_key_but_not_item_keys() -> None:
    first, second = parse("- a\n- b").blocks

    assert first.path[0].key == second.path[0].key
    assert first.path[1].key != second.path[1].key


@pytest.mark.parametrize(
    ("text", "tight"),
    [
        row("items without blank lines are tight", "- a\n- b", [True, True]),
        row("items with blank lines are loose", "- a\n\n- b", [False, False]),
    ],
)
def test_tight_paragraphs_are_marked(text: str, tight: list[bool]) -> None:
    assert [block.tight for block in parse(text).blocks] == tight


def test_cell_has_row_column_and_alignment() -> None:
    cells = [block for block in parse(POLICY).blocks if block.kind is BlockKind.CELL]

    assert [(cell.text, cell.path[-1].number, cell.column, cell.align) for cell in cells] == [
        ("Data", 0, 0, "left"),
        ("Months", 0, 1, "right"),
        ("name", 1, 0, "left"),
        ("24", 1, 1, "right"),
    ]


def test_code_block_has_language() -> None:
    assert parse("```yaml extra\na: 1\n```").blocks[0].info == "yaml"


def test_every_link_and_image_is_listed_with_its_line() -> None:
    links = parse('[a\nb](#c "t")\n![d](https://e.example/f.png)\n\n- <mailto:g@h.example>').links

    assert [(link.target, link.text, link.line, link.image, link.alt, link.title) for link in links] == [
        ("#c", "a b", 2, False, "", "t"),
        ("https://e.example/f.png", "", 3, True, "d", ""),
        ("mailto:g@h.example", "mailto:g@h.example", 5, False, "", ""),
    ]


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        row("https is shown", "https://a.example", True),
        row("http is shown, and a check complains", "http://a.example", True),
        row("mail is shown", "mailto:a@b.example", True),
        row("a telephone number is shown", "tel:+4930123", True),
        row("a script is not", "JavaScript:alert(1)", False),
        row("data is not", "data:text/html,x", False),
        row("a file is not", "file:///etc/passwd", False),
    ],
)
def test_links_with_supported_addresses_are_accepted(target: str, shown: bool) -> None:
    text = f"[a]({target})"

    (link,) = parse(text).links

    assert link.shown is shown
    assert ("<a " in to_html(text)) is shown
    assert bool(parse(text).blocks[0].spans) is shown


@pytest.mark.parametrize("target", ["https://a.example/b.png", "//a.example/b.png", "data:image/png;base64,AA=="])
def test_remote_image_is_shown_as_its_description(target: str) -> None:
    assert to_html(f"![a map]({target})") == "<p>a map</p>\n"


def test_link_inside_link_is_shown_as_text() -> None:
    text = "[a <https://b.example>](https://c.example)"
    assert to_html(text) == '<p><a href="https://c.example">a https://b.example</a></p>\n'


@pytest.mark.parametrize("target", ["../terms/#a", "/help", "terms", "#gone", "//a.example", "?b=c"])
def test_link_without_target_on_some_page_is_shown_as_text(target: str) -> None:
    """A redline still compares the link target."""
    text = f"[a]({target})"

    assert to_html(text) == "<p>a</p>\n"
    assert parse(text).links[0].target == target
    assert parse(text).blocks[0].spans != ()


def test_link_to_section_of_the_text_is_kept() -> None:
    assert to_html("[a](#kept)\n\n## B {#kept}") == '<p><a href="#kept">a</a></p>\n<h2 id="kept">B</h2>\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        row("a tag in a line", "a <br> b", [(1, "<br>")]),
        row("a block", "a\n\n<div>\nb\n</div>", [(3, "<div>\nb\n</div>")]),
        row("a comment", "a\nb <!-- c -->", [(2, "<!-- c -->")]),
        row("two names are no attribute list of HTML but look like one", "<Acme Corp>", [(1, "<Acme Corp>")]),
        row("a tag in code is code", "`<br>`", []),
        row("less-than is no tag", "a < b and c > d", []),
        row("an autolink is no tag", "<https://a.example>", []),
    ],
)
def test_raw_html_is_reported(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(raw.line, raw.snippet) for raw in raw_html(text)] == expected


@pytest.mark.parametrize(
    ("text", "html"),
    [
        row("a heading carries its id", "## Kept {#kept}", '<h2 id="kept">Kept</h2>\n'),
        row("a list keeps its start", "3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        row("HTML is text", "<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        row("a title is not shown", '[a](tel:1 "c")', '<p><a href="tel:1">a</a></p>\n'),
        row("code has no class", "```js\na<b\n```", "<pre><code>a&lt;b\n</code></pre>\n"),
        row("a hard break is a break", "a\\\nb", "<p>a<br>\nb</p>\n"),
        row("an image is its description", "![a](/b.png)", "<p>a</p>\n"),
        row("quotes stay, a no-break space is named", '"a"\xa0b', '<p>"a"&nbsp;b</p>\n'),
    ],
)
def test_markdown_is_rendered_as_html(text: str, html: str) -> None:
    assert to_html(text) == html


def test_cells_are_aligned_by_attribute_not_by_style() -> None:
    html = to_html("|a|\n|:-:|\n|b|")

    assert '<td align="center">b</td>' in html
    assert "style" not in html


@pytest.mark.parametrize("sign", ["[", "![", "[[a](b)", "http://[::1"])
def test_many_unclosed_brackets_are_text(sign: str) -> None:
    """The parser searches for each bracket up to the end of its block, so that very many brackets would take hours."""
    text = sign * (100_000 // len(sign))

    assert parse(text).blocks[0].text.startswith("[" if sign.startswith("[[") else sign[:10])


def test_link_after_many_open_brackets_is_a_link() -> None:
    assert [link.target for link in parse("[" * 40 + " and [a](https://a.example/) [b]").links] == [
        "https://a.example/"
    ]


@pytest.mark.parametrize(
    "text",
    [
        row("quotes", "> " * 5000 + "end"),
        row("lists on one line", "- " * 5000 + "end"),
        row("lists on many lines", "\n".join("  " * depth + "- end" for depth in range(300))),
        row("brackets", "[" * 3000 + "end" + "](a)" * 3000),
        row("images", "![" * 2000 + "end" + "](a)" * 2000),
        row("emphasis", "*a " * 3000 + "end" + "*" * 3000),
    ],
)
def test_deep_nesting_loses_no_text_and_does_not_overflow_the_stack(text: str) -> None:
    assert "end" in plain_text(text)
    assert "end" in to_html(text)


@pytest.mark.parametrize("text", ["\x00", "\ufeff# a", "\ud800", "[a](\ud800)", "\u2028", "a\rb", "<\x7f>"])
def test_any_string_can_be_parsed(text: str) -> None:
    assert plain_text(text).endswith("\n")
