"""The values a redline is told in: runs of text, blocks to render, changes, and what they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inforce.markdown import BlockKind, Container


class Op(StrEnum):
    """What happened to a run of text, or to the mark that ends a block."""

    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"
    MOVE_FROM = "move_from"
    MOVE_TO = "move_to"
    REFORMAT = "reformat"


IN_OLD = frozenset({Op.EQUAL, Op.REFORMAT, Op.DELETE, Op.MOVE_FROM})
IN_NEW = frozenset({Op.EQUAL, Op.REFORMAT, Op.INSERT, Op.MOVE_TO})


class ChangeClass(StrEnum):
    """How much a change can matter; a change that would fit several is of the first.

    `number`: a number, amount, date, period or percentage differs. `substantive`: words differ, or stand elsewhere.
    `link`: the words are the same and lead elsewhere. `formatting`: the words are the same and set otherwise.
    `editorial`: the words are the same and spelt with other quotes, dashes, spaces or code points.
    """

    NUMBER = "number"
    SUBSTANTIVE = "substantive"
    LINK = "link"
    FORMATTING = "formatting"
    EDITORIAL = "editorial"


class Action(StrEnum):
    """What was done in one change."""

    REPLACED = "replaced"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED = "moved"
    REFORMATTED = "reformatted"


class BlockState(StrEnum):
    """What happened to a block as a whole."""

    EQUAL = "equal"
    CHANGED = "changed"
    REFORMATTED = "reformatted"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"


class ClauseState(StrEnum):
    """What happened to a clause as a whole."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class NumberKind(StrEnum):
    """What kind of number, or the address of a link, became another."""

    AMOUNT = "amount"
    PERIOD = "period"
    DATE = "date"
    PERCENTAGE = "percentage"
    NUMBER = "number"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Format:
    """How text is set: `kind` is a word of SpanKind, BlockKind or ContainerKind.

    `value` is the address of a link or image, the level of a heading, the first number of an ordered list.
    """

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text to which one thing happened.

    `was` and `now` are the formats it lost and got, outermost first; only `reformat` and `move_to` runs have them.
    `formats` are all the formats it is shown in, and `words` is how many words begin in it; only runs of blocks have
    these two. `change` is the number of the change it belongs to, 0 for none.
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
    """A leaf block of the two texts woven into one; the package's docstring says how to render a sequence of them.

    `old` and `new` are its places in the blocks of the two documents, None where it has none. `mark` is what happened
    to its end: a block whose mark is inserted was split off, one whose mark is deleted was joined with the next.
    `was` and `now` are what it was and is as a block, where that differs, and `change` the number of that change.
    `column` counts the columns of both tables together, so that columns of one table have one number in every row.
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
    """One change, in reading order: `was` and `now` are the words on either side, empty where there are none.

    A change of format gives its words once, in both, and the formats in `lost` and `got`. `block` is its place in
    `Redline.blocks`, `clause` and `heading` name the clause of the new text it stands in (of the old, when deleted).
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
    """What happened to one clause: its words in the newer text it stands in, and how many of them are new, gone, moved.

    `share` is the part of the words of both texts together that is not equal, from 0 to 1 in steps of 0.0001.
    `classes` are the classes of its changes. `heading` is the new one; a removed clause keeps its old one.
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
    """A number or address that became another; `was` or `now` is empty where there was or is none."""

    kind: NumberKind
    was: str
    now: str
    clause: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Words of both texts, counted by what happened to them; `moves` counts moves, `changes` changes.

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
