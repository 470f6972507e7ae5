"""Edits of a single character, a date or an amount, in scripts that many engines split incorrectly."""

from __future__ import annotations

import pytest

from inforce.redline import ChangeClass, NumberKind, Op, Redline, redline

MARKS = {Op.EQUAL: "{}", Op.DELETE: "[-{}-]", Op.INSERT: "{{+{}+}}"}
SENTENCES = {
    "Chinese": "我们不会出售您的信息。",
    "Chinese, dated": "本政策自2027年3月1日起施行。",
    "Chinese, of an amount": "违约金为人民币500元。",
    "Japanese": "第三者に提供します。",
    "Japanese, dated": "2027年3月1日に施行します。",
    "Japanese, of an amount": "手数料は500円です。",
    "Thai": "เราเก็บข้อมูลของท่าน",
    "Thai, dated": "มีผลวันที่ 1 มีนาคม 2570",
    "Thai, of an amount": "ค่าธรรมเนียม 500 บาท",
    "Arabic": "نحن نجمع بياناتك",
    "Arabic, dated": "يسري من ١ مارس ٢٠٢٧",
    "Arabic, of an amount": "الرسوم ٥٠٠ ريال",
    "Hindi": "हम आपका डेटा रखते हैं",
    "Hindi, dated": "1 मार्च 2027 से लागू",
    "Hindi, of an amount": "शुल्क ₹500 है",
}


def changed(name: str, was: str, now: str) -> Redline:
    assert was in SENTENCES[name]
    return redline(SENTENCES[name], SENTENCES[name].replace(was, now))


def marked(comparison: Redline) -> str:
    return "".join(MARKS[run.op].format(run.text) for run in comparison.runs).removesuffix("\n")


@pytest.mark.parametrize(
    ("name", "was", "now", "expected"),
    [
        ("Chinese", "不", "只", "我们[-不会-]{+只会+}出售您的信息。"),
        ("Japanese", "に", "へ", "第三者[-に-]{+へ+}提供します。"),
        ("Thai", "ท่าน", "ทาน", "เราเก็บข้อมูลของ[-ท่าน-]{+ทาน+}"),
        ("Arabic", "بياناتك", "بياناتكم", "نحن نجمع [-بياناتك-]{+بياناتكم+}"),
        ("Hindi", "आपका", "आपके", "हम [-आपका-]{+आपके+} डेटा रखते हैं"),
    ],
)
def test_changed_character_marks_the_whole_word(name: str, was: str, now: str, expected: str) -> None:
    assert marked(changed(name, was, now)) == expected


@pytest.mark.parametrize(
    ("name", "was", "now", "dates"),
    [
        ("Chinese, dated", "1日", "15日", ("2027年3月1日", "2027年3月15日")),
        ("Japanese, dated", "3月", "4月", ("2027年3月1日", "2027年4月1日")),
        ("Thai, dated", " 1 ", " 15 ", ("1 มีนาคม 2570", "15 มีนาคม 2570")),
        ("Arabic, dated", " ١ ", " ١٥ ", ("١ مارس ٢٠٢٧", "١٥ مارس ٢٠٢٧")),
        ("Hindi, dated", "1 मार्च", "15 मार्च", ("1 मार्च 2027", "15 मार्च 2027")),
    ],
)
def test_changed_date_is_reported_as_date(name: str, was: str, now: str, dates: tuple[str, str]) -> None:
    runs = changed(name, was, now)

    assert [(number.kind, number.was, number.now) for number in runs.numbers] == [(NumberKind.DATE, *dates)]
    assert [change.kind for change in runs.changes] == [ChangeClass.NUMBER]


@pytest.mark.parametrize(
    ("name", "was", "now", "amounts"),
    [
        ("Chinese, of an amount", "500", "5000", ("500元", "5000元")),
        ("Japanese, of an amount", "500", "800", ("500円", "800円")),
        ("Thai, of an amount", "500", "800", ("500 บาท", "800 บาท")),
        ("Arabic, of an amount", "٥٠٠", "٨٠٠", ("٥٠٠ ريال", "٨٠٠ ريال")),
        ("Hindi, of an amount", "500", "800", ("₹500", "₹800")),
    ],
)
def test_changed_amount_is_reported_as_a_whole(name: str, was: str, now: str, amounts: tuple[str, str]) -> None:
    runs = changed(name, was, now)

    assert [(number.kind, number.was, number.now) for number in runs.numbers] == [(NumberKind.AMOUNT, *amounts)]


@pytest.mark.parametrize("name", SENTENCES)
def test_redline_of_a_sentence_with_itself_is_empty_in_every_script(name: str) -> None:
    assert redline(SENTENCES[name], SENTENCES[name]).equal
