"""The ledger: add receipts and other records, read them, prove them, and erase subjects.

Invariants: what a method has returned is durable; readers see only what is committed; a checkpoint is signed only if it
extends the last signed one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, false, func, select, update

from inforce.client import ManifestFile
from inforce.errors import HeldError, LedgerError
from inforce.ledger.answers import Answers
from inforce.ledger.app_keys import AppKeys
from inforce.ledger.entries import ANSWERS, Disclosure, disclosure, document, to_instant
from inforce.ledger.erasure import Erasure, residue
from inforce.ledger.group import Added, Appended, Commits, LogDraft, Waiting
from inforce.ledger.keys import Caller, LedgerKeys, now_milliseconds
from inforce.ledger.log.checkpoint import Checkpoint, Note, VerifierKey
from inforce.ledger.log.proof import LogProof
from inforce.ledger.log.tiles import Tile, hashes_from_tiles
from inforce.ledger.log.tree import HASH_BYTES, inclusion_proof
from inforce.ledger.manifests import Manifests
from inforce.ledger.sealing import SubjectKey, pseudonym
from inforce.ledger.stamps import Stamps
from inforce.ledger.state import KEYS, NOTE, ORIGIN, SITE, StoredState
from inforce.ledger.static_log import is_extended
from inforce.ledger.storage.database import Database, LedgerPlace, rows_of
from inforce.ledger.storage.tables import entries, subjects, tiles
from inforce.ledger.verdict_rows import verdicts_of, waits
from inforce.ledger.writer import Writer

__all__ = ["Added", "Caller", "Erasure", "Ledger"]

_SECONDS_BETWEEN_NOTES: Final = 1.0
_ROUNDS_OF_LINKS: Final = 8
_DAY: Final = 86_400_000


class Ledger:
    """An open ledger; `open` returns one.

    :param database: its open database
    :param keys: its secrets
    :param clock: function that returns the time in milliseconds since 1970
    """

    def __init__(self, database: Database, keys: LedgerKeys, clock: Callable[[], int] = now_milliseconds) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._state = StoredState(database)
        self.app_keys = AppKeys(database)
        self.answers = Answers(database, keys)
        self.manifests = Manifests(database)
        self.stamps = Stamps(database)
        self.site = self.origin = ""
        self._note = b""
        self._signed_at = float("-inf")
        self._signing = threading.Lock()
        self.signs = True
        self._writer = Writer(database, keys, clock)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        place: LedgerPlace,
        keys: LedgerKeys,
        site: str | None = None,
        *,
        clock: Callable[[], int] = now_milliseconds,
    ) -> AsyncIterator[Ledger]:
        """Open the ledger at `place`, and create it if it does not exist; close it at the end of the block.

        :param place: where its database is
        :param keys: its secrets
        :param site: address of the policy site as published, needed for a new ledger; None: as stored
        :param clock: function that returns the time in milliseconds since 1970
        :raises LedgerError: if another process writes it, or if it is the ledger of another site
        :raises LedgerUnavailableError: if the database cannot be opened
        """
        database = Database(place)
        try:
            ledger = cls(database, keys, clock)
            try:
                ledger._begin(site)
                yield ledger
            finally:
                await ledger._writer.close()
        finally:
            database.close()

    def _begin(self, site: str | None) -> None:
        """Read or store the site and the keys, and compare the log with the last signed checkpoint."""
        stored = self._state.read(SITE)
        if stored is None and site is None:
            raise LedgerError("a new ledger needs the address of its policy site, which does not answer")
        self.site = stored.decode() if stored else site or ""
        if site not in (None, self.site):
            raise LedgerError(f"this is the ledger of {self.site}, not of {site}: use another database")
        if stored is None:
            self._state.write({SITE: self.site.encode(), KEYS: self._keys.fingerprint})
        self.origin = self._state.origins[-1]
        self._state.require(self._keys)
        note = self._state.read(NOTE)
        if note is not None:
            self._note = note
            self.signs = is_extended(note, self.verifier, self.size, self._hash_at)

    @property
    def verifier(self) -> VerifierKey:
        """The public key that verifies the checkpoints."""
        return self._keys.verifier(self.origin)

    async def check_writing(self) -> None:
        """Try to write if the last commit failed; raise LedgerUnavailableError if records cannot be stored."""
        if not self._writer.accepts:
            await self._writer.turn(self._write_nothing)

    def _write_nothing(self) -> None:
        self._state.write({SITE: self.site.encode()})
        with self._database.reading(1) as connection:
            connection.execute(delete(subjects).where(false()))
            connection.commit()

    @property
    def commits(self) -> Commits:
        """The commits since the ledger was opened."""
        return self._writer.commits

    @property
    def size(self) -> int:
        """The number of committed entries."""
        return self._writer.growth.size

    # Adding

    async def add(self, receipts: Sequence[Mapping[str, Any]], caller: str, verdicts: Sequence[str]) -> list[Added]:
        """Add receipts and return a result each; they are durable when it returns.

        :param receipts: results of `parse_receipt`
        :param caller: name of the caller, within which ids are unique
        :param verdicts: “verified”, “unverified” or “contradicted” for each
        :raises LedgerUnavailableError: if nothing was stored
        """
        return await self._writer.add(receipts, caller, verdicts)

    async def settle(self, n: int, verdict: str) -> None:
        """Append the `verdict` about the record number `n`; the newest one counts."""
        facts = {"n": n, "verdict": verdict}
        await self._writer.turn(lambda: self._writer.append("verdict", None, facts, facts))

    async def link(self, subject: str, linked: str) -> int:
        """Link the reference `linked`, such as that of a visitor, with `subject`; return the number of the entry."""
        record = {"subject": subject, "linked": linked}
        number: int = await self._writer.turn(lambda: self._writer.append("link", subject, record, {}))
        return number

    async def append_once(self, drafts: Sequence[LogDraft], caller: str) -> list[Appended]:
        """Append the records in `drafts` for `caller` unless they are in the log, and return a result each."""
        if not drafts:
            return []
        added: list[Appended] = await self._writer.turn(lambda: self._writer.append_once(drafts, caller))
        return added

    async def keep_manifest(self, file: ManifestFile | None) -> None:
        """Store `file`, a verified manifest, unless it is stored; None is ignored."""
        if file is not None and not self.manifests.has(file):
            await self._writer.turn(lambda: self.manifests.add(file, self._clock()))

    # Reading

    async def records(self, subject: str) -> list[dict[str, Any]]:
        """Return the receipts of `subject` and of the references linked with it, in the order of the log."""
        rows, _ = self._with_linked(subject)
        receipts = {row["n"]: row for row in rows if row["kind"] in ANSWERS}
        return [receipts[n] for n in sorted(receipts)]

    async def history(self, subject: str, policy: str) -> list[dict[str, Any]]:
        """Return the records of `subject` and of the references linked with it about `policy`, in the log's order."""
        rows, _ = self._with_linked(subject)
        return sorted((row for row in rows if row.get("policy") == policy), key=lambda row: int(row["n"]))

    def _with_linked(self, subject: str) -> tuple[list[dict[str, Any]], set[str]]:
        """Return the records of `subject` and of the references linked with it, and all these references."""
        rows: list[dict[str, Any]] = []
        asked, new = {subject}, {subject}
        for _ in range(_ROUNDS_OF_LINKS):
            found = self._rows_of(new)
            rows += found
            new = {row["linked"] for row in found if row["kind"] == "link"} - asked
            asked |= new
            if not new:
                break
        return rows, asked

    def _rows_of(self, references: set[str]) -> list[dict[str, Any]]:
        names = [pseudonym(self._keys.pseudonym, each) for each in references]
        with self._database.reading(1) as connection:
            found = rows_of(connection, select(subjects).where(subjects.c.pseudonym.in_(names)))
        keys = {row["sid"]: SubjectKey.unwrap(self._keys.wrapping, bytes(row["wrapped"])) for row in found}
        if not keys:
            return []
        with self._database.reading() as connection:
            rows = rows_of(connection, select(entries).where(entries.c.sid.in_(list(keys))))
            verdicts = verdicts_of(connection, rows)
        return [document(row, keys[row["sid"]], verdicts.get(row["n"])) for row in rows]

    async def receipt(self, id: str, caller: str | None) -> dict[str, Any] | None:  # noqa: A002 - the field of a receipt
        """Return the receipt `id` of `caller`, or of any caller if that is None; None if there is no such receipt."""
        where = entries.c.id == id
        if caller is not None:
            where &= entries.c.caller == caller
        found = self._documents(select(entries).where(where).order_by(entries.c.n).limit(1))
        return found[0] if found else None

    async def disclosed(self, n: int) -> Disclosure:
        """Return what proves the receipt number `n`; raise LedgerError if its subject was erased."""
        with self._database.reading() as connection:
            (row,) = rows_of(connection, select(entries).where(entries.c.n == n))
        key = self._keys_of({row["sid"]}).get(row["sid"])
        if key is None:
            raise LedgerError("this record was erased: what it said is unreadable")
        return disclosure(row, key)

    async def changes(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` entries with a number above `after`, in the order of the log."""
        return await self.where(entries.c.n > after, limit)

    async def unverified(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` receipts with a number above `after` that wait for a verdict."""
        where = (entries.c.n > after) & waits()
        return self._documents(select(entries).where(where).order_by(entries.c.n).limit(limit))

    async def waiting(self) -> Waiting:
        """Return how many receipts wait for a verdict, and for how long."""
        with self._database.reading() as connection:
            found = connection.execute(select(func.count(), func.min(entries.c.received_at)).where(waits())).one()
        return Waiting(found[0], 0.0 if found[1] is None else max(self._clock() - found[1], 0) / 1_000)

    async def where(self, condition: ColumnElement[bool], limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` entries for which `condition` is true, in the order of the log."""
        return self._documents(select(entries).where(condition).order_by(entries.c.n).limit(limit))

    def _documents(self, query: Any) -> list[dict[str, Any]]:
        with self._database.reading() as connection:
            rows = rows_of(connection, query)
            verdicts = verdicts_of(connection, rows)
        keys = self._keys_of({row["sid"] for row in rows if row["sid"] is not None})
        own = self._writer.own_key
        return [
            document(row, own if row["sid"] is None else keys.get(row["sid"]), verdicts.get(row["n"])) for row in rows
        ]

    def _keys_of(self, sids: set[int]) -> dict[int, SubjectKey]:
        with self._database.reading(1) as connection:
            rows = connection.execute(select(subjects.c.sid, subjects.c.wrapped).where(subjects.c.sid.in_(sids))).all()
        return {sid: SubjectKey.unwrap(self._keys.wrapping, bytes(wrapped)) for sid, wrapped in rows}

    async def stats(self) -> list[dict[str, Any]]:
        """Return the number of receipts per policy, seq, act and day (UTC)."""
        day = func.floor(entries.c.received_at / _DAY)
        columns = (entries.c.policy, entries.c.seq, entries.c.act, day.label("day"))
        query = select(*columns, func.count().label("count")).where(entries.c.kind.in_(ANSWERS))
        with self._database.reading() as connection:
            rows = rows_of(connection, query.group_by(*columns[:3], day).order_by(*columns[:3], day))
        return [{**row, "day": to_instant(int(row["day"]) * _DAY)[:10]} for row in rows]

    # The log

    def checkpoint(self) -> bytes:
        """Return the signed checkpoint, at most a second old if the log has grown since.

        Raise LedgerError if the log does not extend the last one: it must be restored, or its loss declared.
        """
        if not self.signs:
            raise LedgerError("the log does not extend its last signed checkpoint, so that none is signed: restore it")
        with self._signing:
            now = time.monotonic()
            signed = Checkpoint.parse(Note.parse(self._note).text).size if self._note else -1
            if self.size != signed and (not self._note or now - self._signed_at >= _SECONDS_BETWEEN_NOTES):
                note = self._signed()
                self._state.write({NOTE: note})
                self._note, self._signed_at = note, now
            return self._note

    async def declare_loss(self) -> int:
        """Start a new origin, so that checkpoints are signed again; return the number of the entry that explains it.

        The entry names the last checkpoint, which the log does not extend. Raise LedgerError if there is none.
        """
        number: int = await self._writer.turn(self._declared)
        return number

    def _declared(self) -> int:
        if self.signs:
            raise LedgerError("no loss to declare: the log extends its last signed checkpoint")
        last = Checkpoint.parse(Note.parse(self._note).text)
        facts = {"origin": last.origin, "size": last.size, "root": f"sha256-{last.root.hex()}"}
        number = self._writer.append("loss", None, facts, facts)
        origins = self._state.origins
        self.origin = f"{origins[0]}/{len(origins) + 1}"
        self._note = self._signed()
        self._state.write({ORIGIN: str(len(origins) + 1).encode(), NOTE: self._note})
        self.signs = True
        return number

    def _signed(self) -> bytes:
        """Return the checkpoint of the log as it is now, signed."""
        growth = self._writer.growth
        checkpoint = Checkpoint(self.origin, growth.size, growth.frontier.root())
        return self._keys.sign(self.origin, str(checkpoint)).to_bytes()

    def tile(self, path: str) -> bytes | None:
        """Return the tile at `path` such as “tile/0/000”; None if the log has no such tile."""
        tile = Tile.from_path(path)
        return self._tile(tile) if tile else None

    def _tile(self, tile: Tile) -> bytes | None:
        if found := self._writer.growth.partial(tile):
            return found
        where = (tiles.c.level == tile.level) & (tiles.c.number == tile.number)
        with self._database.reading() as connection:
            hashes = connection.execute(select(tiles.c.hashes).where(where)).scalar()
        return None if hashes is None else bytes(hashes)[: tile.width * HASH_BYTES]

    def _hash_at(self, size: int) -> Callable[[int, int], bytes]:
        def read(tile: Tile) -> bytes:
            content = self._tile(tile)
            if content is None:
                raise LedgerError(f"the log lacks {tile.path}: restore a backup")
            return content

        return hashes_from_tiles(read, size)

    async def proof(self, n: int, signed: bytes | None = None) -> bytes:
        """Return the proof (tlog-proof) that entry `n` is in the log; it may wait for the next checkpoint.

        :param n: number of the entry
        :param signed: an earlier signed checkpoint that covers the entry; None: the newest one
        """
        note = Note.parse(await asyncio.to_thread(self.checkpoint) if signed is None else signed)
        if Checkpoint.parse(note.text).size <= n:
            await asyncio.sleep(_SECONDS_BETWEEN_NOTES)
            note = Note.parse(await asyncio.to_thread(self.checkpoint))
        size = Checkpoint.parse(note.text).size
        return LogProof(n, tuple(inclusion_proof(n, size, self._hash_at(size))), note).to_bytes()

    # Erasure

    async def erase(self, subject: str) -> Erasure:
        """Erase `subject` and the references linked with it: delete their pseudonyms and keys.

        An entry without reference is appended. Raise HeldError if a legal hold protects one of them.
        """
        erasure: Erasure = await self._writer.turn(lambda: self._erased(subject))
        return erasure

    def _erased(self, subject: str) -> Erasure:
        _, references = self._with_linked(subject)
        names = [pseudonym(self._keys.pseudonym, each) for each in references]
        log, keys = self._database.log, self._database.subjects
        found = rows_of(keys, select(subjects).where(subjects.c.pseudonym.in_(names)))
        if any(row["held"] for row in found):
            keys.rollback()
            raise HeldError("a legal hold protects this subject: lift it first")
        sids = [row["sid"] for row in found]
        where = entries.c.sid.in_(sids) & entries.c.kind.in_(ANSWERS)
        count = log.execute(select(func.count()).where(where)).scalar() or 0
        keys.execute(delete(subjects).where(subjects.c.sid.in_(sids)))
        for each in references:
            self._writer.forget(each)
        facts = {"count": count}
        n = self._writer.append("erasure", None, facts, facts)
        traces = [*(each.encode() for each in references), *names, *(bytes(row["wrapped"]) for row in found)]
        left = residue(self._database, traces)
        return Erasure(n=n, count=count, erased_at=to_instant(self._clock()), size=self.size, left=left)

    async def hold(self, subject: str, *, on: bool, reason: str = "") -> None:
        """Place a legal hold on `subject`, or lift it, and append an entry."""
        await self._writer.turn(lambda: self._held(subject, on, reason))

    def _held(self, reference: str, on: bool, reason: str) -> None:
        name = pseudonym(self._keys.pseudonym, reference)
        change = update(subjects).where(subjects.c.pseudonym == name).values(held=int(on))
        keys = self._database.subjects
        known = keys.execute(change).rowcount
        self._writer.append("hold", reference, {"subject": reference, "reason": reason}, {"on": on})  # and commit both
        if not known:
            keys.execute(change)
            keys.commit()
