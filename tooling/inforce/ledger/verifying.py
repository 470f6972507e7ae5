"""Find what is wrong with a log: build its tree again from its entries, and open its sealed records.

Invariants: each defect names the entry or file, what was expected, what is there, and what to do; the tree is built
from the columns of the entries and from nothing that was stored about them.
Not responsible for: reading the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from inforce.errors import LedgerError, counted
from inforce.ledger.entries import ANSWERS, leaf_of, to_instant
from inforce.ledger.growth import Growth, root_after, tile_hashes, tile_root
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.log.tiles import TILE_BYTES, TILE_WIDTH, Tile
from inforce.ledger.log.tree import EMPTY_ROOT, HASH_BYTES
from inforce.ledger.record import commitment
from inforce.ledger.sealing import SubjectKey

RESTORE: Final = "restore a backup from before the change"
_COMPARED: Final = 1_024  # hashes kept of each run of entries that differ from their tiles
_MOST_RUNS: Final = 1_000
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError)
_SEALED: Final = ("policy", "seq", "act", "id", "caller", "verdict")


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a log: `kind` is a word such as “altered”; `where` names an entry, tile or checkpoint."""

    kind: str
    where: str
    expected: str
    got: str
    fix: str = RESTORE

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: expected {self.expected}, got {self.got}; {self.fix}"


class CheckedAgainst(NamedTuple):
    """A signed checkpoint, and how a report calls it; `forked` is the kind of a defect if the log has another root."""

    name: str
    checkpoint: Checkpoint
    forked: str


@dataclass(slots=True)
class _Run:
    """Consecutive entries whose leaves differ from their tiles, and the first hashes of both."""

    first: int
    last: int
    expected: list[bytes] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)

    @property
    def where(self) -> str:
        return numbers(self.first, self.last)


def numbers(first: int, last: int) -> str:
    """Return the words for the entries from `first` to `last`.

    >>> numbers(3, 3), numbers(3, 5)
    ('entry 3', 'entries 3 to 5')
    """
    return f"entry {first}" if first == last else f"entries {first} to {last}"


class TreeCheck:
    """The tree of a log, built again from its rows and compared with its tiles and with signed checkpoints.

    :param tile: function that returns a stored full tile; None if it is not stored
    :param checkpoints: the checkpoints
    """

    def __init__(self, tile: Callable[[Tile], bytes | None], checkpoints: Sequence[CheckedAgainst]) -> None:
        self._tile = tile
        self._checkpoints = checkpoints
        self._leaves: list[bytes] = []
        self._by_rows, self._by_tiles = Growth(), Growth()  # over the roots of the tiles of level 0
        self._runs: list[_Run] = []
        # By the name of a checkpoint: the roots at its size, from rows and from tiles.
        self._roots: dict[str, tuple[bytes, bytes]] = {
            each.name: (EMPTY_ROOT, EMPTY_ROOT) for each in checkpoints if not each.checkpoint.size
        }
        self._whole = True  # whether each entry so far has a leaf, so that the tree can be continued
        self.size = 0

    def defects(self, rows: Iterable[Mapping[str, Any]], tiles: int) -> Iterator[Defect]:
        """Yield what is wrong with `rows`, ordered by number, of a log with `tiles` full tiles of level 0."""
        before = 0
        for row in rows:
            if row["n"] != self.size:
                yield Defect("removed", numbers(self.size, row["n"] - 1), "an entry for each number", "none")
                yield from self._without_rows(row["n"])
            try:
                leaf = leaf_of(row)
            except _UNREADABLE as cause:
                yield Defect("altered", numbers(self.size, self.size), "an entry", f"unreadable columns ({cause})")
                yield from self._without_rows(self.size + 1)
            else:
                yield from self._appended(leaf)
            if row["received_at"] < before:
                got = f"{to_instant(row['received_at'])} after {to_instant(before)}"
                yield Defect("reordered", numbers(row["n"], row["n"]), "times that do not run backwards", got)
            before = row["received_at"]
        if self._leaves:
            self._compare_checkpoints(self._leaves)
        yield from self._at_the_end(tiles)

    def _without_rows(self, end: int) -> Iterator[Defect]:
        """Continue the tree up to the entry `end` with the leaves in the tiles."""
        while self.size < end and self._whole:
            number, position = divmod(self.size, TILE_WIDTH)
            content = self._tile(Tile(0, number))
            if content is None or len(content) != TILE_BYTES:
                self._whole = False
            else:
                yield from self._appended(tile_hashes(content)[position])
        self.size = end

    def _appended(self, leaf: bytes) -> Iterator[Defect]:
        self.size += 1
        if self._whole:
            self._leaves.append(leaf)
            if len(self._leaves) == TILE_WIDTH:
                yield from self._end_of_tile()

    def _end_of_tile(self) -> Iterator[Defect]:
        leaves, self._leaves = self._leaves, []
        tile = Tile(0, self._by_rows.size)
        content, stored = b"".join(leaves), self._tile(tile)
        hashes = leaves
        if stored is None or len(stored) != TILE_BYTES:
            yield _bad_tile(tile, stored)
        elif stored != content:
            hashes = tile_hashes(stored)
            self._note_runs(tile.number * TILE_WIDTH, hashes, leaves)
        self._compare_checkpoints(leaves, hashes)
        root = tile_root(leaves)
        self._by_rows.append(root)
        self._by_tiles.append(root if hashes is leaves else tile_root(hashes))
        for (below, first), (_, second) in zip(self._by_rows.taken(), self._by_tiles.taken(), strict=True):
            above = Tile(below.level + 1, below.number)
            stored = self._tile(above)
            if stored not in (first, second):
                yield _bad_tile(above, stored)

    def _note_runs(self, start: int, expected: Sequence[bytes], got: Sequence[bytes]) -> None:
        for n, (right, wrong) in enumerate(zip(expected, got, strict=True), start):
            if right == wrong:
                continue
            if not self._runs or (self._runs[-1].last != n - 1 and len(self._runs) < _MOST_RUNS):
                self._runs.append(_Run(n, n))
            run = self._runs[-1]
            run.last = n
            if len(run.got) < _COMPARED:
                run.expected.append(right)
                run.got.append(wrong)

    def _compare_checkpoints(self, leaves: list[bytes], hashes: list[bytes] | None = None) -> None:
        start = self._by_rows.size * TILE_WIDTH
        for name, checkpoint, _ in self._checkpoints:
            width = checkpoint.size - start
            if 0 < width <= len(leaves):
                self._roots[name] = (
                    root_after(self._by_rows.frontier, leaves[:width]),
                    root_after(self._by_tiles.frontier, (hashes or leaves)[:width]),
                )

    def _at_the_end(self, tiles: int) -> Iterator[Defect]:
        if tiles * TILE_WIDTH > self.size:
            expected = f"the {tiles * TILE_WIDTH:,} entries of the stored tiles"
            yield Defect("truncated", "the log", expected, f"{self.size:,}")
        yield from self._changed()
        for name, checkpoint, forked in self._checkpoints:
            if checkpoint.size > self.size:
                missing = numbers(self.size, checkpoint.size - 1)
                got = f"{self.size:,}: {missing} missing"
                yield Defect("truncated", name, f"{counted(checkpoint.size, 'entry', 'entries')}", got, _NEWER)
            elif name not in self._roots:
                yield Defect(forked, name, f"the root of {checkpoint.size:,} entries", "a log with missing entries")
            elif self._roots[name][0] != checkpoint.root:
                root = self._roots[name][0].hex()
                where = f"{name} with {counted(checkpoint.size, 'entry', 'entries')}"
                yield Defect(forked, where, f"the root {checkpoint.root.hex()}", root)

    def _changed(self) -> Iterator[Defect]:
        """Yield what explains each run of leaves that differ from their tiles."""
        places = {leaf: run.first + at for run in self._runs for at, leaf in enumerate(run.expected)}
        signed = [each.checkpoint for each in self._checkpoints if self._signs(each)]
        for run in self._runs:
            if any(run.last < checkpoint.size for checkpoint in signed):
                tile = Tile(0, run.first // TILE_WIDTH)
                fix = "the entries lead to the signed root, so that nothing is lost: restore the tile"
                yield Defect("damaged tile", tile.path, f"the leaf of {run.where}", "other hashes", fix)
                continue
            yield _explained(run, places)

    def _signs(self, against: CheckedAgainst) -> bool:
        """Return whether the rows lead to the root of the checkpoint."""
        return self._roots.get(against.name, (b"",))[0] == against.checkpoint.root


_NEWER: Final = "this is a truncated log or an older backup: restore a newer one"


def _bad_tile(tile: Tile, stored: bytes | None) -> Defect:
    got = "none" if stored is None else "other hashes" if len(stored) == TILE_BYTES else f"{len(stored):,} bytes"
    return Defect("damaged tile", tile.path, "the hashes of its entries", got, "restore the tile from a backup")


def _explained(run: _Run, places: Mapping[bytes, int]) -> Defect:
    place = places.get(run.got[0])
    inside = place is not None and run.first <= place <= run.last
    if sorted(run.got) == sorted(run.expected) or (place is not None and not inside):
        return Defect("reordered", run.where, "the order of the tiles", f"entry {place} as number {run.first}")
    if place is not None:
        gone = numbers(run.first, place - 1)
        return Defect("removed", gone, "the entries of the tiles", "later entries in their place")
    if run.expected[0] in run.got:
        got = f"entry {run.first} as number {run.first + run.got.index(run.expected[0])}"
        return Defect("inserted", run.where, "the entries of the tiles", got)
    return Defect("altered", run.where, f"the leaf {run.expected[0].hex()}", run.got[0].hex())


def record_defects(
    row: Mapping[str, Any], key: SubjectKey, name: bytes | None, of: Callable[[str], bytes]
) -> Iterator[Defect]:
    """Yield what is wrong with the sealed record of `row`.

    :param row: the row
    :param key: the key of its subject, or of the ledger
    :param name: the stored pseudonym of its subject; None if it has no subject
    :param of: function that returns the pseudonym of a reference
    """
    where = numbers(row["n"], row["n"])
    try:
        salt, record = key.open(bytes(row["body"]))
        if len(salt) != HASH_BYTES:
            raise LedgerError("a stored record is damaged: it is too short")
    except LedgerError as cause:
        yield Defect("unreadable", where, "a sealed record", str(cause))
        return
    if commitment(salt, record) != bytes(row["salted"]):
        yield Defect("altered", where, "the commitment to its sealed record", "another commitment")
    try:
        content = json.loads(record)
        for column, expected, got in _columns(row, content):
            if expected != got:
                yield Defect("altered", f"{where}, column “{column}”", f"{expected!r} of the sealed record", f"{got!r}")
        if name is not None and of(content["subject"]) != name:
            yield Defect("altered", f"{where}, its subject", "the pseudonym of the sealed reference", "another")
    except _UNREADABLE as cause:
        yield Defect("unreadable", where, "a record in JSON", str(cause))


def _columns(row: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each column that repeats something of the sealed record: its name, the value expected, and its value."""
    yield "received_at", content["received_at"], to_instant(row["received_at"])
    if row["kind"] in ANSWERS:
        for name in _SEALED:
            yield name, content[name], row[name]
        yield "digest", content["digest"], f"sha256:{bytes(row['digest']).hex()}"
        return
    facts = json.loads(row["facts"])
    yield "verdict", facts.get("verdict"), row["verdict"]
    yield "about", facts.get("n"), row["about"]
