"""Redlines: marked words, moves, classes of changes, and changed numbers."""

from __future__ import annotations

import pytest

from inforce.markdown import BlockKind, ContainerKind, parse
from inforce.redline import Action, BlockState, ChangeClass, Format, NumberKind, Op, prepare, redline, tokens

MARKS = {
    Op.EQUAL: "{}",
    Op.DELETE: "[-{}-]",
    Op.INSERT: "{{+{}+}}",
    Op.MOVE_FROM: "<<{}<<",
    Op.MOVE_TO: ">>{}>>",
    Op.REFORMAT: "~{}~",
}
COLLECT = "We collect your name, your address and your e-mail when you register an account with us."
DELETION = "You may ask us to delete your data at any time through the online customer service."
SALE = "We never sell your personal information to advertisers or to anyone else for money."


def row(sentence: str, *values: object) -> object:
    return pytest.param(*values, id=sentence)


def text_of(*blocks: str) -> str:
    return "\n\n".join(blocks)


def marked(old: str, new: str) -> str:
    """Write the redline of two texts in one line: [-deleted-] {+inserted+} <<left<< >>came>> ~reformatted~."""
    return "".join(MARKS[run.op].format(run.text) for run in redline(old, new).runs).removesuffix("\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        row("a word is replaced whole", "We keep data.", "We sell data.", "We [-keep-]{+sell+} data."),
        row("a word is added with its space", "We keep data.", "We always keep data.", "We {+always +}keep data."),
        row("a number is never split", "for 24 months", "for 2 months", "for [-24-]{+2+} months"),
        row("an amount is never split", "€1,200.50 now", "€1,300.50 now", "[-€1,200.50-]{+€1,300.50+} now"),
        row("a date is never split", "on 2027-03-01", "on 2027-04-01", "on [-2027-03-01-]{+2027-04-01+}"),
        row(
            "a sentence is added from its beginning to its end",
            "One is here. Two is there.",
            "One is here. Two came. Two is there.",
            "One is here. {+Two came. +}Two is there.",
        ),
        row(
            "an item of an enumeration is added with its comma",
            "name, address and phone",
            "name, e-mail, address and phone",
            "name, {+e-mail, +}address and phone",
        ),
        row(
            "a part of an enumeration is deleted without its comma",
            "about cookies and similar technologies, and devices",
            "about cookies, and devices",
            "about cookies[- and similar technologies-], and devices",
        ),
        row(
            "words inserted on either side of equal words are distinguished",
            "Thanks for entrusting Acme Inc. (“Acme”, “we”) with your code and with a secret it is hard to keep",
            "Thanks for entrusting Acme Inc. or Acme Ltd. (“Acme”, “we” or “us”) with data. The statement says how",
            "Thanks for entrusting Acme Inc. {+or Acme Ltd. +}(“Acme”, “we”"
            "[-) with your code and with a secret it is hard to keep-]"
            "{+ or “us”) with data. The statement says how+}",
        ),
        row(
            "a rewrite contains no isolated equal words",
            "Upon loss the user must notify the provider of it in writing without delay",
            "If stolen, any customer must, before the third day, tell the shop by phone",
            "[-Upon loss the user must notify the provider of it in writing without delay\n-]"
            "{+If stolen, any customer must, before the third day, tell the shop by phone\n+}",
        ),
        row(
            "a split marks only the boundary",
            text_of(f"{COLLECT} {DELETION}"),
            text_of(COLLECT, DELETION),
            f"{COLLECT}[- -]{{+\n+}}{DELETION}",
        ),
        row(
            "a join marks only the boundary",
            text_of(COLLECT, DELETION),
            text_of(f"{COLLECT} {DELETION}"),
            f"{COLLECT}[-\n-]{{+ +}}{DELETION}",
        ),
        row(
            "a split of which one half was rewritten is a split and a rewrite",
            f"{COLLECT} {DELETION}",
            text_of("For sign-up a few facts are needed, as the table below shows you.", DELETION),
            f"[-{COLLECT} -]{{+For sign-up a few facts are needed, as the table below shows you.\n+}}{DELETION}",
        ),
        row(
            "a sentence that becomes a list keeps its words",
            "We collect: your name, your address, your age.",
            "We collect:\n\n- your name,\n- your address,\n- your age.",
            "We collect:[- -]{+\n+}your name,[- -]{+\n+}your address,[- -]{+\n+}~your age.\n~",
        ),
        row(
            "a moved paragraph is not also marked as changed",
            text_of(COLLECT, DELETION, SALE),
            text_of(SALE, COLLECT, DELETION),
            f">>{SALE}\n>>{COLLECT}\n{DELETION}\n<<{SALE}\n<<",
        ),
        row(
            "a paragraph that moved and was edited is both",
            text_of(COLLECT, DELETION, SALE),
            text_of(SALE.replace("never", "will never"), COLLECT, DELETION),
            f">>We >>{{+will +}}>>{SALE[3:]}\n>>{COLLECT}\n{DELETION}\n<<{SALE}\n<<",
        ),
        row(
            "a few words that swap places are no move",
            "- name\n- address",
            "- address\n- name",
            "{+address\n+}name\n[-address\n-]",
        ),
        row("emphasis changes no word", "We keep *all* data", "We keep all data", "We keep ~all~ data"),
        row("another address changes no word", "See [here](/a)", "See [here](/b)", "See ~here~"),
        row("another level changes no word", "## Data", "### Data", "~Data\n~"),
        row("a list that becomes paragraphs changes no word", "- one\n- two", "one\n\ntwo", "~one\ntwo\n~"),
        row("bullets that become numbers change no word", "- one\n- two", "1. one\n2. two", "~one\ntwo\n~"),
        row(
            "an additional item renumbers the list, which is not marked",
            "1. one\n2. two",
            "1. one\n2. new\n3. two",
            "one\n{+new\n+}two",
        ),
        row("a list with another start is a format change", "1. one\n2. two", "5. one\n6. two", "~one\ntwo\n~"),
        row("another image with the same words", "![map](a.png)", "![map](b.png)", "~map~"),
        row("an image without words", "![](a.png)", "![](b.png)", "~\ufffc~"),
        row("a line of code", "```\na = 1\nb = 2\n```", "```\na = 1\nb = 3\n```", "a = 1\nb = [-2-]{+3+}"),
        row("a removed rule", "a\n\n---\n\nb", "a\n\nb", "a\n[-\n-]b"),
        row(
            "a cell of a table",
            "|a|b|\n|-|-|\n|name|24 days|",
            "|a|b|\n|-|-|\n|name|12 days|",
            "a\nb\nname\n[-24-]{+12+} days",
        ),
        row(
            "a row of a table",
            "|a|b|\n|-|-|\n|x|1|\n|z|3|",
            "|a|b|\n|-|-|\n|x|1|\n|y|2|\n|z|3|",
            "a\nb\nx\n1\n{+y\n2\n+}z\n3",
        ),
        row(
            "a table that gains a column",
            "|a|b|\n|-|-|\n|x|1|",
            "|a|n|b|\n|-|-|-|\n|x|new|1|",
            "a\n{+n\n+}b\nx\n{+new\n+}1",
        ),
        row(
            "a table that loses a column",
            "|a|n|b|\n|-|-|-|\n|x|old|1|",
            "|a|b|\n|-|-|\n|x|1|",
            "a\n[-n\n-]b\nx\n[-old\n-]1",
        ),
        row(
            "a heading with a new name stays its clause's heading",
            text_of("## What we collect", COLLECT),
            text_of("## Data we gather", COLLECT),
            f"[-What we collect-]{{+Data we gather+}}\n{COLLECT}",
        ),
        row("one Chinese character", "我们会出售您的信息。", "我们不会出售您的信息。", "我们{+不+}会出售您的信息。"),
        row(
            "a Chinese word is not split", "我们收集您的信息。", "我们收取您的信息。", "我们[-收集-]{+收取+}您的信息。"
        ),
        row("a Chinese date", "自2027年3月1日起", "自2027年4月1日起", "自2027年[-3-]{+4+}月1日起"),
        row(
            "a Japanese period",
            "データを三十日間保存します。",
            "データを六十日間保存します。",
            "データを[-三十-]{+六十+}日間保存します。",
        ),
        row(
            "a Japanese word is not split", "情報を保存します。", "情報を保管します。", "情報を[-保存-]{+保管+}します。"
        ),
        row("a Thai period", "เก็บข้อมูลไว้ 30 วัน", "เก็บข้อมูลไว้ 60 วัน", "เก็บข้อมูลไว้ [-30-]{+60+} วัน"),
        row("an Arabic amount", "رسوم قدرها 30 دولارا.", "رسوم قدرها 60 دولارا.", "رسوم قدرها [-30-]{+60+} دولارا."),
        row("a Hindi word", "हम डेटा रखते हैं", "हम डेटा नहीं रखते हैं", "हम डेटा {+नहीं +}रखते हैं"),
        row("Hebrew and English mixed", "אנחנו ACME שומרים", "אנחנו ACME מוכרים", "אנחנו ACME [-שומרים-]{+מוכרים+}"),
    ],
)
def test_changed_words_are_marked(old: str, new: str, expected: str) -> None:
    assert marked(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "kind", "action"),
    [
        row("a word", "We keep data", "We sell data", ChangeClass.SUBSTANTIVE, Action.REPLACED),
        row("“not”", "We will sell it", "We will not sell it", ChangeClass.SUBSTANTIVE, Action.INSERTED),
        row("a comma", "sell, rent or lend", "sell rent or lend", ChangeClass.SUBSTANTIVE, Action.DELETED),
        row("a capital, since terms are defined by it", "a user", "a User", ChangeClass.SUBSTANTIVE, Action.REPLACED),
        row("a number", "for 24 months", "for 12 months", ChangeClass.NUMBER, Action.REPLACED),
        row("the unit of a number", "for 30 days", "for 30 months", ChangeClass.NUMBER, Action.REPLACED),
        row("a number in Han characters", "保存三十天", "保存六十天", ChangeClass.NUMBER, Action.REPLACED),
        row("an address", "[here](/a)", "[here](/b)", ChangeClass.LINK, Action.REFORMATTED),
        row("a removed link", "[here](/a) it is", "here it is", ChangeClass.LINK, Action.REFORMATTED),
        row("emphasis", "*all* of it", "all of it", ChangeClass.FORMATTING, Action.REFORMATTED),
        row("a level", "## Data", "### Data", ChangeClass.FORMATTING, Action.REFORMATTED),
        row("a split", f"{COLLECT} {SALE}", text_of(COLLECT, SALE), ChangeClass.FORMATTING, Action.REPLACED),
        row("a curly apostrophe", "it's ours", "it’s ours", ChangeClass.EDITORIAL, Action.REPLACED),
        row("a dash", "a - b", "a – b", ChangeClass.EDITORIAL, Action.REPLACED),
        row("a no-break space", "5 days", "5\u00a0days", ChangeClass.EDITORIAL, Action.REPLACED),
        row("other code points", "cafe\u0301", "café", ChangeClass.EDITORIAL, Action.REPLACED),
        row("a paragraph", COLLECT, text_of(COLLECT, SALE), ChangeClass.SUBSTANTIVE, Action.INSERTED),
        row(
            "a move",
            text_of(SALE, DELETION, COLLECT),
            text_of(DELETION, COLLECT, SALE),
            ChangeClass.SUBSTANTIVE,
            Action.MOVED,
        ),
    ],
)
def test_change_has_the_expected_class(old: str, new: str, kind: ChangeClass, action: Action) -> None:
    changes = redline(old, new).changes

    assert [(change.kind, change.action) for change in changes] == [(kind, action)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        row("a period", "kept for 24 months", "kept for 12 months", (NumberKind.PERIOD, "24 months", "12 months")),
        row("a unit", "kept for 24 months", "kept for 24 days", (NumberKind.PERIOD, "24 months", "24 days")),
        row("an amount", "pays €5 now", "pays €50 now", (NumberKind.AMOUNT, "€5", "€50")),
        row("a date", "by 1 March 2027", "by 1 April 2027", (NumberKind.DATE, "1 March 2027", "1 April 2027")),
        row("a percentage", "at 3 % more", "at 5 % more", (NumberKind.PERCENTAGE, "3 %", "5 %")),
        row("a bare number", "see section 7 here", "see section 8 here", (NumberKind.NUMBER, "7", "8")),
        row("an added number", "kept for long", "kept for 5 years", (NumberKind.PERIOD, "", "5 years")),
        row("an address", "[here](/a)", "[here](/b)", (NumberKind.LINK, "/a", "/b")),
        row("business days", "in 5 days", "in 5 business days", (NumberKind.PERIOD, "5 days", "5 business days")),
    ],
)
def test_changed_numbers_are_listed(old: str, new: str, expected: tuple[NumberKind, str, str]) -> None:
    (number,) = redline(f"# T\n\n## Keeping {{#keeping}}\n\n{old}", f"# T\n\n## Keeping {{#keeping}}\n\n{new}").numbers

    assert (number.kind, number.was, number.now) == expected
    assert (number.clause, number.heading) == ("keeping", "Keeping")


def test_numbers_of_inserted_paragraph_are_not_changed_numbers() -> None:
    assert redline("One.", "One.\n\nTwo costs €5 in 3 days.").numbers == ()


def test_moved_block_refers_to_its_old_place_and_shows_edits_at_the_new_one() -> None:
    comparison = redline(text_of(SALE, COLLECT, DELETION), text_of(COLLECT, DELETION, SALE.replace("never", "do not")))

    left, came = (block for block in comparison.blocks if block.move)

    assert (left.state, came.state) == (BlockState.MOVED_FROM, BlockState.MOVED_TO)
    assert (comparison.blocks[left.partner or 0], comparison.blocks[came.partner or 0]) == (came, left)
    assert [run.text for run in came.shown if run.op is Op.DELETE] == ["never"]
    assert [run.text for run in came.runs if run.op is Op.DELETE] == []


def test_blocks_moved_together_are_one_move() -> None:
    item = "- {} of the account, as long as the account is open and for a year after"
    section = text_of("## Storage", "\n".join(item.format(part) for part in ("name", "address", "history")))

    comparison = redline(text_of(section, COLLECT, "## Sale", SALE * 9), text_of(COLLECT, "## Sale", SALE * 9, section))

    assert comparison.statistics.moves == 1
    assert [block.kind for block in comparison.blocks if block.state is BlockState.MOVED_TO] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
    ]


def test_move_that_crosses_no_block_is_an_edit() -> None:
    comparison = redline(text_of("## A", SALE, "## B", "x"), text_of("## A", "## New", SALE, "## B", "x"))

    assert comparison.statistics.moves == 0


def test_deleted_items_remain_in_their_list() -> None:
    comparison = redline("- one thing\n- two things\n- three things", "- one thing\n- three things")

    assert len({block.path[0].key for block in comparison.blocks}) == 1
    assert len({block.path[1].key for block in comparison.blocks}) == 3


def test_deleted_rows_remain_in_their_table() -> None:
    comparison = redline("|a|b|\n|-|-|\n|x|1|\n|y|2|\n|z|3|", "|a|b|\n|-|-|\n|x|1|\n|z|3|")

    gone = [block for block in comparison.blocks if block.state is BlockState.DELETED]
    assert [block.runs[0].text for block in gone] == ["y", "2"]
    assert len({block.path[0].key for block in comparison.blocks}) == 1
    assert {container.kind for block in gone for container in block.path} == {ContainerKind.TABLE, ContainerKind.ROW}


def test_columns_are_numbered_in_the_merged_table() -> None:
    comparison = redline("|a|gone|b|\n|-|-|-|\n|x|0|1|", "|a|b|new|\n|-|-|-|\n|x|1|2|\n|y|3|4|")

    cells = sorted((block.path[-1].number or 0, block.column, block.runs[0].text) for block in comparison.blocks)
    assert cells == [
        *[(0, 0, "a"), (0, 1, "gone"), (0, 2, "b"), (0, 3, "new")],
        *[(1, 0, "x"), (1, 1, "0"), (1, 2, "1"), (1, 3, "2")],
        *[(2, 0, "y"), (2, 2, "3"), (2, 3, "4")],
    ]


def test_runs_of_blocks_have_formats() -> None:
    comparison = redline("We keep **your [data](/a)** safe", "We keep **your [data](/b)** and safe")

    strong, link = Format("strong"), Format("link", "/b")
    runs = [(run.op, run.text, run.formats) for run in comparison.blocks[0].runs]
    assert runs == [
        (Op.EQUAL, "We keep ", ()),
        (Op.EQUAL, "your ", (strong,)),
        (Op.REFORMAT, "data", (strong, link)),
        (Op.EQUAL, " ", ()),
        (Op.INSERT, "and ", ()),
        (Op.EQUAL, "safe", ()),
    ]
    assert comparison.blocks[0].runs[2].was == (Format("link", "/a"),)


def test_block_has_its_old_and_new_format() -> None:
    (block,) = redline("- ## Data", "### Data").blocks

    assert (block.was, block.now) == ((Format("bullet_list"), Format("heading", "2")), (Format("heading", "3"),))
    assert [run.op for run in block.runs] == [Op.EQUAL]


def test_clause_states_its_changed_share() -> None:
    old = "# T\n\n## A {#a}\n\none two three four\n\n## B {#b}\n\nkept"
    new = "# T\n\n## A {#a}\n\none two three five six\n\n## B {#b}\n\nkept"

    (clause,) = redline(old, new).changed_clauses

    assert (clause.id, clause.heading, clause.words) == ("a", "A", 6)
    assert (clause.inserted, clause.deleted, clause.share) == (2, 1, round(3 / 7, 4))
    assert clause.classes == (ChangeClass.SUBSTANTIVE,)


def test_statistics_count_words() -> None:
    counted = redline(text_of("one two three", SALE, DELETION), text_of("one 2 *three*", DELETION, SALE)).statistics

    assert (counted.inserted, counted.deleted, counted.reformatted) == (1, 1, 1)
    assert counted.moved == 16
    assert (counted.moves, counted.changes) == (1, 3)


def test_prepared_text_and_string_produce_the_same_redline() -> None:
    old, new = text_of(COLLECT, SALE), text_of(COLLECT, DELETION)

    assert redline(prepare(old), new).runs == redline(old, prepare(new)).runs == redline(old, new).runs


def test_prepared_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(tokens, "parse", lambda text: read.append(text) or parse(text))
    versions = [text_of(COLLECT, SALE, *[DELETION] * count) for count in range(5)]
    texts = [prepare(text) for text in versions]

    comparisons = [redline(old, new) for old in texts for new in texts]
    results = [
        (comparison.changes, comparison.blocks, comparison.changed_clauses, comparison.numbers, comparison.statistics)
        for comparison in comparisons
    ]

    assert len(results) == 25
    assert read == versions


def test_splitting_words_in_advance_does_not_change_the_redline() -> None:
    old, new = text_of(COLLECT, SALE), text_of(SALE, DELETION)

    assert redline(prepare(old).cut_words(), prepare(new).cut_words()).blocks == redline(old, new).blocks


def test_invisible_difference_is_not_a_change() -> None:
    assert redline("a  b\nc\n\n* x", "a b c\n\n- x").equal is False
    assert redline("a b\nc\n\n* x\n", "a b c\n\n\n- x").equal
