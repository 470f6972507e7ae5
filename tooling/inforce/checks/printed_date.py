"""Dates printed in a text after a label, such as “Effective date: 1 March 2027”.

Invariants: a date is only read after one of the labels listed here; an ambiguous date (03/04/2027) yields both
readings. Labels and months are listed for some languages; texts in other languages yield no dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_LABELS = (
    # English
    r"(?:version |policy )?effective(?: date| from| as of| since| on)?|in effect (?:since|from|as of)|version date",
    r"(?:this (?:policy|notice|version) (?:was|is) )?last (?:updated|modified|revised|changed|reviewed)(?: on)?",
    r"(?:date of )?last (?:update|revision|modification)|updated(?: on)?|revised(?: on)?",
    # German, Dutch
    r"stand|gültig (?:ab|seit)|in kraft (?:ab|seit)|inkrafttreten|zuletzt (?:aktualisiert|geändert)(?: am)?",
    r"letzte (?:aktualisierung|änderung)(?: am)?|ingangsdatum|geldig vanaf|laatst (?:bijgewerkt|gewijzigd)(?: op)?",
    # French, Italian
    r"(?:date d[’']|date de l[’'])?entrée en vigueur|en vigueur (?:depuis|à compter du|à partir du)",
    r"dernière (?:mise à jour|modification|révision)|(?:data di )?entrata in vigore|in vigore dal",
    r"ultim[oa] (?:aggiornamento|modifica|revisione)",
    # Spanish, Portuguese
    r"(?:fecha de )?entrada en vigor|vigente desde|última (?:actualización|modificación|revisión)",
    r"(?:data de )?(?:entrada em vigor|vigência)|em vigor (?:desde|a partir de)|última (?:atualização|alteração)",
    # Chinese, Japanese, Korean
    r"(?:本?(?:政策|协议|條款|条款))?(?:生效|更新|修订|修訂|发布|發布)(?:日期|时间|時間|日)",
    r"(?:最近|最后|最後|上次)(?:更新|修订|修訂)(?:日期|时间|時間)?(?:于|為|为)?",
    r"(?:最終)?(?:更新|改定|改訂)日|施行日|発効日|(?:최종 ?)?(?:시행|개정|업데이트)(?:일자?)?",
)
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), 1)
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_LABELLED = re.compile(rf"[\s*_(\[（【•–—-]*+(?P<label>{'|'.join(_LABELS)})(?![^\W\d_])\s*[:：]?[\s*_]*", re.IGNORECASE)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})(?:[-/]|\. ?)(?P<m>\d{1,2})(?:[-/]|\. ?)(?P<d>\d{1,2})(?!\d)",
        r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]?",
        rf"(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?(?: de| of)?\s(?P<name>{_MONTH})\.?,?(?: del?)?\s(?P<y>\d{{4}})",
        rf"(?P<name>{_MONTH})\.?\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y>\d{{4}})",
        r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4})(?!\d)",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDate:
    """A date printed in a text: the `words` of label and date, and the days that they can mean."""

    words: str
    days: frozenset[date]


def find_printed_date(text: str) -> PrintedDate | None:
    """Return the date after a label at the beginning of `text`, the text of one block; None if there is none."""
    if label := _LABELLED.match(text):
        for form in _FORMS:
            if (match := form.match(text, label.end())) and (days := _days(match)):
                return PrintedDate(words=text[label.start("label") : match.end()], days=days)
    return None


def _days(match: re.Match[str]) -> frozenset[date]:
    parts = match.groupdict()
    year, number = int(parts["y"]), int(parts["d"])
    month = _MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["m"])
    readings = [(year, month, number)]
    if match.re is _FORMS[-1] and "/" in match[0]:
        readings.append((year, number, month))
    return frozenset(day for day in map(_day, readings) if day)


def _day(parts: tuple[int, int, int]) -> date | None:
    try:
        return date(*parts)
    except ValueError:
        return None
