"""Run by Alembic for each migration of this folder."""

from __future__ import annotations

from inforce.ledger.storage.migrate import run_migrations

run_migrations()
