"""What many subjects have answered, read from the columns of the log: no record is opened for it.

Invariants: what is returned follows from committed rows; nothing of a request is stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import distinct, func, select

from inforce.acceptance.question import NO
from inforce.ledger.due import AnswerGiven
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.sealing import SubjectKey, pseudonym
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import entries, subjects

_PAGE: Final = 500


class Person(NamedTuple):
    """A subject that was not erased: what it has answered, and when its first record was received (milliseconds)."""

    sid: int
    given: tuple[AnswerGiven, ...]
    since: int


class Numbers(NamedTuple):
    """How many subjects accepted a version, declined it, and were told of it; erased ones included."""

    accepted: int
    declined: int
    told: int


class Answers:
    """The answers in `database`.

    :param database: the open database
    :param keys: the secrets of the ledger
    """

    def __init__(self, database: Database, keys: LedgerKeys) -> None:
        self._database = database
        self._keys = keys

    def of(self, references: Sequence[str]) -> dict[str, list[AnswerGiven]]:
        """Return what each of `references` has answered itself; a reference that is unknown is missing.

        :param references: at most some hundred references
        """
        names = {pseudonym(self._keys.pseudonym, each): each for each in references}
        where = subjects.c.pseudonym.in_(list(names))
        with self._database.reading(1) as connection:
            rows = connection.execute(select(subjects.c.sid, subjects.c.pseudonym).where(where)).all()
        known = {sid: names[bytes(name)] for sid, name in rows}
        columns = (entries.c.sid, entries.c.policy, entries.c.seq, entries.c.act, entries.c.verdict)
        given: dict[str, list[AnswerGiven]] = defaultdict(list)
        with self._database.reading() as connection:
            for sid, *facts in connection.execute(select(*columns).where(entries.c.sid.in_(list(known)))):
                given[known[sid]].append(AnswerGiven(*facts))
        return given

    def numbers(self) -> dict[tuple[str, int], Numbers]:
        """Return the numbers of each version, by policy and number of the version."""
        columns = (entries.c.policy, entries.c.seq, entries.c.act)
        query = select(*columns, func.count(distinct(entries.c.sid))).where(entries.c.policy.is_not(None))
        found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        with self._database.reading() as connection:
            for policy, seq, act, count in connection.execute(query.group_by(*columns)):
                found[policy, seq][2 if act is None else int(act in NO)] += count
        return {version: Numbers(*numbers) for version, numbers in found.items()}

    def everyone(self) -> Iterator[list[Person]]:
        """Yield all subjects that were not erased, except visitors who were linked with an account, in pages."""
        linked, after = self._linked(), -1
        while sids := self._living(after):
            after = sids[-1]
            yield self._people([sid for sid in sids if sid not in linked])

    def reference(self, sid: int) -> str:
        """Return the reference of the subject `sid`, from one of its records."""
        query = select(entries).where(entries.c.sid == sid).order_by(entries.c.n).limit(1)
        return str(self._opened(query)[0]["subject"])

    def _living(self, after: int) -> list[int]:
        query = select(subjects.c.sid).where(subjects.c.sid > after).order_by(subjects.c.sid).limit(_PAGE)
        with self._database.reading(1) as connection:
            return list(connection.execute(query).scalars())

    def _people(self, sids: Sequence[int]) -> list[Person]:
        columns = (entries.c.sid, entries.c.received_at, entries.c.policy, entries.c.seq, entries.c.act)
        given: dict[int, list[AnswerGiven]] = defaultdict(list)
        since: dict[int, int] = {}
        with self._database.reading() as connection:
            query = select(*columns, entries.c.verdict).where(entries.c.sid.in_(sids))
            for sid, received_at, *facts in connection.execute(query):
                given[sid].append(AnswerGiven(*facts))
                since[sid] = min(received_at, since.get(sid, received_at))
        return [Person(sid, tuple(given[sid]), since[sid]) for sid in sids if sid in given]

    def _linked(self) -> set[int]:
        """Return the subjects that were linked with another one."""
        links = self._opened(select(entries).where(entries.c.kind == "link"))
        names = [pseudonym(self._keys.pseudonym, link["linked"]) for link in links]
        found: set[int] = set()
        for start in range(0, len(names), _PAGE):
            some = names[start : start + _PAGE]
            with self._database.reading(1) as connection:
                found.update(connection.execute(select(subjects.c.sid).where(subjects.c.pseudonym.in_(some))).scalars())
        return found

    def _opened(self, query: Any) -> list[dict[str, Any]]:
        """Return the records of `query` whose subjects were not erased."""
        with self._database.reading() as connection:
            rows = rows_of(connection, query)
        with self._database.reading(1) as connection:
            kept = rows_of(connection, select(subjects).where(subjects.c.sid.in_({row["sid"] for row in rows})))
        keys = {row["sid"]: SubjectKey.unwrap(self._keys.wrapping, bytes(row["wrapped"])) for row in kept}
        return [json.loads(keys[row["sid"]].open(bytes(row["body"]))[1]) for row in rows if row["sid"] in keys]
