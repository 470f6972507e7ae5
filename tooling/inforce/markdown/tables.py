"""The number of table cells in a text, counted line by line before it is parsed.

Invariants: the count is never lower than the number of cells that the parser makes, and takes linear time.
"""

from __future__ import annotations

# A cell takes some 100 µs and 2 KB in every page and comparison; the parser pads each row to the length of the header,
# so that a text of 24 kB could have 65,536 cells.
MOST_CELLS = 20_000
_DELIMITER = frozenset("|-: \t>")


def line_of_excess_cells(text: str) -> int | None:
    """Return the line (from 1) on which the tables of `text` exceed `MOST_CELLS`; None if they do not."""
    cells, columns, before = 0, 0, ""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
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
