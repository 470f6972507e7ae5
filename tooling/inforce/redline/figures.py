"""Numbers in a text, classified as dates, amounts, percentages or periods.

Units and currencies are recognised in the languages listed here; in other languages, every number has the kind
`number`. Dates are recognised only by form: a day, a word and a year. Values are not converted, and numbers in words,
such as “ten”, are not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from inforce.redline.values import NumberKind
from inforce.redline.words import HAN_FIGURES, MARKS

_FIGURE = r"\d+(?:[.,:'’٫٬\u00a0\u202f]\d+)*"
_YEAR = r"(?:1[89]|2[0-6]|[١۱१][٨٩۸۹८९]|[٢۲२][٠-٦۰-۶०-६])\d\d"
_ORDINAL = r"(?:st|nd|rd|th|er|º|\.)?"
_LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{MARKS}\u0e31-\u0e4e])*\.?"

# Maximum length of a number; without it, long digit sequences would take quadratic time.
_HAN = f"[{HAN_FIGURES}]{{1,24}}"
_EITHER = rf"(?:{_FIGURE}|{_HAN})"

_DATES = (
    r"\d{4}-\d{1,2}-\d{1,2}",
    r"\d{1,2}([./-])\d{1,2}\1\d{2,4}",
    r"\d{4}\s?[年년](?:\s?\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日일])?)?",
    r"\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
    rf"{_HAN}年{_HAN}月(?:{_HAN}日)?|{_HAN}月{_HAN}日",
    rf"\d{{1,2}}{_ORDINAL}\s(?:(?:of|de|del|do)\s)?{_LETTERS}(?:\s(?:of|de|del|do))?,?\s{_YEAR}",
    rf"(?<![^\W\d_])(?<![{MARKS}\u0e31-\u0e4e]){_LETTERS}\s\d{{1,2}}{_ORDINAL},?\s{_YEAR}",
)
_SIGNS = r"[$£¥€₤₦₩₪₫₭₮₱₴₹₺₽₿฿]"
_CURRENCIES = (
    r"(?:EUR|USD|GBP|JPY|CNY|RMB|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|KRW|BRL|MXN|ZAR|SGD|HKD|TWD|THB|AED|SAR)"
)
_MONEY = r"(?:euros?|dollars?|pounds?|francs?|yuan|yen|rupees?|cents?|元|块|圓|円|원|บาท|रुपये|ريال|درهم)"
_AMOUNTS = (
    rf"(?:{_SIGNS}|\b{_CURRENCIES})\s?{_FIGURE}",
    rf"{_FIGURE}\s?(?:{_SIGNS}|{_CURRENCIES}\b|{_MONEY})",
    rf"{_HAN}[元块圓圆円]",
)
_PERCENTAGES = (
    rf"{_FIGURE}\s?(?:[%‰٪]|per\s?cent\b|Prozent\b|pour\scent\b|por\sciento\b|por\scento\b|процент\w*)",
    rf"百分之{_EITHER}",
)
_UNITS = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?"
    r"|Sekunden?|Minuten?|Stunden?|Tage?n?|Wochen?|Monate?n?|Jahre?n?"
    r"|secondes?|heures?|jours?|semaines?|mois|ans?|années?"
    r"|segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|mês|anos?"
    r"|ore?|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|uur|dag(?:en)?|weken|maand(?:en)?|jaar"
    r"|час\w*|дн\w+|день|недел\w+|месяц\w*|год\w*|лет)\b"
    r"|(?:个|個|か|ヶ|カ|ケ|箇)?月間?|天|日間?|週間?|周|星期|年間?|小时|小時|時間|分钟|分鐘|분|시간|일|주|개월|년"
    r"|วัน|สัปดาห์|เดือน|ปี|ชั่วโมง|घंटे|दिन(?:ों)?|सप्ताह|महीन[ाेों]+|माह|वर्ष|साल"
    r"|ساعة|ساعات|يوم\w*|أيام|أسبوع|أسابيع|شهر\w*|أشهر|شهور|سنة|سنوات"
)
_PERIODS = (
    rf"{_HAN}(?:(?:个|個|か|ヶ|カ|ケ|箇)月間?|天|日間?|週間?|周|年間?|小时|小時|時間|分钟|分鐘)",
    rf"{_FIGURE}\)?[\s-]?(?:(?:business|working|calendar|full)\s)?(?:{_UNITS})",
)
_NUMBERS = (rf"第{_EITHER}[条條項项款章節节号號]?", _FIGURE)

EXPRESSION = re.compile(
    "|".join(
        f"(?P<{kind}>{'|'.join(forms)})"
        for kind, forms in (
            ("date", [form.replace(r"\1", r"\2") for form in _DATES]),
            ("amount", _AMOUNTS),
            ("percentage", _PERCENTAGES),
            ("period", _PERIODS),
            ("number", _NUMBERS),
        )
    )
)


_ANY_FIGURE = re.compile(rf"[\d{HAN_FIGURES}]")
_LAST_SPACE = re.compile(r".*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expression:
    """A number as written, with its unit: `text[start:stop]` of the searched text."""

    start: int
    stop: int
    kind: NumberKind
    text: str


@lru_cache(1024)  # a changed block occurs in the redlines of many pairs of versions
def expressions(text: str) -> tuple[Expression, ...]:
    """Return the numeric expressions in `text`, in order."""
    return tuple(
        Expression(match.start(), match.end(), NumberKind(str(match.lastgroup)), match[0]) for match in _found(text)
    )


def _found(text: str) -> Iterator[re.Match[str]]:
    """Yield the expressions in `text`, searching only where one can start.

    Each contains a digit, preceded by at most one word or sign and a space.
    """
    at = 0
    while figure := _ANY_FIGURE.search(text, at):
        words = _LAST_SPACE.match(text, at, max(at, figure.start() - 1))
        match = EXPRESSION.search(text, words.end() if words else at)
        if match is None:
            return
        yield match
        at = match.end()
