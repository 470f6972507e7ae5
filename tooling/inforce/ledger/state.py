"""What a ledger stores about itself, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, insert, select

from inforce.errors import LedgerError
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.log.checkpoint import origin_of
from inforce.ledger.storage.database import Database
from inforce.ledger.storage.tables import state

NOTE: Final = "note"  # the last signed checkpoint
SITE: Final = "site"  # the published address of the policy site
KEYS: Final = "keys"  # the fingerprint of the secrets
ORIGIN: Final = "origin"  # the number of the origin, from 2 on


class StoredState:
    """The state in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, name: str) -> bytes | None:
        """Return the value of `name`; None if there is none."""
        with self._database.reading() as connection:
            value = connection.execute(select(state.c.value).where(state.c.name == name)).scalar()
        return None if value is None else bytes(value)

    def write(self, values: Mapping[str, bytes]) -> None:
        """Store `values` by their names, all or none."""
        # The connection of the writer may be in the middle of a group.
        with self._database.reading() as connection:
            connection.execute(delete(state).where(state.c.name.in_(values)))
            connection.execute(insert(state), [{"name": name, "value": value} for name, value in values.items()])
            connection.commit()

    def require(self, *candidates: LedgerKeys) -> None:
        """Raise LedgerError unless the ledger has the secrets of one of `candidates`."""
        if self.read(KEYS) not in {keys.fingerprint for keys in candidates}:
            message = "these are the keys of another ledger: use the key file that was created with this one"
            raise LedgerError(message)

    @property
    def origins(self) -> list[str]:
        """The origins of the log: the first one, one more after each declared loss, and the current one at the end."""
        first = origin_of((self.read(SITE) or b"").decode())
        count = int(self.read(ORIGIN) or 1)
        return [first, *(f"{first}/{number}" for number in range(2, count + 1))]
