"""The one writer of a ledger: it collects what callers add and commits it in groups.

Invariants: a caller gets its answer after the commit; numbers are dense, in the order of commits; the keys of new
subjects are durable before their records; after an error nothing of the group counts, and the state is read again.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from inforce.errors import HeldError, LedgerError, LedgerUnavailableError
from inforce.ledger.entries import Randomness, is_same, leaf_of, other_row, receipt_row, to_instant
from inforce.ledger.group import Added, Addition, Appended, Commits, KnownSubject, LogDraft, Turn, TurnGroup
from inforce.ledger.growth import Growth
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.log.tiles import TILE_WIDTH, Tile
from inforce.ledger.record import SALT_BYTES
from inforce.ledger.sealing import KEY_BYTES, NONCE_BYTES, SubjectKey, own_key, pseudonym
from inforce.ledger.storage.database import Database, add_rows, in_thread, rows_of
from inforce.ledger.storage.tables import entries, subjects, tiles
from inforce.ledger.verdict_rows import newest_verdicts

T = TypeVar("T")
_LARGEST_GROUP: Final = 2_000
_CACHED_KEYS: Final = 20_000
_AT_ONCE: Final = 500  # values in one SELECT
_ENDED: Final = "the writer of the ledger has ended"
_RANDOM_BYTES: Final = NONCE_BYTES + SALT_BYTES


class Writer:
    """The writer of `database`.

    :param database: the open database
    :param keys: the secrets of the ledger
    :param clock: function that returns the time in milliseconds since 1970
    """

    def __init__(self, database: Database, keys: LedgerKeys, clock: Callable[[], int]) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._waiting: deque[Addition | Turn] = deque()
        self._wake = asyncio.Event()
        self._known: dict[bytes, KnownSubject] = {}
        self._own_key = own_key(keys.note)
        self.commits = Commits()
        self._broken = False
        self._closing = False
        self._load()
        self._task = asyncio.create_task(self._run())

    @property
    def own_key(self) -> SubjectKey:
        """The key of records that have no subject."""
        return self._own_key

    def _load(self) -> None:
        """Read the state of the log from the database."""
        log = self._database.log
        last, received = log.execute(select(func.max(entries.c.n), func.max(entries.c.received_at))).one()
        size = 0 if last is None else last + 1
        last_rows = select(entries).where(entries.c.n >= size // TILE_WIDTH * TILE_WIDTH).order_by(entries.c.n)
        leaves = [leaf_of(row) for row in rows_of(log, last_rows)]
        self.growth = Growth.restored(size, self._full_tile, leaves)
        self._last_time = received or 0
        newest = self._database.subjects.execute(select(func.max(subjects.c.sid))).scalar() or 0
        used = log.execute(select(func.max(entries.c.sid))).scalar() or 0
        self._next_sid = max(newest, used) + 1
        log.rollback()
        self._database.subjects.rollback()
        self._known.clear()

    def _full_tile(self, tile: Tile) -> bytes:
        where = (tiles.c.level == tile.level) & (tiles.c.number == tile.number)
        found = self._database.log.execute(select(tiles.c.hashes).where(where)).scalar()
        if found is None:
            raise LedgerError(f"the log lacks {tile.path}: restore a backup")
        return bytes(found)

    @property
    def accepts(self) -> bool:
        """Whether the last group was committed, and the task that writes has not ended."""
        return not self._broken and not self._task.done()

    async def add(self, receipts: Sequence[Mapping[str, Any]], caller: str, verdicts: Sequence[str]) -> list[Added]:
        """Add `receipts` of `caller` with their `verdicts`, and return a result each; durable when it returns."""
        if not receipts:
            return []
        done: asyncio.Future[list[Added]] = asyncio.get_running_loop().create_future()
        self._put(Addition(receipts, caller, verdicts, done))
        return await done

    async def turn(self, work: Callable[[], Any]) -> Any:
        """Run `work` while nothing else is written, and return its result."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(Turn(work, done))
        return await done

    def _put(self, item: Addition | Turn) -> None:
        if self._closing or self._task.done():
            raise LedgerUnavailableError("the ledger is closing")
        self._waiting.append(item)
        self._wake.set()

    async def close(self) -> None:
        """Commit what waits, and end."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while not self._closing or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._next()
        finally:
            for item in self._waiting:  # a client must not wait for a writer that has ended
                _fail(item, LedgerUnavailableError(_ENDED))

    async def _next(self) -> None:
        """Commit the next group, or run the next turn."""
        items = self._taken()
        try:
            self._database.check_files()
            # A database that is busy or down waits in a thread, so that other requests are answered meanwhile.
            if self._broken:
                await in_thread(self._recover)
            first = items[0]
            results = [await in_thread(first.work)] if isinstance(first, Turn) else await self._committed(items)
        except BaseException as cause:  # the callers get it, and the writer goes on unless it was cancelled
            self._failed(items, cause)
            if not isinstance(cause, Exception):
                raise
        else:
            for item, result in zip(items, results, strict=True):
                if not item.done.done():  # a client may have hung up; its record stays
                    item.done.set_result(result)

    def _failed(self, items: Sequence[Addition | Turn], cause: BaseException) -> None:
        problem = cause if isinstance(cause, Exception) else LedgerUnavailableError(_ENDED)
        if isinstance(cause, (DBAPIError, OSError)):
            problem = LedgerUnavailableError(f"the database does not accept records: {_reason(cause)}")
            problem.__cause__ = cause
        self._broken |= not isinstance(cause, HeldError)  # of which nothing was written
        for item in items:
            _fail(item, problem)

    def _taken(self) -> list[Addition | Turn]:
        items: list[Addition | Turn] = [self._waiting.popleft()]
        first = items[0]
        if isinstance(first, Turn):
            return items
        size = len(first.receipts)
        while self._waiting:
            following = self._waiting[0]
            if isinstance(following, Turn) or size + len(following.receipts) > _LARGEST_GROUP:
                break
            size += len(following.receipts)
            items.append(self._waiting.popleft())
        return items

    async def _committed(self, items: Sequence[Any]) -> list[list[Added]]:
        names = self._names({receipt["subject"] for item in items for receipt in item.receipts})
        group = self._begin(sum(len(item.receipts) for item in items), names)
        stored = self._stored([receipt["id"] for item in items for receipt in item.receipts])
        by_reference = self._found(names)
        results = [
            [
                self._staged(group, stored, by_reference, receipt, item.caller, verdict)
                for receipt, verdict in zip(item.receipts, item.verdicts, strict=True)
            ]
            for item in items
        ]
        await in_thread(lambda: self._write(group))
        self._finish(group)
        return results

    def _recover(self) -> None:
        self._database.recover()
        self._load()
        self._broken = False

    def _begin(self, records: int, names: Mapping[str, bytes]) -> TurnGroup:
        now = max(self._clock(), self._last_time)
        noise = os.urandom(_RANDOM_BYTES * records)
        random = (
            Randomness(noise[at : at + NONCE_BYTES], noise[at + NONCE_BYTES : at + _RANDOM_BYTES])
            for at in range(0, len(noise), _RANDOM_BYTES)
        )
        return TurnGroup(self.growth.copy(), (now, to_instant(now)), random, names)

    def _stored(self, ids: Sequence[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return the rows with these ids, by caller and id."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for some in _slices(ids):
            rows = rows_of(self._database.log, select(entries).where(entries.c.id.in_(some)))
            found.update({(row["caller"], row["id"]): row for row in rows})
        return found

    def find(self, references: Iterable[str]) -> dict[str, KnownSubject]:
        """Return the subjects that the ledger knows, by reference."""
        return self._found(self._names(references))

    def _names(self, references: Iterable[str]) -> dict[str, bytes]:
        """Return the pseudonym of each reference."""
        return {each: pseudonym(self._keys.pseudonym, each) for each in references}

    def _found(self, names: Mapping[str, bytes]) -> dict[str, KnownSubject]:
        missing = [name for name in names.values() if name not in self._known]
        for some in _slices(missing):
            rows = rows_of(self._database.subjects, select(subjects).where(subjects.c.pseudonym.in_(some)))
            self._known.update({bytes(row["pseudonym"]): self._subject(row) for row in rows})
        return {reference: self._known[name] for reference, name in names.items() if name in self._known}

    def _subject(self, row: Mapping[str, Any]) -> KnownSubject:
        return KnownSubject(row["sid"], SubjectKey.unwrap(self._keys.wrapping, bytes(row["wrapped"])))

    def _staged(
        self,
        group: TurnGroup,
        stored: Mapping[tuple[str, str], Mapping[str, Any]],
        known: dict[str, KnownSubject],
        receipt: Mapping[str, Any],
        caller: str,
        verdict: str,
    ) -> Added:
        name = (caller, receipt["id"])
        if name in group.ids:  # the same id twice in one group
            earlier, added = group.ids[name]
            return added._replace(state="same") if earlier == receipt else Added(receipt["id"], "conflict")
        if name in stored:
            return self._repeated(stored[name], receipt)
        subject = known.get(receipt["subject"]) or self._new_subject(group, receipt["subject"])
        known[receipt["subject"]] = subject
        row = receipt_row(receipt, subject.key, subject.sid, next(group.random), group.received, caller, verdict)
        added = Added(receipt["id"], "created", group.append(row), group.received[1], verdict)
        group.ids[name] = receipt, added
        return added

    def _repeated(self, row: Mapping[str, Any], receipt: Mapping[str, Any]) -> Added:
        found = rows_of(self._database.subjects, select(subjects).where(subjects.c.sid == row["sid"]))
        if not found:
            return Added(receipt["id"], "erased")
        if not is_same(row, self._subject(found[0]).key, receipt):
            return Added(receipt["id"], "conflict")
        newest = self._database.log.execute(newest_verdicts([row["n"]])).all()
        verdict = newest[-1][1] if newest else row["verdict"]
        return Added(receipt["id"], "same", row["n"], to_instant(row["received_at"]), verdict)

    def _new_subject(self, group: TurnGroup, reference: str) -> KnownSubject:
        subject = KnownSubject(self._next_sid + len(group.new_subjects), SubjectKey(os.urandom(KEY_BYTES)))
        group.new_subjects[group.names[reference]] = subject
        return subject

    def _write(self, group: TurnGroup) -> None:
        """Store `group`, and commit."""
        if group.new_subjects:
            rows = [
                {"sid": subject.sid, "pseudonym": name, "wrapped": subject.key.wrap(self._keys.wrapping), "held": 0}
                for name, subject in group.new_subjects.items()
            ]
            add_rows(self._database.subjects, subjects, rows)
        if group.rows:
            add_rows(self._database.log, entries, group.rows)
        if full := group.growth.taken():
            rows = [{"level": tile.level, "number": tile.number, "hashes": content} for tile, content in full]
            add_rows(self._database.log, tiles, rows)
        self._commit()

    def _commit(self) -> None:
        """Commit the keys first: a crash between the two leaves an unused key, and never a record without its key."""
        began = time.perf_counter()
        self._database.subjects.commit()
        self._database.log.commit()
        self.commits.seconds += time.perf_counter() - began
        self._database.check_files()

    def _finish(self, group: TurnGroup) -> None:
        self.growth = group.growth
        self.commits.count += 1
        self.commits.entries += len(group.rows)
        self._last_time = group.received[0]
        self._next_sid += len(group.new_subjects)
        if len(self._known) > _CACHED_KEYS:
            self._known.clear()
        self._known.update(group.new_subjects)

    def append(self, kind: str, reference: str | None, record: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
        """Add a record of another kind in a turn of the writer, commit it, and return its number.

        :param kind: such as `verdict`
        :param reference: the subject whose key seals it; None: that of the ledger
        :param record: the record
        :param facts: the public members of its entry
        """
        names = self._names([] if reference is None else [reference])
        group = self._begin(1, names)
        subject = None
        if reference is not None:
            subject = self._found(names).get(reference) or self._new_subject(group, reference)
        key, sid = (subject.key, subject.sid) if subject else (self._own_key, None)
        n = group.append(other_row(kind, record, facts, key, sid, next(group.random), group.received))
        self._write(group)
        self._finish(group)
        return n

    def append_once(self, drafts: Sequence[LogDraft], caller: str) -> list[Appended]:
        """Add the records in `drafts` for `caller` in a turn of the writer, commit them, and return a result each.

        Their ids follow from the keys of their subjects, so that an id says nothing after an erasure.
        """
        names = self._names(draft.reference for draft in drafts)
        group, known = self._begin(len(drafts), names), self._found(names)
        for name in names:
            if name not in known:
                known[name] = self._new_subject(group, name)
        ids = [known[draft.reference].key.identity(draft.identity) for draft in drafts]
        found = {name: row["n"] for name, row in self._stored(ids).items()}
        results = []
        for draft, id_ in zip(drafts, ids, strict=True):
            is_new = (caller, id_) not in found
            if is_new:
                row = draft.row(id_, known[draft.reference], next(group.random), group.received)
                found[caller, id_] = group.append({**row, "caller": caller})
            results.append(Appended(found[caller, id_], is_new))
        self._write(group)
        self._finish(group)
        return results

    def forget(self, reference: str) -> None:
        """Drop the key of `reference` from memory."""
        self._known.pop(pseudonym(self._keys.pseudonym, reference), None)


def _slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))


def _fail(item: Addition | Turn, problem: Exception) -> None:
    if not item.done.done():
        item.done.set_exception(problem)


def _reason(cause: Exception) -> str:
    return str(getattr(cause, "orig", None) or cause).splitlines()[0]
