"""What differs between two Markdown texts, word by word, as a lawyer would mark it.

    from inforce.redline import prepare, redline

    found = redline(old, new)            # Markdown, or what `prepare(text)` read once for many redlines

It is pure and deterministic: the same two texts give the same bytes on every machine. It compares and tells; it
renders nothing.

**Runs.** `found.runs` tells the text as read (`inforce.markdown.plain_text`) as runs, each with an `op` and a `text`:
`equal`, `reformat`, `delete` and `move_from` joined are the old text exactly; `equal`, `reformat`, `insert` and
`move_to` joined are the new one. A `reformat` says which formats its words lost (`was`) and got (`now`). `change` is
the number of the change a run belongs to, 0 for none, and `found.changes` lists the changes by number.

**Blocks.** To render, walk `found.blocks`: leaf blocks (paragraph, heading, code, cell, rule) of both texts woven
into one sequence. The blocks with an old side stand in the order of the old text, those with a new side in that of the
new one. For each block:

1. *Containers.* Compare its `path` with that of the block before, by `Container.key`: close what is no longer
   shared, innermost first, and open the rest. A deleted item of a list that lives on carries that list's key. The
   `number` of an ordered list is its start, of its item the number shown, of a row its place (0: header row). A
   key may come back after it was closed, where old and new text order things differently: open it again.
   A `tight` paragraph of a list is shown without space around it.
2. *Cells.* `column` is one number for one column of both tables; a row may lack some (an inserted row has no cell in
   a deleted column): put an empty cell there. `align` is left, center, right or empty.
3. *The block.* `kind` and `level` (headings) say what it is now, or was, if it is gone. `state` says what happened to
   it: `equal`; `changed` (words within differ); `reformatted` (only formats do); `inserted`, `deleted`;
   `moved_from`, `moved_to`. `was` and `now` hold what it was and is as a block, such as `heading 2` and `heading 3`,
   or `bullet_list` and nothing, if that differs; in `runs` of a block this is not repeated.
4. *Its text.* Write `runs` to show one side or both: an inline rendering writes all of them, a side by side one
   those whose op is in `IN_OLD` on the left and those in `IN_NEW` on the right. Each run carries all its `formats`,
   outermost first, so runs can be wrapped one by one; neighbours may share a link or emphasis. A newline within
   a paragraph, heading or cell is a hard line break; in code it is a line. U+FFFC stands for an image without text.
5. *Its end.* `mark` is what happened to the end of the block (Word's paragraph mark). It is `equal` in most blocks
   and like `state` in whole ones. A block whose mark is `insert` though its words are not was split off: its
   text and the next block's were one block. One whose mark is `delete` though its words are not was joined with the
   next. So whoever takes all `insert`s away, marks included, has the old blocks, and the other way round.
6. *Moves.* Both ends of a move have the same `move` number, one for blocks moved together, and name each other in
   `partner`, a place in `found.blocks`. What was edited on the way: `runs` keep deletions at the old end and
   insertions at the new one; to read the edit in place, write `shown` at the new end (it has both) and a folded stub
   at the old one. In every other block `shown` is `runs`.
7. *Folding.* `clause` is the id of the clause a block is shown in: neighbours of one clause whose state is all
   `equal` can be folded together. `change` is the number of a change of the block as a whole.

`found.numbers` says which amount, date, period, percentage, number or address became which; `found.changed_clauses`
how much of each clause; `found.statistics` how many words; `found.equal` whether a reader sees no difference at all.
"""

from __future__ import annotations

from inforce.redline.engine import redline
from inforce.redline.prepared import Prepared, prepare
from inforce.redline.result import Redline
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
