"""Tests of the ledger: its log, its storage on SQLite and PostgreSQL, and its service."""
