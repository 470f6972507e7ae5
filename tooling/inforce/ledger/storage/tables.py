"""The tables of a ledger, as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text

LOG: Final = MetaData()
SUBJECTS: Final = MetaData()

# An entry of the log. A receipt has an id, policy, seq, act, digest and verdict; another kind has facts.
entries: Final = Table(
    "entries",
    LOG,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("sid", BigInteger),
    Column("received_at", BigInteger, nullable=False),  # milliseconds since 1970
    Column("caller", Text),
    Column("id", Text),
    Column("policy", Text),
    Column("seq", BigInteger),
    Column("act", Text),
    Column("digest", LargeBinary),
    Column("verdict", Text),
    Column("about", BigInteger),
    Column("facts", Text),
    Column("salted", LargeBinary, nullable=False),  # the commitment
    Column("body", LargeBinary, nullable=False),  # the sealed record
)
tiles: Final = Table(
    "tiles",
    LOG,
    Column("level", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
state: Final = Table("state", LOG, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
# A secret key has scopes; a public key has its JWK, and verifies the tokens of users.
app_keys: Final = Table(
    "app_keys",
    LOG,
    Column("hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("public", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
# The manifests that the client of the ledger has verified, by the digest of what is signed.
manifests: Final = Table(
    "manifests",
    LOG,
    Column("digest", LargeBinary, primary_key=True),
    Column("signers", Text, primary_key=True),  # the public keys (JWK) that signed it, a list in JSON
    Column("serial", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),  # milliseconds since 1970
    Column("content", LargeBinary, nullable=False),  # the file as fetched
)
# Timestamps of checkpoints (RFC 3161), each with its request.
stamps: Final = Table(
    "stamps",
    LOG,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("tsa", Text, primary_key=True),  # the address of the authority
    Column("note", LargeBinary, nullable=False),  # the checkpoint
    Column("request", LargeBinary, nullable=False),
    Column("response", LargeBinary, nullable=False),
)
subjects: Final = Table(
    "subjects",
    SUBJECTS,
    Column("sid", BigInteger, primary_key=True, autoincrement=False),
    Column("pseudonym", LargeBinary, nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("held", BigInteger, nullable=False, server_default="0"),
)
