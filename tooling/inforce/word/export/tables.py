"""Tables: tracked rows and columns that were inserted or deleted, and cells with changed words.

Invariants: every cell of either text is in the table, in its column; a row that lacks a column has an empty cell. A row
is tracked as a whole only if all of it was inserted or deleted, a column only if all of its cells were.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from inforce.redline import BlockState, Op, RedlineBlock
from inforce.word.export.markup import element, value
from inforce.word.export.paragraphs import Paragraphs

_CAME = frozenset({BlockState.INSERTED, BlockState.MOVED_TO})
_WENT = frozenset({BlockState.DELETED, BlockState.MOVED_FROM})
_WIDTH = 9000  # approximate width between the page margins, in twentieths of a point
_CELL_WIDTH = element("w:tcW", attributes={"w:w": "0", "w:type": "auto"})
_CELL_TAGS = {Op.INSERT: "w:cellIns", Op.DELETE: "w:cellDel"}
Row = list[RedlineBlock]


def table_xml(blocks: Sequence[RedlineBlock], paragraphs: Paragraphs) -> str:
    """Return the cells `blocks` of one table as a table."""
    rows = [list(group) for _, group in groupby(blocks, key=lambda block: block.path[-1].key)]
    columns = sorted({block.column for block in blocks})
    operations = {column: _operation([block for block in blocks if block.column == column]) for column in columns}
    properties = element(
        "w:tblPr",
        value("w:tblStyle", "TableGrid"),
        "<w:bidiVisual/>" if paragraphs.right_to_left else "",
        element("w:tblW", attributes={"w:w": "0", "w:type": "auto"}),
    )
    width = str(_WIDTH // len(columns))
    grid = element("w:tblGrid", *(element("w:gridCol", attributes={"w:w": width}) for _ in columns))
    return element("w:tbl", properties, grid, *(_row(row, operations, paragraphs) for row in rows))


def _operation(blocks: Sequence[RedlineBlock]) -> Op:
    """Return the operation on all of `blocks`: inserted, deleted, or equal if neither applies to all."""
    states = {block.state for block in blocks}
    if states <= _CAME:
        return Op.INSERT
    return Op.DELETE if states <= _WENT else Op.EQUAL


def _row(row: Row, operations: dict[int, Op], paragraphs: Paragraphs) -> str:
    operation = _operation(row)
    header = "<w:tblHeader/>" if row[0].path[-1].number == 0 else ""
    tracked = paragraphs.revisions.of(operation) if operation is not Op.EQUAL else ""
    properties = element("w:trPr", header, tracked) if header or tracked else ""
    cells = (
        _cell([block for block in row if block.column == column], operation, operations[column], paragraphs)
        for column in operations
    )
    return element("w:tr", properties, *cells)


def _cell(blocks: Row, row: Op, column: Op, paragraphs: Paragraphs) -> str:
    tracked = paragraphs.revisions.mark(_CELL_TAGS[column]) if column is not row and row is Op.EQUAL else ""
    properties = element("w:tcPr", _CELL_WIDTH, tracked)
    # The last paragraph mark of a cell belongs to the cell, and is deleted only with the row.
    marks = [*(block.mark for block in blocks[:-1]), row]
    content = "".join(paragraphs.in_cell(block, mark) for block, mark in zip(blocks, marks, strict=False))
    return element("w:tc", properties, content or "<w:p/>")
