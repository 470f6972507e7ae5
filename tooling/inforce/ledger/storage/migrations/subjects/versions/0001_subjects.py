"""Create the table of subjects, with their pseudonyms and wrapped keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    integer, binary = ("INTEGER", "BLOB") if sqlite else ("BIGINT", "BYTEA")
    op.execute(
        sa.text(
            f"CREATE TABLE subjects (sid {integer} NOT NULL PRIMARY KEY, pseudonym {binary} NOT NULL UNIQUE, "
            f"wrapped {binary} NOT NULL, held {integer} NOT NULL DEFAULT 0){' STRICT' if sqlite else ''}"
        )
    )
