"""Publish the log as files for any static host: its tiles, how to check it, and then its signed checkpoint.

Invariants: a published checkpoint is replaced only by one that extends it; every tile of a published checkpoint is
there before the checkpoint; no tile of an earlier checkpoint is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from inforce.disk import read_regular, replace_file
from inforce.errors import LedgerError, ProofError
from inforce.ledger.keys import is_signed
from inforce.ledger.log.checkpoint import Checkpoint, Note, VerifierKey
from inforce.ledger.log.tiles import Tile, hashes_from_tiles, tiles_of
from inforce.ledger.log.tree import HASH_BYTES, HashAt, subtree_root

CHECKPOINT: Final = "checkpoint"
HOW_TO_CHECK: Final = "how-to-check.txt"
_MODE: Final = 0o644
LARGEST_NOTE: Final = 65_536


def publish_log(folder: Path, note: bytes, verifier: VerifierKey, read: Callable[[str], bytes | None]) -> Checkpoint:
    """Write the tiles of the log and then `note`, its checkpoint, to `folder`; return the checkpoint.

    :param folder: the folder, which is created if it does not exist
    :param note: the signed checkpoint
    :param verifier: the key of the log
    :param read: function that returns the tile at a path, such as `Ledger.tile`
    :raises LedgerError: if the log lacks a tile or does not extend the checkpoint in `folder`
    :raises ProofError: if the key did not sign the checkpoint, or that in `folder`
    """
    checkpoint = signed_checkpoint(note, verifier)
    hash_at = hashes_from_tiles(lambda tile: _content(read, tile), checkpoint.size)
    if subtree_root(0, checkpoint.size, hash_at) != checkpoint.root:
        raise LedgerError("the tiles of the log do not lead to the root of its checkpoint: restore a backup")
    published = folder / CHECKPOINT
    if published.exists():
        refuse_fork(signed_checkpoint(read_regular(published, LARGEST_NOTE), verifier), checkpoint, hash_at)
    for tile in tiles_of(checkpoint.size):
        _write(folder / tile.path, _content(read, tile))
    _write(folder / HOW_TO_CHECK, _instructions(verifier).encode())
    _write(published, note)
    return checkpoint


def _instructions(verifier: VerifierKey) -> str:
    return f"""How to check this log

The log {verifier.name} is an append-only list of what users answered to policies. It contains no personal data.

The file “checkpoint” is its signed state: its name, its number of entries, and the root of a Merkle tree (RFC 9162)
over all entries. The files in “tile” are the hashes of the tree. The formats are tlog-checkpoint, signed-note and
tlog-tiles of C2SP (https://c2sp.org). This key verifies the signature:

{verifier}

Keep a copy of “checkpoint” from time to time, at a place that the operator of the log does not control. A later
checkpoint must extend each earlier one, which the tiles show: then no entry has been changed or removed since. Any tool
for these formats checks this, such as the packages sumdb/note and sumdb/tlog of golang.org/x/mod.

An evidence pack proves that one record is in the log. Compare the key and the checkpoint in it with those here, and
with copies that others have kept: only such a comparison shows that the operator does not sign two different logs.
"""


def signed_checkpoint(note: bytes, verifier: VerifierKey) -> Checkpoint:
    """Return the checkpoint in `note`; raise ProofError unless `verifier` signed it for its own log."""
    signed = Note.parse(note)
    signed.verified([verifier], is_signed)
    checkpoint = Checkpoint.parse(signed.text)
    if checkpoint.origin != verifier.name:
        raise LedgerError(f"expected a checkpoint of {verifier.name}, got one of {checkpoint.origin}")
    return checkpoint


def is_extended(note: bytes, verifier: VerifierKey, size: int, hash_at: Callable[[int], HashAt]) -> bool:
    """Return whether a log with `size` entries extends the checkpoint in `note`, and `verifier` signed it.

    :param note: the signed checkpoint
    :param verifier: the key of the log
    :param size: number of entries of the log
    :param hash_at: function that returns how the hashes of the log are read at a size
    """
    try:
        last = signed_checkpoint(note, verifier)
    except (ProofError, LedgerError):  # the note was altered: receipts are kept all the same
        return False
    return last.size <= size and subtree_root(0, last.size, hash_at(last.size)) == last.root


def refuse_fork(old: Checkpoint, new: Checkpoint, hash_at: HashAt) -> None:
    """Raise LedgerError unless the log with the checkpoint `new`, read by `hash_at`, extends that with `old`."""
    if old.size > new.size:
        message = f"the published checkpoint has {old.size:,} entries, and the log only {new.size:,}"
        raise LedgerError(f"{message}: the log is truncated or an older backup; restore it")
    if subtree_root(0, old.size, hash_at) != old.root:
        message = f"the log has another root at {old.size:,} entries than the published checkpoint"
        raise LedgerError(f"{message}: it is a fork, which was not published")


def _content(read: Callable[[str], bytes | None], tile: Tile) -> bytes:
    content = read(tile.path)
    if content is None or len(content) != tile.width * HASH_BYTES:
        raise LedgerError(f"the log lacks {tile.path}: restore a backup")
    return content


def _write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, unless the file has it already, and make it durable."""
    if path.exists() and read_regular(path) == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content, mode=_MODE)
