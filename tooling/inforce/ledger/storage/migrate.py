"""Bring the tables of a ledger up to date with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from inforce.errors import LedgerError

_FOLDER: Final = Path(__file__).parent / "migrations"


def migrate(connection: Connection, database: str) -> None:
    """Run the missing migrations of `database`, `log` or `subjects`, on `connection`, and commit.

    Raise LedgerError if the database was made by a later release.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / database))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise LedgerError(f"a later release of inforce made this database (revision {current}): install that release")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def run_migrations() -> None:
    """Run the migrations that Alembic has selected; called by the env.py of each folder."""
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()
