"""The differences between two Markdown texts, word by word, as a lawyer would mark them.

    from inforce.redline import prepare, redline

    result = redline(old, new)  # two Markdown texts, or results of `prepare(text)`, which many redlines can use

Invariants: `redline` has no side effects; the same two texts produce the same result on every machine.

Not responsible for: rendering.

**Runs.** `result.runs` contains the plain text (`inforce.markdown.plain_text`) as runs, each with an `op` and a `text`.
The `equal`, `reformat`, `delete` and `move_from` runs, joined, are exactly the old text; the `equal`, `reformat`,
`insert` and `move_to` runs, joined, are exactly the new text. A `reformat` run lists the formats that its words lost
(`was`) and gained (`now`). `change` is the number of the change that contains the run, or 0; `result.changes` lists the
changes by number.

**Blocks.** To render, iterate over `result.blocks`: the leaf blocks (paragraph, heading, code, cell, thematic break) of
both texts, merged into one sequence. Blocks with an old side are in the order of the old text, blocks with a new side
in that of the new text. For each block:

1. *Containers.* Compare its `path` with that of the previous block, by `Container.key`: close the containers no longer
   shared, innermost first, and open the others. A deleted item of an existing list has that list's key. The `number` of
   an ordered list is its start, that of its item the number shown, that of a row its index (0: header row). If the old
   and the new text differ in order, a key can recur after its container was closed: open the container again. A `tight`
   paragraph of a list is shown without spacing.
2. *Cells.* `column` is the number of a column of the merged table; a row can lack some (an inserted row has no cell in
   a deleted column): insert an empty cell there. `align` is left, center, right or empty.
3. *The block.* `kind` and `level` (headings) are the new ones, or the old ones if it was deleted. `state` is one of
   `equal`; `changed` (some words differ); `reformatted` (only formats differ); `inserted`, `deleted`; `moved_from`,
   `moved_to`. `was` and `now` are its old and new format as a block if they differ, such as `heading 2` and `heading
   3`, or `bullet_list` and nothing; the `runs` of a block do not repeat them.
4. *Its text.* Output `runs` to show one side or both: an inline rendering outputs all of them; a side-by-side rendering
   those with an op in `IN_OLD` on the left and those with an op in `IN_NEW` on the right. Each run has all its
   `formats`, outermost first, so runs can be wrapped individually; adjacent runs can share a link or emphasis. A
   newline within a paragraph, heading or cell is a hard line break; in code it is a line. U+FFFC represents an image
   without text.
5. *Its end.* `mark` is the operation on the end of the block (Word's paragraph mark). It is `equal` in most blocks, and
   equals `state` in blocks inserted or deleted as a whole. If only the mark of a block is `insert`, the block was split
   off: its text and that of the next block were one block. If only its mark is `delete`, it was joined with the next
   block. Removing everything inserted, including marks, therefore produces the old blocks; removing everything deleted
   produces the new blocks.
6. *Moves.* Both ends of a move have the same `move` number, one for blocks moved together, and refer to each other in
   `partner`, an index in `result.blocks`. If the text was edited too, `runs` contain the deletions at the old end and
   the insertions at the new one; to show the edit in one place, output `shown` at the new end (it has both) and a
   folded stub at the old one. In every other block `shown` equals `runs`.
7. *Folding.* `clause` is the id of the clause a block is shown in: adjacent blocks of one clause can be folded together
   if all are `equal`. `change` is the number of a change of the block as a whole.

`result.numbers` lists changed amounts, dates, periods, percentages, numbers and addresses; `result.changed_clauses`
states the extent of the changes per clause, `result.statistics` the word counts; `result.equal` is true if no
difference is visible.
"""

from __future__ import annotations

from inforce.redline.engine import redline
from inforce.redline.result import Redline
from inforce.redline.tokens import Prepared, prepare
from inforce.redline.values import (
    IN_NEW,
    IN_OLD,
    Action,
    BlockState,
    Change,
    ChangeClass,
    ClauseChange,
    ClauseState,
    Format,
    NumberChange,
    NumberKind,
    Op,
    RedlineBlock,
    Run,
    Statistics,
)

__all__ = [
    "IN_NEW",
    "IN_OLD",
    "Action",
    "BlockState",
    "Change",
    "ChangeClass",
    "ClauseChange",
    "ClauseState",
    "Format",
    "NumberChange",
    "NumberKind",
    "Op",
    "Prepared",
    "Redline",
    "RedlineBlock",
    "Run",
    "Statistics",
    "prepare",
    "redline",
]
