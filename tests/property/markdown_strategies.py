"""Strategies for Markdown: usual and unusual texts."""

from __future__ import annotations

from hypothesis import strategies as st

PHRASES = [
    "we keep your account data for 24 months",
    "the user may withdraw consent at any time and services shop order payment",
    "3.5 % €1,200.50 2027-03-01 1 March 2027 § 5 (a) don’t third-party naïve",
    "個人情報 数据 不 保留 三十日 ข้อมูล ส่วนบุคคล بيانات المستخدم 30 डेटा नीति é e\u0301",
    "https://shop.example/a?b=1&c a@b.example <b> & \u00a0 ",
]
WORDS = [word for phrase in PHRASES for word in phrase.split(" ")]
MARKS = ["*", "**", "_", "`", "[", "](x)", "![", "](/i.png)", "<", ">", "|", "\\", "&amp;", "#", "- ", "1. ", "\n"]

words = st.sampled_from(WORDS)
sentences = st.lists(words, min_size=1, max_size=12).map(" ".join)
noise = st.lists(st.one_of(words, st.sampled_from(MARKS), st.text(max_size=3)), max_size=30).map("".join)


def _emphasised(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, f"*{text}*", f"**{text}**", f"[{text}](#a)", f"`{text}`", f"![{text}](/i.png)"])


phrases = st.lists(words.flatmap(_emphasised), min_size=1, max_size=10).map(" ".join)
headings = st.builds(
    lambda level, text, name: f"{'#' * level} {text}{name}",
    st.integers(1, 4),
    sentences,
    st.sampled_from(["", " {#one}", " {#two}", " {#three}"]),
)
cells = st.lists(words, min_size=2, max_size=2)
tables = st.builds(
    lambda head, rows: "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---", ":-:"], *rows]),
    cells,
    st.lists(cells, max_size=4),
)
items = st.lists(st.tuples(st.sampled_from(["- ", "1. ", "   - ", "7. "]), phrases), min_size=1, max_size=5)
lists = items.map(lambda rows: "\n".join(mark + text for mark, text in rows))
quotes = phrases.map(lambda text: f"> {text}")
code = phrases.map(lambda text: f"```\n{text}\n```")
blocks = st.one_of(headings, phrases, sentences, lists, tables, quotes, code, st.just("---"))
documents = st.lists(blocks, max_size=8).map("\n\n".join)
texts = st.one_of(documents, noise, st.text())

# Lines that begin, continue or only resemble a block, depending on adjacent lines.
LISTED = [
    "- item",
    "- other",
    "* item",
    "+",
    "1. one",
    "2. two",
    "10) ten",
    "1986. y",
    "   - inner",
    "  more",
    "\t- item",
]
LINES = [
    *(
        "foo bar",
        "    code",
        "\tcode",
        "> quote",
        ">",
        "# H",
        "## H {#id}",
        "##",
        "#tag",
        "#\tx",
        "# a #",
        "===",
        "---",
    ),
    *("***", "| a | b |", "|--|--|", "a | b", "<div>", "<!-- x", "-->", "<a@b.example>", "[x](#h)", "[x]", "[x] : y"),
    *(
        "![i](/a)",
        "**b",
        "`c",
        "\\",
        "&#10;x",
        "数据",
        "\u3000x",
        "\u00a0y",
        " ",
        "\t",
        "- # H",
        "> - x",
        "- > q",
        "²x",
    ),
    *("-x", "___", "####### x", "\x0bz", "\u2028q", "::: note"),
]
REACHING = ["```", "~~~", "[x]: /y", "\r", "\0"]
GAPS = ["\n", "\n\n", "\n\n", "\n\n\n", "\n \n"]


def _meeting(lines: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(st.sampled_from(lines), st.sampled_from(GAPS)).map("".join), max_size=10).map("".join)


tricky = st.one_of(_meeting([*LISTED, "foo"]), _meeting(LISTED + LINES), _meeting(LISTED + LINES + REACHING))
