"""Text that lost its line ends: headings and lists found inside a line by their numbers, which follow on each other.

Invariants: a line is only parted where one number follows on another, never at a number alone; parting adds line ends
and nothing else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from inforce.book.importers.plain_text.list_markers import Style, pattern_of, value

LONG = 300
_HEADINGS = (Style.CHINESE_ARTICLE, Style.CHINESE, Style.ARTICLE, Style.ROMAN, Style.DOT)
# A number in parentheses also stands in running text (“as said in (1) and (2)”): a list begins behind a sign.
_LISTS = {
    Style.PAREN: r"(?<![\w(（.])",
    Style.COMMA: r"(?<![\w.])",
    Style.PARENS: r"(?<=[.;:,。；：，])\s?",
    Style.LETTER_PAREN: r"(?<=[.;:,。；：，])\s?",
    Style.LETTER_PARENS: r"(?<=[.;:,。；：，])\s?",
    Style.CHINESE_PARENS: r"(?<=[.;:,。；：，\s])\s?",
}
_BULLETS = re.compile(r"[•▪◦‣●■◆▸►]")
_BEFORE_HEADING = {Style.CHINESE: r"(?:^|(?<=[\s。；！？]))", Style.CHINESE_ARTICLE: r"(?:^|(?<=[\s。；！？]))"}
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]?\s+(?=[A-Z\u00c0-\u00de“\"])|[。！？](?=.)")
_MINOR = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "with",
        "we",
        "your",
        "&",
    ]
)
_LONGEST_HEADING = 14
_LONGEST_CJK_HEADING = 30


def unglue(line: str) -> tuple[str, ...]:
    """Part `line` into the lines it once was, as far as its numbers tell; one that lost nothing comes back alone."""
    if "\t" in line.strip():
        return (line,)
    parts = tuple(_at_headings(line)) if len(line) > LONG else (line,)
    return tuple(piece.strip() for part in parts for piece in _at_items(part) if piece.strip())


def split_heading(text: str) -> tuple[str, str] | None:
    """Split `text`, in which a sentence follows a heading without a sign between, before that sentence.

    A sentence begins with the last capital before the first word that no title would write small: “What We Keep | We
    keep”. None where that cannot be told.
    """
    if _CJK.search(text[:_LONGEST_CJK_HEADING]):
        found = re.match(rf"([^\s。；，：:]{{1,{_LONGEST_CJK_HEADING}}})(?:\s+|(?<=[：:]))(.+)", text, re.DOTALL)
        return (found[1], found[2]) if found else None
    found_words = list(re.finditer(r"\S+", text))[: _LONGEST_HEADING + 2]
    start = _title_end(found_words) or _first_capital(found_words)
    if not start:
        return None
    at = found_words[start].start()
    return text[:at].rstrip(), text[at:]


def split_last_item(item: str) -> tuple[str, str]:
    """Split `item`, the last of its list, behind its first sentence; what follows belongs to no item."""
    end = _SENTENCE_END.search(item)
    return (item[: end.end()].rstrip(), item[end.end() :]) if end else (item, "")


def _at_headings(line: str) -> Iterator[str]:
    for style in _HEADINGS:
        before = _BEFORE_HEADING.get(style, r"(?:^|(?<=\s))")
        found = list(re.finditer(before + pattern_of(style).pattern, line))
        chain = _chain(style, [one for one in found if _begins_title(line[one.end() :])])
        if len(chain) > 1:
            yield from _split_title(line[: chain[0].start()])
            stops = [one.start() for one in chain[1:]] + [len(line)]
            for one, stop in zip(chain, stops, strict=True):
                yield from _split_numbered(line[one.start() : stop], one.end() - one.start())
            return
    yield line


def _begins_title(text: str) -> bool:
    first = text.lstrip()[:1]
    return first.isupper() or bool(_CJK.match(first))


def _chain(style: Style, found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Choose of `found` those whose numbers follow on each other from 1; one missing number is borne."""
    chain: list[re.Match[str]] = []
    numbers = [value(style, one["number"]) for one in found]
    expected = 1
    for place, number in enumerate(numbers):
        is_gap = chain and number == expected + 1 and expected not in numbers[place:]
        if number == expected or is_gap:
            chain.append(found[place])
            expected = number + 1
    return chain


def _split_title(text: str) -> Iterator[str]:
    """Split what stands before the first number: a title in capitals and the sentences behind it, or either alone."""
    parts = split_heading(text)
    yield from parts if parts and _is_title_case(parts[0]) else (text,)


def _is_title_case(text: str) -> bool:
    return all(word[:1].isupper() or word in _MINOR for word in text.split()) or bool(_CJK.search(text))


def _split_numbered(text: str, label: int) -> Iterator[str]:
    whole = text.rstrip()
    parts = split_heading(whole[label:].lstrip())
    if parts is None:
        yield whole
    else:
        yield whole.removesuffix(parts[1])
        yield parts[1]


def _title_end(found: list[re.Match[str]]) -> int:
    """Find the word with which a sentence begins behind a title in capitals; 0 where there is none."""
    for place, word in enumerate(found):
        bare = word[0].strip("“”\"'(‘’")
        if place and word[0].endswith("?") and place + 1 < len(found):
            return place + 1
        if not (bare[:1].isupper() or bare[:1].isdigit() or bare in _MINOR) or word[0][-1] in ".;,:":
            capitals = [index for index in range(place) if found[index][0].strip("“\"'(‘")[:1].isupper()]
            return capitals[-1] if capitals else 0
    return 0


def _first_capital(found: list[re.Match[str]]) -> int:
    """Find the first capital behind small words, where no sign ends a sentence before it; 0 where there is none."""
    for place, word in enumerate(found[1:], 1):
        if found[place - 1][0][-1] in ".;,:!":
            return 0
        if found[place - 1][0].endswith("?") or (word[0][:1].isupper() and word[0] != "I"):
            return place
    return 0


def _at_items(line: str) -> Iterator[str]:
    cuts = _item_starts(line)
    if not cuts:
        yield line
        return
    yield line[: cuts[0]]
    items = [line[start:stop] for start, stop in itertools.pairwise([*cuts, len(line)])]
    one_sentence_each = not any(_SENTENCE_END.search(item.strip()) for item in items[:-1])
    yield from items[:-1]
    yield from split_last_item(items[-1]) if one_sentence_each else (items[-1],)


def _item_starts(line: str) -> list[int]:
    """List where items begin in `line`: at two bullets or more, or at numbers that follow on each other from 1."""
    bullets = [found.start() for found in _BULLETS.finditer(line)]
    starts = bullets if len(bullets) > 1 else []
    for style, before in _LISTS.items():
        found = list(re.finditer(before + pattern_of(style).pattern, line))
        for chain in _chains(style, found):
            starts += [one.start("label") for one in chain]
    return sorted(set(starts))


def _chains(style: Style, found: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Part `found` where a number 1 begins a new list, and give those of two items or more."""
    first = [place for place, one in enumerate(found) if value(style, one["number"]) == 1]
    for start, stop in itertools.pairwise([*first, len(found)]):
        chain = _chain(style, found[start:stop])
        if len(chain) > 1:
            yield chain
