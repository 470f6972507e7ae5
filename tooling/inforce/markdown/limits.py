"""The numbers of table cells and headings in a text, counted line by line before it is parsed.

Invariants: a count is never lower than the number that the parser creates; counting takes linear time.
"""

from __future__ import annotations

# A cell takes about 100 µs and 2 kB in every page and comparison; the parser pads each row to the length of the header,
# so that a text of 24 kB could have 65,536 cells.
MOST_CELLS = 20_000
# Each heading is a clause of every page and comparison: `check` takes about 0.6 ms for one.
MOST_HEADINGS = 5_000
_CONTAINERS = " \t>-*+.)0123456789"
_DELIMITER = frozenset("|-: \t>")


def line_of_excess_cells(text: str) -> int | None:
    """Return the line (from 1) on which the tables of `text` exceed `MOST_CELLS`; None if they do not."""
    cells, columns, before = 0, 0, ""
    for number, line in enumerate(_lines(text), 1):
        written = line.count("|")
        if not line.strip(" \t>"):
            columns = 0
        elif (written or "|" in before) and "-" in line and _DELIMITER.issuperset(line):
            columns = max(columns, written + 1)
        cells += max(columns, written)
        if cells > MOST_CELLS:
            return number
        before = line
    return None


def line_of_excess_headings(text: str) -> int | None:
    """Return the line (from 1) on which the headings of `text` exceed `MOST_HEADINGS`; None if they do not.

    Every line that can be a heading or the underline of one counts, in code blocks too.
    """
    headings = 0
    for number, line in enumerate(_lines(text), 1):
        content = line.strip(" \t>")
        is_underline = bool(content) and (not content.strip("-") or not content.strip("="))
        headings += is_underline or line.lstrip(_CONTAINERS).startswith("#")
        if headings > MOST_HEADINGS:
            return number
    return None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
