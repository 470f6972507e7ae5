"""The values of a redline: runs of text, blocks to render, changes, and statistics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inforce.markdown import BlockKind, Container


class Op(StrEnum):
    """The operation on a run of text, or on the mark that ends a block.

    - `equal`: in both texts
    - `delete`: in the old text only
    - `insert`: in the new text only
    - `move_from`: the old place of moved words
    - `move_to`: the new place of moved words
    - `reformat`: in both texts, with another format
    """

    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"
    MOVE_FROM = "move_from"
    MOVE_TO = "move_to"
    REFORMAT = "reformat"


IN_OLD = frozenset({Op.EQUAL, Op.REFORMAT, Op.DELETE, Op.MOVE_FROM})
IN_NEW = frozenset({Op.EQUAL, Op.REFORMAT, Op.INSERT, Op.MOVE_TO})


class ChangeClass(StrEnum):
    """The class of a change; if several apply, the first one.

    - `number`: a number, amount, date, period or percentage differs
    - `substantive`: words differ or moved
    - `link`: the words are the same and the link target differs
    - `formatting`: the words are the same and their format differs
    - `editorial`: the same words with different quotes, dashes, spaces or code points
    """

    NUMBER = "number"
    SUBSTANTIVE = "substantive"
    LINK = "link"
    FORMATTING = "formatting"
    EDITORIAL = "editorial"


class Action(StrEnum):
    """The operation of one change.

    - `replaced`: old words became new words
    - `inserted`: new words only
    - `deleted`: old words only
    - `moved`: the same words in another place
    - `reformatted`: the same words with another format
    """

    REPLACED = "replaced"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED = "moved"
    REFORMATTED = "reformatted"


class BlockState(StrEnum):
    """The state of a block as a whole.

    - `equal`: same words and formats in both texts
    - `changed`: words within it differ
    - `reformatted`: only formats differ
    - `inserted`: in the new text only
    - `deleted`: in the old text only
    - `moved_from`: the old place of a moved block
    - `moved_to`: the new place of a moved block
    """

    EQUAL = "equal"
    CHANGED = "changed"
    REFORMATTED = "reformatted"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"


class ClauseState(StrEnum):
    """The state of a clause as a whole.

    - `added`: in the new text only
    - `removed`: in the old text only
    - `changed`: in both texts, with changes
    - `moved`: all its words moved, and nothing else changed
    """

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class NumberKind(StrEnum):
    """The kind of a changed number or link address.

    - `amount`: an amount of money
    - `period`: a length of time such as “12 months”
    - `date`: a date
    - `percentage`: a percentage
    - `number`: any other number
    - `link`: the address of a link or image
    """

    AMOUNT = "amount"
    PERIOD = "period"
    DATE = "date"
    PERCENTAGE = "percentage"
    NUMBER = "number"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of text.

    - `kind`: the format, such as `strong`, `heading` or `bullet_list`
    - `value`: the address of a link or image, the level of a heading, or the first number of an ordered list
    """

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one operation.

    - `op`: the operation
    - `text`: the plain text
    - `was`: the formats it lost, outermost first; only in `reformat` and `move_to` runs
    - `now`: the formats it gained, outermost first; only in `reformat` and `move_to` runs
    - `formats`: all its formats, outermost first; only in runs of blocks
    - `words`: the number of words that start in it; only in runs of blocks
    - `change`: the number of its change, 0 for none
    """

    op: Op
    text: str
    was: tuple[Format, ...] = ()
    now: tuple[Format, ...] = ()
    formats: tuple[Format, ...] = ()
    words: int = 0
    change: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RedlineBlock:
    """A leaf block of the merged text; the package's docstring explains how to render a sequence of them.

    - `kind`: kind of block in the new text; of a deleted block, in the old text
    - `runs`: its text with the operations at this place
    - `shown`: the same, and at the new end of a move also the words deleted by an edit
    - `path`: the containers (quote, list, item, table, row) it is in, outermost first
    - `clause`: id of the clause it is shown in
    - `old`: its index in the blocks of the old text, None if missing
    - `new`: its index in the blocks of the new text, None if missing
    - `state`: its state as a whole
    - `mark`: the operation on its end: `insert` if it was split off, `delete` if it was joined with the next block
    - `level`: level of a heading, from 1; otherwise 0
    - `id`: id of a heading
    - `info`: first word of the info string of a code block
    - `column`: number of the column of the merged table, from 0; the same in every row
    - `align`: alignment of a cell: `left`, `center`, `right` or empty
    - `tight`: whether it is a paragraph of a list without spacing
    - `was`: its old format as a block, if it differs
    - `now`: its new format as a block, if it differs
    - `change`: number of the change of the block as a whole, 0 for none
    - `move`: number of its move, the same at both ends, 0 for none
    - `partner`: index in `Redline.blocks` of the other end of its move, None if it did not move
    """

    kind: BlockKind
    runs: tuple[Run, ...]
    shown: tuple[Run, ...]
    path: tuple[Container, ...]
    clause: str
    old: int | None
    new: int | None
    state: BlockState = BlockState.EQUAL
    mark: Op = Op.EQUAL
    level: int = 0
    id: str = ""
    info: str = ""
    column: int = 0
    align: str = ""
    tight: bool = False
    was: tuple[Format, ...] = ()
    now: tuple[Format, ...] = ()
    change: int = 0
    move: int = 0
    partner: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    - `number`: its number in reading order, from 1; `Run.change` refers to it
    - `kind`: its class
    - `action`: its operation
    - `was`: the old words, empty if there are none; a change of format has its words in `was` and `now`
    - `now`: the new words, empty if there are none
    - `block`: index in `Redline.blocks`
    - `clause`: id of the clause in the new text; if deleted, in the old text
    - `heading`: heading of that clause
    - `lost`: the formats that a change of format removed
    - `got`: the formats that a change of format added
    """

    number: int
    kind: ChangeClass
    action: Action
    was: str
    now: str
    block: int
    clause: str
    heading: str
    lost: tuple[Format, ...] = ()
    got: tuple[Format, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """The changes of one clause.

    - `id`: its id in the new text; of a removed clause, in the old text
    - `heading`: its heading in the same text
    - `state`: its state as a whole
    - `words`: number of its words in the same text
    - `inserted`: number of words inserted
    - `deleted`: number of words deleted
    - `moved`: number of words moved from it and to it
    - `share`: share of the words of both texts that are not equal, from 0 to 1 in steps of 0.0001
    - `classes`: the classes of its changes, in the order of `ChangeClass`
    """

    id: str
    heading: str
    state: ClauseState
    words: int
    inserted: int
    deleted: int
    moved: int
    share: float
    classes: tuple[ChangeClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChange:
    """A changed number or address.

    - `kind`: the kind of number
    - `was`: the old one as written, empty if it was added
    - `now`: the new one as written, empty if it was removed
    - `clause`: id of its clause
    - `heading`: heading of that clause
    """

    kind: NumberKind
    was: str
    now: str
    clause: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The number of words of both texts, by operation.

    - `old`: words of the old text: equal + reformatted + deleted + moved
    - `new`: words of the new text: equal + reformatted + inserted + moved
    - `equal`: words that did not change
    - `reformatted`: words with another format only
    - `inserted`: words in the new text only
    - `deleted`: words in the old text only
    - `moved`: words in another place
    - `moves`: number of moves, not of words
    - `changes`: number of changes, not of words
    """

    old: int
    new: int
    equal: int
    reformatted: int
    inserted: int
    deleted: int
    moved: int
    moves: int
    changes: int
