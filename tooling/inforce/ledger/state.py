"""What a ledger stores about itself, by name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, insert, select

from inforce.ledger.storage.database import Database
from inforce.ledger.storage.tables import state

NOTE: Final = "note"  # the last signed checkpoint
SITE: Final = "site"  # the published address of the policy site
KEYS: Final = "keys"  # the fingerprint of the secrets


class StoredState:
    """The state in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, name: str) -> bytes | None:
        """Return the value of `name`; None if there is none."""
        with self._database.reading() as connection:
            value = connection.execute(select(state.c.value).where(state.c.name == name)).scalar()
        return None if value is None else bytes(value)

    def write(self, name: str, value: bytes) -> None:
        """Store `value` under `name`."""
        # The connection of the writer may be in the middle of a group.
        with self._database.reading() as connection:
            connection.execute(delete(state).where(state.c.name == name))
            connection.execute(insert(state).values(name=name, value=value))
            connection.commit()
