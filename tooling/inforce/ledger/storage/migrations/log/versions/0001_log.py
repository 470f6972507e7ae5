"""Create the tables of the log; what is stored of the log can only be added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ENTRIES = """
CREATE TABLE entries (
  n {integer} NOT NULL PRIMARY KEY, kind TEXT NOT NULL, sid {integer}, received_at {integer} NOT NULL, caller TEXT,
  id TEXT, policy TEXT, seq {integer}, act TEXT, digest {bytes}, verdict TEXT, about {integer}, facts TEXT,
  salted {bytes} NOT NULL, body {bytes} NOT NULL){strict}
"""
_TILES = """
CREATE TABLE tiles (
  level {integer} NOT NULL, number {integer} NOT NULL, hashes {bytes} NOT NULL, PRIMARY KEY (level, number)){rowless}
"""
_STATE = "CREATE TABLE state (name TEXT NOT NULL PRIMARY KEY, value {bytes} NOT NULL){strict}"
_APP_KEYS = """
CREATE TABLE app_keys (
  hash {bytes} NOT NULL PRIMARY KEY, id TEXT NOT NULL, caller TEXT NOT NULL, scopes TEXT NOT NULL, public TEXT,
  created_at {integer} NOT NULL, revoked_at {integer}){strict}
"""
_MANIFESTS = """
CREATE TABLE manifests (
  digest {bytes} NOT NULL, signers TEXT NOT NULL, serial {integer} NOT NULL, received_at {integer} NOT NULL,
  content {bytes} NOT NULL, PRIMARY KEY (digest, signers)){strict}
"""
_STAMPS = """
CREATE TABLE stamps (
  size {integer} NOT NULL, tsa TEXT NOT NULL, note {bytes} NOT NULL, request {bytes} NOT NULL,
  response {bytes} NOT NULL, PRIMARY KEY (size, tsa)){strict}
"""
_INDEXES = (
    "CREATE UNIQUE INDEX entries_id ON entries (id, caller) WHERE id IS NOT NULL",
    "CREATE INDEX entries_sid ON entries (sid, policy, seq, act, verdict) WHERE sid IS NOT NULL",
    "CREATE INDEX entries_about ON entries (about) WHERE about IS NOT NULL",
    "CREATE INDEX entries_notices ON entries (policy, seq, n) WHERE kind = 'notice'",
    "CREATE INDEX entries_unverified ON entries (n) WHERE verdict = 'unverified'",
    "CREATE INDEX manifests_serial ON manifests (serial)",
)


def upgrade() -> None:
    """Create the tables, their indexes, and the triggers that refuse changes."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    words = {
        "integer": "INTEGER" if sqlite else "BIGINT",
        "bytes": "BLOB" if sqlite else "BYTEA",
        "strict": " STRICT" if sqlite else "",
        "rowless": " STRICT, WITHOUT ROWID" if sqlite else "",
    }
    for statement in (_ENTRIES, _TILES, _STATE, _APP_KEYS, _STAMPS, _MANIFESTS):
        op.execute(sa.text(statement.format(**words)))
    for statement in _INDEXES:
        op.execute(sa.text(statement))
    for table in ("entries", "tiles", "manifests", "stamps"):
        _refuse_changes(table, sqlite=sqlite)


def _refuse_changes(table: str, *, sqlite: bool) -> None:
    if sqlite:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                sa.text(
                    f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the log can only grow'); END"
                )
            )
        return
    op.execute(
        sa.text(
            f"CREATE FUNCTION {table}_grow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'the log can only grow'; END $$"
        )
    )
    op.execute(
        sa.text(
            f"CREATE TRIGGER {table}_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_grow()"
        )
    )
