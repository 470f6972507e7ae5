"""Verify a stored ledger: its log, tiles, checkpoints and sealed records, also while a service writes it.

Invariants: only reads; each page is read in a transaction of its own, so that an erasure need not wait for the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from inforce.errors import LedgerError, ProofError
from inforce.ledger.entries import ANSWERS
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.log.tiles import Tile
from inforce.ledger.sealing import SubjectKey, own_key, pseudonym
from inforce.ledger.state import NOTE, StoredState
from inforce.ledger.static_log import signed_checkpoint
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import entries, subjects, tiles
from inforce.ledger.verifying import CheckedAgainst, Defect, TreeCheck, numbers, record_defects

_PAGE: Final = 4_096
_LEAF: Final = tuple(column for column in entries.columns if column.name != "body")
_SIGNED_BY_OTHERS: Final = "use the checkpoint of this ledger, and its key file"
Report = Callable[[int, int], None]


class Audit:
    """The audit of the ledger in `database`, which another process may write.

    :param database: its database, open for reading
    :param keys: its secrets
    :raises LedgerError: if these are the secrets of another ledger
    """

    def __init__(self, database: Database, keys: LedgerKeys) -> None:
        self._database = database
        self._keys = keys
        state = StoredState(database)
        self._note = state.read(NOTE)
        state.require(keys)
        self._origins = state.origins
        # Before the number of entries: these must not be newer than what is read of the log.
        self._tiles = self._number(select(func.max(tiles.c.number)).where(tiles.c.level == 0))
        self.size = self._number(select(func.max(entries.c.n)))
        self.opened = self.erased = 0

    def _number(self, highest: Any) -> int:
        """Return one more than the result of the query `highest`, and 0 if it has none."""
        with self._database.reading() as connection:
            found = connection.execute(highest).scalar()
        return 0 if found is None else found + 1

    def log_defects(self, published: bytes | None, report: Report) -> Iterator[Defect]:
        """Yield what is wrong with the log without opening its records.

        :param published: a checkpoint from elsewhere, a signed note; None if there is none
        :param report: function that is called with the number of entries checked, and of all
        """
        against: list[CheckedAgainst] = []
        for name, note, forked in (
            ("the last signed checkpoint", self._note, "changed"),
            ("the checkpoint in --checkpoint", published, "forked"),
        ):
            if note is None:
                continue
            try:
                against.append(CheckedAgainst(name, self._checkpoint(note), forked))
            except (ProofError, LedgerError) as cause:
                yield Defect("unsigned", name, "a checkpoint signed by this ledger", str(cause), _SIGNED_BY_OTHERS)
        yield from TreeCheck(self._tile, against).defects(self._rows(_LEAF, report), self._tiles)
        if (lowest := self._number(select(func.min(entries.c.n))) - 1) < 0 < self.size:
            yield Defect("inserted", numbers(lowest, lowest), "numbers from 0", "a negative number")
        yield from self._doubled()
        yield from self._verdicts_about_nothing()

    def _checkpoint(self, note: bytes) -> Checkpoint:
        """Return the checkpoint in `note`; the log before a declared loss had another origin."""
        name = note.partition(b"\n")[0].decode(errors="replace")
        origin = name if name in self._origins else self._origins[-1]
        return signed_checkpoint(note, self._keys.verifier(origin))

    def _tile(self, tile: Tile) -> bytes | None:
        where = (tiles.c.level == tile.level) & (tiles.c.number == tile.number)
        with self._database.reading() as connection:
            content = connection.execute(select(tiles.c.hashes).where(where)).scalar()
        return None if content is None else bytes(content)

    def _pages(self, columns: Sequence[Any], report: Report) -> Iterator[list[dict[str, Any]]]:
        last, read = -1, 0
        while last < self.size - 1:
            where = (entries.c.n > last) & (entries.c.n < self.size)
            with self._database.reading() as connection:
                page = rows_of(connection, select(*columns).where(where).order_by(entries.c.n).limit(_PAGE))
            if not page:
                return
            yield page
            last, read = page[-1]["n"], read + len(page)
            report(last + 1, self.size)

    def _rows(self, columns: Sequence[Any], report: Report) -> Iterator[dict[str, Any]]:
        for page in self._pages(columns, report):
            yield from page

    def _doubled(self) -> Iterator[Defect]:
        """Yield entries with the same commitment: its random bytes make it unique."""
        several = select(entries.c.salted).group_by(entries.c.salted).having(func.count() > 1)
        query = select(entries.c.salted, entries.c.n).where(entries.c.salted.in_(several)).order_by(entries.c.n)
        first: dict[bytes, int] = {}
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        for salted, n in rows:
            earlier = first.setdefault(bytes(salted), n)
            if earlier != n:
                yield Defect("doubled", numbers(n, n), "a commitment of its own", f"that of entry {earlier}")

    def _verdicts_about_nothing(self) -> Iterator[Defect]:
        about = entries.alias("about")
        exists = select(about.c.n).where((about.c.n == entries.c.about) & (about.c.kind == "receipt")).exists()
        wrong = (entries.c.kind == "verdict") & (~exists | (entries.c.about >= entries.c.n))
        query = select(entries.c.n, entries.c.about).where(entries.c.about.is_not(None) & wrong).order_by(entries.c.n)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        for n, number in rows:
            yield Defect("verdict", numbers(n, n), "an earlier receipt as its object", f"number {number}")

    def record_defects(self, report: Report) -> Iterator[Defect]:
        """Yield what is wrong with the sealed records; those of erased subjects cannot be opened and are counted.

        :param report: function that is called with the number of entries checked, and of all
        """
        own, of = own_key(self._keys.note), partial(pseudonym, self._keys.pseudonym)
        lost = 0
        for page in self._pages(tuple(entries.columns), report):
            wrapped = self._subjects({row["sid"] for row in page if row["sid"] is not None})
            keys: dict[int, SubjectKey] = {}
            for sid, (_, each) in wrapped.items():
                try:
                    keys[sid] = SubjectKey.unwrap(self._keys.wrapping, each)
                except LedgerError as cause:
                    yield Defect("unreadable", f"the key of subject {sid}", "a key wrapped by this ledger", str(cause))
            for row in page:
                sid = row["sid"]
                key = own if sid is None else keys.get(sid)
                if key is not None:
                    self.opened += 1
                    yield from record_defects(row, key, None if sid is None else wrapped[sid][0], of)
                elif sid not in wrapped:
                    self.erased += 1
                    lost += row["kind"] in ANSWERS
        yield from self._lost(lost)

    def _subjects(self, sids: set[int]) -> dict[int, tuple[bytes, bytes]]:
        """Return the pseudonym and the wrapped key of each of `sids` that was not erased."""
        columns = (subjects.c.sid, subjects.c.pseudonym, subjects.c.wrapped)
        query = select(*columns).where(subjects.c.sid.in_(sids))
        with self._database.reading(1) as connection:
            return {sid: (bytes(name), bytes(wrapped)) for sid, name, wrapped in connection.execute(query)}

    def _lost(self, lost: int) -> Iterator[Defect]:
        """Yield a defect if more receipts have no key than the erasures in the log explain."""
        with self._database.reading() as connection:
            rows = connection.execute(select(entries.c.facts).where(entries.c.kind == "erasure")).scalars()
            erased = sum(map(_count, rows))
        if lost > erased:
            expected = f"keys of all but {erased:,} receipts, which were erased"
            fix = "restore the subjects from the newest backup"
            yield Defect("lost keys", "the subjects", expected, f"no key for {lost:,}", fix)


def _count(facts: str) -> int:
    """Return how many receipts an erasure made unreadable; 0 if its entry was damaged, which the log shows."""
    try:
        return int(json.loads(facts)["count"])
    except (ValueError, TypeError, KeyError):
        return 0
