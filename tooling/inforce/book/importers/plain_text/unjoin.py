"""Restore missing line breaks: find headings and list items within a line by their consecutive numbers.

Invariants: a line is split only at consecutive numbers, never at a single number; only line breaks are added.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from inforce.book.importers.plain_text.list_markers import Style, pattern_of, value

LONG = 300
_HEADINGS = (Style.CHINESE_ARTICLE, Style.CHINESE, Style.ARTICLE, Style.ROMAN, Style.DOT)
# Numbers in parentheses also occur in running text (“as stated in (1) and (2)”): a list begins after punctuation.
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
    """Split `line` into the lines that its numbers indicate; return it unchanged if there are none."""
    if "\t" in line.strip():
        return (line,)
    parts = tuple(_at_headings(line)) if len(line) > LONG else (line,)
    return tuple(piece.strip() for part in parts for piece in _at_items(part) if piece.strip())


def split_heading(text: str) -> tuple[str, str] | None:
    """Split `text`, a heading followed by a sentence without punctuation in between, before the sentence.

    The sentence begins with the last capitalised word before the first lower-case word that title case would
    capitalise: “What We Keep | We keep”. None if the boundary cannot be determined.
    """
    if _CJK.search(text[:_LONGEST_CJK_HEADING]):
        match = re.match(rf"([^\s。；，：:]{{1,{_LONGEST_CJK_HEADING}}})(?:\s+|(?<=[：:]))(.+)", text, re.DOTALL)
        return (match[1], match[2]) if match else None
    heading_words = list(re.finditer(r"\S+", text))[: _LONGEST_HEADING + 2]
    start = _title_end(heading_words) or _first_capital(heading_words)
    if not start:
        return None
    at = heading_words[start].start()
    return text[:at].rstrip(), text[at:]


def split_last_item(item: str) -> tuple[str, str]:
    """Split `item`, the last of its list, after its first sentence; the rest is not part of the list."""
    end = _SENTENCE_END.search(item)
    return (item[: end.end()].rstrip(), item[end.end() :]) if end else (item, "")


def _at_headings(line: str) -> Iterator[str]:
    for style in _HEADINGS:
        before = _BEFORE_HEADING.get(style, r"(?:^|(?<=\s))")
        numbers = re.finditer(before + pattern_of(style).pattern, line)
        chain = _chain(style, [number for number in numbers if _begins_title(line[number.end() :])])
        if len(chain) > 1:
            yield from _split_title(line[: chain[0].start()])
            stops = [number.start() for number in chain[1:]] + [len(line)]
            for number, stop in zip(chain, stops, strict=True):
                yield from _split_numbered(line[number.start() : stop], number.end() - number.start())
            return
    yield line


def _begins_title(text: str) -> bool:
    first = text.lstrip()[:1]
    return first.isupper() or bool(_CJK.match(first))


def _chain(style: Style, matches: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the `matches` with consecutive numbers from 1; a single missing number is tolerated."""
    chain: list[re.Match[str]] = []
    numbers = [value(style, match["number"]) for match in matches]
    expected = 1
    for place, number in enumerate(numbers):
        is_gap = chain and number == expected + 1 and expected not in numbers[place:]
        if number == expected or is_gap:
            chain.append(matches[place])
            expected = number + 1
    return chain


def _split_title(text: str) -> Iterator[str]:
    """Split the text before the first number into a title in title case and the sentences after it, if both exist."""
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


def _title_end(words: list[re.Match[str]]) -> int:
    """Return the index of the first word of a sentence after a title in title case; 0 if there is none."""
    for place, word in enumerate(words):
        bare = word[0].strip("“”\"'(‘’")
        if place and word[0].endswith("?") and place + 1 < len(words):
            return place + 1
        if not (bare[:1].isupper() or bare[:1].isdigit() or bare in _MINOR) or word[0][-1] in ".;,:":
            capitals = [index for index in range(place) if words[index][0].strip("“\"'(‘")[:1].isupper()]
            return capitals[-1] if capitals else 0
    return 0


def _first_capital(words: list[re.Match[str]]) -> int:
    """Return the index of the first capitalised word after lower-case words without punctuation; 0 if none."""
    for place, word in enumerate(words[1:], 1):
        if words[place - 1][0][-1] in ".;,:!":
            return 0
        if words[place - 1][0].endswith("?") or (word[0][:1].isupper() and word[0] != "I"):
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
    """Return the start of each list item in `line`: at two or more bullets, or at consecutive numbers from 1."""
    bullets = [match.start() for match in _BULLETS.finditer(line)]
    starts = bullets if len(bullets) > 1 else []
    for style, before in _LISTS.items():
        matches = list(re.finditer(before + pattern_of(style).pattern, line))
        for chain in _chains(style, matches):
            starts += [match.start("label") for match in chain]
    return sorted(set(starts))


def _chains(style: Style, matches: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Split `matches` at each number 1, and yield the lists with two or more items."""
    first = [place for place, match in enumerate(matches) if value(style, match["number"]) == 1]
    for start, stop in itertools.pairwise([*first, len(matches)]):
        chain = _chain(style, matches[start:stop])
        if len(chain) > 1:
            yield chain
