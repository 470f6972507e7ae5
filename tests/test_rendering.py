"""Redlines as HTML, side by side, as sentences, Markdown, lines and data, for each kind of change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from html_reader import read
from inforce.redline import Redline, redline
from inforce.rendering.html import to_html
from inforce.rendering.json import to_data
from inforce.rendering.labels import ENGLISH, Labels
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.rendering.side_by_side import to_sides
from inforce.rendering.terminal import Segment, to_lines

LONG = "We delete the account data of a closed account after twenty-four months at the latest."
OTHER = "Orders, invoices and payments are kept for ten years, because the law on taxes asks it of every shop."
MORE = f"{OTHER} {'Nothing else is kept in any place at any time by anybody. ' * 4}".strip()
MOVED = (f"{LONG}\n\n{MORE}", f"{MORE}\n\n{LONG}")
SR = '<span class="inforce-sr">{} </span>'.format

HTML = [
    pytest.param("a cat", "a dog", f"<p>a <del>{SR('deleted:')}cat</del><ins>{SR('added:')}dog</ins></p>", id="a word"),
    pytest.param("# A\n\nx", "# A\n\nx y", f"<h1>A</h1><p>x<ins>{SR('added:')} y</ins></p>", id="under a heading"),
    pytest.param("x", "x\n\n- y", f"<ul><li><p><ins>{SR('added:')}y</ins></p></li></ul>", id="an inserted list"),
    pytest.param("> x", "> x y", f"<blockquote><p>x<ins>{SR('added:')} y</ins></p></blockquote>", id="in a quote"),
    pytest.param("3. x", "3. x y", f'<ol start="3"><li><p>x<ins>{SR("added:")} y</ins></p></li></ol>', id="in a list"),
    pytest.param("```\nx\n```", "```\nx y\n```", "<pre><code>x<ins>", id="in code"),
    pytest.param("x", "x\n\n---", "<hr>", id="an inserted rule"),
    pytest.param("x & <y>", "x & <y> z", "<p>x &amp; &lt;y&gt;<ins>", id="characters that mean something in HTML"),
    pytest.param(
        f"{LONG} {OTHER}", f"{LONG}\n\n{OTHER}", f'<ins class="inforce-pilcrow">{SR("paragraph divided here")}¶</ins>',
        id="a split paragraph",
    ),
    pytest.param(
        f"{LONG}\n\n{OTHER}", f"{LONG} {OTHER}", f'<del class="inforce-pilcrow">{SR("paragraphs joined here")}¶</del>',
        id="joined paragraphs",
    ),
    pytest.param(
        "[a](https://x.example/)", "[a](https://y.example/)",
        '<a href="https://y.example/">a</a></span><span class="inforce-note"> (link changed, before: https://x.example/)',
        id="a changed link",
    ),
    pytest.param("a", "[a](https://x.example/)", " (link added)</span>", id="an inserted link"),
    pytest.param("[a](https://x.example/)", "a", " (link removed: https://x.example/)</span>", id="a removed link"),
    pytest.param("*a*", "a", " (formatting changed)</span>", id="removed emphasis"),
    pytest.param("# A\n\nx", "## A\n\nx", "(before: heading 1; now: heading 2)", id="a heading of a lower level"),
    pytest.param(
        "# A\n\nx\n\n## B\n\ny", "# A\n\nx\n\n## B\n\nz",
        '<details class="inforce-unchanged"><summary>Unchanged: A</summary><h1>A</h1><p>x</p></details>',
        id="an unchanged clause, folded",
    ),
    pytest.param("x\n\n# B\n\ny", "x\n\n# B\n\nz", "<summary>Unchanged: beginning</summary>", id="no heading"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), HTML)
def test_html_contains_the_expected_markup(old: str, new: str, expected: str) -> None:
    fragment = to_html(redline(old, new))

    read(fragment)
    assert expected in fragment


def test_inserted_paragraph_is_not_marked_as_split() -> None:
    assert "divided" not in to_html(redline(LONG, f"{LONG}\n\n{OTHER}"))


@pytest.mark.parametrize("pair", [MOVED, MOVED[::-1]], ids=["forwards", "back"])
def test_moved_blocks_link_to_each_other(pair: tuple[str, str]) -> None:
    body = read(to_html(redline(*pair), anchor="m-"))

    (here,) = [element for element in body.iter() if element.get("class") == "inforce-moved"]
    (stub,) = [element for element in body.iter() if element.get("class") == "inforce-stub"]
    assert [link.get("href") for link in here.iter("a")] == [f"#{stub.get('id')}"]
    assert [link.get("href") for link in stub.iter("a")] == [f"#{here.get('id')}"]
    assert "".join(here.itertext()).startswith("Moved here (previous position): ")
    assert "".join(stub.itertext()).startswith("Moved to another place (new position): deleted: ")


@pytest.mark.parametrize("back", [False, True], ids=["down", "up"])
def test_blocks_that_moved_together_have_one_note(back: bool) -> None:
    pair = (f"{LONG}\n\n{OTHER}\n\n{MORE * 4}", f"{MORE * 4}\n\n{LONG}\n\n{OTHER}")

    body = read(to_html(redline(*(pair[::-1] if back else pair))))

    ids = [element.attrib["id"] for element in body.iter() if "id" in element.attrib]
    links = [element.attrib["href"].removeprefix("#") for element in body.iter("a")]
    assert [element.get("class") for element in body.iter() if "id" in element.attrib].count("inforce-stub") == 1
    assert len(links) == 2
    assert set(links) <= set(ids)


TABLE = "| a | b |\n|---|--:|\n| 1 | 2 |\n"


def test_table_keeps_header_and_column_alignment() -> None:
    fragment = to_html(redline(TABLE, TABLE.replace("2", "3")))

    read(fragment)
    assert '<tr><th>a</th><th align="right">b</th></tr>' in fragment
    assert f'<td align="right"><del>{SR("deleted:")}2</del>' in fragment


SIDES = [
    pytest.param("a cat", "a dog", [["a deleted: cat", "a added: dog"]], id="a word"),
    pytest.param(LONG, f"{LONG}\n\n{OTHER}", [[LONG], ["", f"added: {OTHER}"]], id="an inserted paragraph"),
    pytest.param(f"{LONG}\n\n{OTHER}", LONG, [[LONG], [f"deleted: {OTHER}", ""]], id="a deleted paragraph"),
    pytest.param("# A\n\nx\n\n# B\n\ny", "# A\n\nx\n\n# B\n\ny z", [["B"], ["y", "yadded:  z"]], id="one of two"),
    pytest.param(TABLE, TABLE.replace("2", "3"), [["ab"], ["1deleted: 2", "1added: 3"]], id="a row of a table"),
    pytest.param(
        f"{LONG}\n\n{MORE}", f"{MORE}\n\n{LONG}",
        [[f"Moved to another place: {LONG}", ""], [MORE], ["", f"Moved here: {LONG}"]], id="a moved paragraph",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rows"), SIDES)
def test_side_by_side_html_contains_the_expected_markup(old: str, new: str, rows: list[list[str]]) -> None:
    body = read(to_sides(redline(old, new)))

    shown = [["".join(cell.itertext()) for cell in row] for row in body.findall("table/tbody/tr")]
    assert shown == rows
    assert [cell.text for cell in body.findall("table/thead/tr/th")] == ["Before", "After"]


def test_each_side_has_its_own_link_and_only_the_new_side_has_a_note() -> None:
    body = read(to_sides(redline("[a](https://x.example/)", "[a](https://y.example/)")))

    (before, after) = body.findall("table/tbody/tr/td")
    assert [[link.get("href") for link in element.iter("a")] for element in (before, after)] == [
        ["https://x.example/"],
        ["https://y.example/"],
    ]
    assert "".join(before.itertext()) == "a"


def test_items_quotes_and_code_have_the_same_markup_on_both_sides() -> None:
    old = "4. x\n\n- y\n\n> z\n\n```\nc\n```\n\n---"

    body = read(to_sides(redline(old, f"{old}\n\nmore")))

    tags = [row[0][0].tag for row in body.findall("table/tbody/tr") if len(row[0])]
    assert tags == ["ol", "ul", "blockquote", "pre", "hr"]
    assert body.find("table/tbody/tr/td/ol[@start='4']") is not None


SENTENCES = [
    pytest.param("Kept for 24 months.", "Kept for 36 months.", "“24” became “36”.", id="a number"),
    pytest.param(LONG, f"{LONG} Always.", "Added: “Always.”.", id="inserted words"),
    pytest.param(f"{LONG} Always.", LONG, "Deleted: “Always.”.", id="deleted words"),
    pytest.param(*MOVED, f"Moved: “{LONG}”.", id="a moved paragraph"),
    pytest.param(
        "[a](https://x.example/)", "[a](https://y.example/)",
        "The link of “a” changed from https://x.example/ to https://y.example/.", id="a link",
    ),
    pytest.param(
        "a", "[a](https://y.example/)", "The link of “a” changed from nothing to https://y.example/.",
        id="an inserted link",
    ),
    pytest.param("*a*", "a", "“a” is formatted differently: emphasis became plain.", id="emphasis"),
    pytest.param("don't", "don’t", "“don't” is spelt “don’t”.", id="a quote of another kind"),
    pytest.param("# Data\n\na cat", "# Data\n\na dog", "Data – “cat” became “dog”.", id="the clause it stands in"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), SENTENCES)
def test_sentence_describes_the_change(old: str, new: str, sentence: str) -> None:
    assert to_sentences(redline(old, new)) == (sentence,)


def test_long_change_is_shortened_between_words() -> None:
    (sentence,) = to_sentences(redline("Stay.", f"Stay.\n\n{'word ' * 200}end."))

    assert len(sentence) < 180
    assert " word … word " in sentence
    assert sentence.endswith("end.”.")


MARKDOWN = [
    pytest.param("a cat", "a dog", "> a ~~cat~~**dog**\n", id="a word"),
    pytest.param("# Data\n\nx", "# Data\n\nx y", "#### Data\n> x **y**\n", id="a clause under its heading"),
    pytest.param("- x", "- x y", "> • x **y**\n", id="an item"),
    pytest.param("x", "x *y*", "> x **y**\n", id="emphasised words as words"),
    pytest.param("x", r"x \<b> \[a](b)", r"> x **\<b\> \[a\]\(b\)**", id="characters that mean something in Markdown"),
    pytest.param(*MOVED, f"> *Moved to another place:* {LONG}".replace(".", r"\."), id="a former position"),
    pytest.param(
        f"{LONG} {OTHER}", f"{LONG}\n\n{OTHER}", "*(paragraph divided here)*", id="a split paragraph"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), MARKDOWN)
def test_markdown_contains_the_expected_lines(old: str, new: str, expected: str) -> None:
    assert expected.replace("-", r"\-") in to_markdown(redline(old, new))


def test_markdown_omits_unchanged_blocks() -> None:
    assert "same" not in to_markdown(redline("# A\n\nsame\n\n# B\n\nx", "# A\n\nsame\n\n# B\n\ny"))


LINES = [
    pytest.param("a cat", "a dog", "a [-cat-]{+dog+}", id="a word"),
    pytest.param(
        "[a](https://x.example/)", "a", "a (before: link https://x.example/; now: plain)", id="a removed link"
    ),
    pytest.param(f"{LONG} {OTHER}", f"{LONG}\n\n{OTHER}", "{+¶+}", id="a split paragraph"),
    pytest.param(f"{LONG}\n\n{OTHER}", f"{LONG} {OTHER}", "[-¶-]", id="joined paragraphs"),
    pytest.param(*MOVED, f"Moved here: {LONG}", id="a moved paragraph"),
    pytest.param("# Data\n\nx", "# Data\n\nx y", "Data\nx{+ y+}", id="a clause under its heading"),
]


@pytest.mark.parametrize(("old", "new", "expected"), LINES)
def test_terminal_lines_contain_the_expected_text(old: str, new: str, expected: str) -> None:
    lines = ["".join(segment.text for segment in line) for line in to_lines(redline(old, new))]

    assert expected in "\n".join(lines)


def test_segments_have_a_style() -> None:
    (line, _) = to_lines(redline("a cat", "a dog"))

    assert line == (Segment("a ", "equal"), Segment("[-cat-]", "delete"), Segment("{+dog+}", "insert"))


def test_json_contains_runs_clauses_numbers_and_counts() -> None:
    data = to_data(redline("# Data {#data}\n\nKept 24 months.", "# Data {#data}\n\nKept 36 months."))

    assert data == {
        "runs": [
            {"op": "equal", "text": "Data\nKept "},
            {"op": "delete", "text": "24"},
            {"op": "insert", "text": "36"},
            {"op": "equal", "text": " months.\n"},
        ],
        "clauses": [
            {"id": "data", "heading": "Data", "state": "changed"}
            | {"percent": 40, "inserted": 1, "deleted": 1, "moved": 0}
        ],
        "numbers": [{"kind": "period", "was": "24 months", "now": "36 months", "clause": "data"}],
        "words": {"old": 4, "new": 4, "equal": 3, "inserted": 1, "deleted": 1, "moved": 0},
    }


def test_json_contains_the_old_id_of_a_renamed_clause() -> None:
    data = to_data(redline("# A\n\n## Use\n\nWe keep what we need.", "# A\n\n## Use of data\n\nWe keep what we need."))

    assert [(element["id"], element["was"]) for element in data["clauses"]] == [("use-of-data", "use")]


def test_json_contains_removed_and_added_formats() -> None:
    (run, _) = to_data(redline("[a](https://x.example/)", "*a*"))["runs"]

    assert run == {
        "op": "reformat",
        "text": "a",
        "was": [{"kind": "link", "value": "https://x.example/"}],
        "now": [{"kind": "emphasis"}],
    }


def in_another_language() -> Labels:
    """Return labels that consist of their names in brackets and the original placeholders."""
    braces = {field.name: [word for word in str(field.default).split() if "{" in word] for field in fields(Labels)}
    return replace(ENGLISH, **{name: " ".join([f"⟦{name}⟧", *placeholder]) for name, placeholder in braces.items()})


CHANGES = [
    ("# A\n\nsame\n\n# B\n\na cat", "# A\n\nsame\n\n# B\n\na dog"),
    ("# A\n\nx", "## A\n\nx"),
    ("*a* don't [b](https://x.example/) c", "a don’t b [c](https://x.example/)"),
    ("[a](https://x.example/)", "[a](https://y.example/)"),
    ("x", "x y"),
    ("x y", "x"),
    (f"{LONG} {OTHER}", f"{LONG}\n\n{OTHER}"),
    (f"{LONG}\n\n{OTHER}", f"{LONG} {OTHER}"),
    MOVED,
]
SHOWN = [
    pytest.param(
        to_html,
        [
            *("added", "deleted", "split_here", "joined_here", "moved_here", "moved_away", "see_origin", "see_target"),
            *("unchanged", "link_was", "link_gone", "link_new", "format_changed", "structure_changed"),
        ],
        id="HTML",
    ),
    pytest.param(to_sides, ["old_text", "new_text", "added", "deleted", "moved_here", "moved_away"], id="the sides"),
    pytest.param(
        to_sentences,
        [
            *("replaced_sentence", "inserted_sentence", "deleted_sentence", "moved_sentence", "link_sentence"),
            *("format_sentence", "editorial_sentence", "in_clause", "nothing", "plain"),
        ],
        id="sentences",
    ),
    pytest.param(to_markdown, ["moved_here", "moved_away", "split_here", "joined_here"], id="Markdown"),
    pytest.param(
        lambda *words: list(to_lines(*words)), ["moved_here", "moved_away", "structure_changed"], id="a terminal"
    ),
]


@pytest.mark.parametrize(("render", "names"), SHOWN)
def test_labels_of_another_language_appear_in_every_format(
    render: Callable[[Redline, Labels], object], names: list[str]
) -> None:
    labels = in_another_language()

    shown = "".join(str(render(redline(*pair), labels)) for pair in CHANGES).replace("\\", "")

    assert [name for name in names if f"⟦{name}⟧" not in shown.replace(r"\_", "_")] == []


def test_changed_space_is_shown_as_a_symbol() -> None:
    assert to_sentences(redline("a  b", "a b")) == ("“␣␣” is spelt “␣”.",)
