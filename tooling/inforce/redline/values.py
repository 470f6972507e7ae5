"""The values of a redline: runs of text, blocks to render, changes, and statistics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inforce.markdown import BlockKind, Container


class Op(StrEnum):
    """The operation on a run of text, or on the mark that ends a block."""

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

    `number`: a number, amount, date, period or percentage differs. `substantive`: words differ or moved. `link`: the
    words are the same and the link target differs. `formatting`: the words are the same and their format differs.
    `editorial`: the same words with different quotes, dashes, spaces or code points.
    """

    NUMBER = "number"
    SUBSTANTIVE = "substantive"
    LINK = "link"
    FORMATTING = "formatting"
    EDITORIAL = "editorial"


class Action(StrEnum):
    """The operation of one change."""

    REPLACED = "replaced"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED = "moved"
    REFORMATTED = "reformatted"


class BlockState(StrEnum):
    """The state of a block as a whole."""

    EQUAL = "equal"
    CHANGED = "changed"
    REFORMATTED = "reformatted"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"


class ClauseState(StrEnum):
    """The state of a clause as a whole."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class NumberKind(StrEnum):
    """The kind of a changed number or link address."""

    AMOUNT = "amount"
    PERIOD = "period"
    DATE = "date"
    PERCENTAGE = "percentage"
    NUMBER = "number"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of text: `kind` is a value of SpanKind, BlockKind or ContainerKind.

    `value` is the address of a link or image, the level of a heading, or the first number of an ordered list.
    """

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one operation.

    `was` and `now` are the formats it lost and gained, outermost first; only `reformat` and `move_to` runs have them.
    `formats` are all its formats, and `words` is the number of words that start in it; only runs of blocks have these
    two. `change` is the number of its change, 0 for none.
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

    `old` and `new` are its places in the blocks of the two documents, None if missing. `mark` is the operation on its
    end: a block with an inserted mark was split off, one with a deleted mark was joined with the next. `was` and `now`
    are its old and new format as a block if they differ, and `change` is the number of that change. `column` counts the
    columns of the merged table, so a column has the same number in every row.
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
    """One change, in reading order: `was` and `now` are the old and new words, empty if there are none.

    A change of format has its words in both, and the formats in `lost` and `got`. `block` is its place in
    `Redline.blocks`; `clause` and `heading` identify the clause of the new text (or of the old, if deleted).
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
    """The changes of one clause, and the number of its words inserted, deleted and moved.

    `share` is the part of the words of both texts together that is not equal, from 0 to 1 in steps of 0.0001. `classes`
    are the classes of its changes. `heading` is the new one; a removed clause keeps its old one.
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
    """A changed number or address; `was` or `now` is empty if it was added or removed."""

    kind: NumberKind
    was: str
    now: str
    clause: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Word counts of both texts by operation; `moves` counts moves, `changes` changes.

    `old` is equal + reformatted + deleted + moved, `new` is equal + reformatted + inserted + moved.
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
