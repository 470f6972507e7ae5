"""What many subjects have answered, read from the index alone: no record is opened.

Invariants: what is returned follows from committed rows; nothing of a request is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from inforce.ledger.due import AnswerGiven
from inforce.ledger.sealing import pseudonym
from inforce.ledger.storage.database import Database
from inforce.ledger.storage.tables import entries, subjects


class Answers:
    """The answers in `database`.

    :param database: the open database
    :param key: the secret of pseudonyms
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def of(self, references: Sequence[str]) -> dict[str, list[AnswerGiven]]:
        """Return what each of `references` has answered itself; a reference that is unknown is missing.

        :param references: at most some hundred references
        """
        names = {pseudonym(self._key, each): each for each in references}
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
