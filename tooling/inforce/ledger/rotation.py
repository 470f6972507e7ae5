"""Replace the secrets that wrap the keys of subjects and make their pseudonyms.

Invariants: an interrupted rotation is completed by running it again; afterwards the new secrets open no earlier backup.
Not responsible for: destroying the old secrets, which makes all earlier backups unreadable.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from inforce.errors import LedgerError
from inforce.ledger.erasure import rewrite
from inforce.ledger.keys import SECRET_BYTES, LedgerKeys
from inforce.ledger.sealing import SubjectKey, pseudonym
from inforce.ledger.state import KEYS, StoredState
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import entries, subjects

_PAGE: Final = 1_000
_CHANGE: Final = (
    update(subjects)
    .where(subjects.c.sid == bindparam("of"))
    .values(pseudonym=bindparam("name"), wrapped=bindparam("key"))
)


def next_keys(keys: LedgerKeys) -> LedgerKeys:
    """Return `keys` with new random secrets for wrapping and pseudonyms; the one that signs checkpoints remains."""
    return replace(keys, wrapping=secrets.token_bytes(SECRET_BYTES), pseudonym=secrets.token_bytes(SECRET_BYTES))


def rotate(database: Database, old: LedgerKeys, new: LedgerKeys, report: Callable[[int, int], None]) -> int:
    """Wrap the key and compute the pseudonym of each subject with `new`, and return the number of subjects.

    :param database: the database, open for writing
    :param old: the secrets until now
    :param new: the secrets from now on
    :param report: function that is called with the number of subjects done, and of all
    :raises LedgerError: if the ledger has other secrets than these, or if a record cannot be opened
    """
    state = StoredState(database)
    state.require(old, new)
    # From here on the old secrets are refused, so that nothing is written with them if this is interrupted.
    state.write({KEYS: new.fingerprint})
    connection = database.subjects
    of = connection.execute(select(func.count()).select_from(subjects)).scalar() or 0
    done = 0
    for page in _pages(database):
        references = _references(database, page)
        changes = [change for row in page if (change := _changed(row, references, old, new))]
        if changes:
            connection.execute(_CHANGE, changes)
        unused = [row["sid"] for row in page if row["sid"] not in references]
        connection.execute(delete(subjects).where(subjects.c.sid.in_(unused)))
        done += len(page)
        report(done, of)
    connection.commit()
    if database.place.files:
        rewrite(connection)
    return done


def _pages(database: Database) -> Iterator[list[dict[str, Any]]]:
    last = -1
    while True:
        query = select(subjects).where(subjects.c.sid > last).order_by(subjects.c.sid).limit(_PAGE)
        page = rows_of(database.subjects, query)
        if not page:
            return
        yield page
        last = page[-1]["sid"]


def _references(database: Database, page: list[dict[str, Any]]) -> dict[int, bytes]:
    """Return the first sealed record of each subject of `page`; an interrupted commit leaves a key without one."""
    sids = [row["sid"] for row in page]
    first = select(func.min(entries.c.n)).where(entries.c.sid.in_(sids)).group_by(entries.c.sid)
    with database.reading() as connection:
        rows = connection.execute(select(entries.c.sid, entries.c.body).where(entries.c.n.in_(first))).all()
    return {sid: bytes(body) for sid, body in rows}


def _changed(
    row: Mapping[str, Any], bodies: Mapping[int, bytes], old: LedgerKeys, new: LedgerKeys
) -> dict[str, Any] | None:
    """Return the new columns of the subject `row`; None if it has no record, or has them already."""
    body, wrapped = bodies.get(row["sid"]), bytes(row["wrapped"])
    if body is None:
        return None
    try:
        key = SubjectKey.unwrap(old.wrapping, wrapped)
    except LedgerError:
        SubjectKey.unwrap(new.wrapping, wrapped)
        return None
    reference = json.loads(key.open(body)[1])["subject"]
    return {"of": row["sid"], "name": pseudonym(new.pseudonym, reference), "key": key.wrap(new.wrapping)}
