"""The proof that an entry is in the log, as a file (C2SP tlog-proof)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from inforce.errors import ProofError
from inforce.ledger.log.checkpoint import Checkpoint, Note, VerifierKey, from_base64, to_base64
from inforce.ledger.log.tree import HASH_BYTES, check_inclusion, leaf_hash

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_MOST_HASHES: Final = 64


@dataclass(frozen=True, slots=True)
class LogProof:
    """The `hashes` that lead from the leaf `index` to the root in `note`, a signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def to_bytes(self) -> bytes:
        """Return the content of a `.tlog-proof` file."""
        lines = [_FIRST, f"index {self.index}", *map(to_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.note.to_bytes()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the proof in `data`; raise ProofError if it is malformed."""
        head, divider, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise ProofError("expected a proof file in ASCII") from None
        if lines[1:] and lines[1].startswith("extra "):
            lines.pop(1)
        word, _, number = lines[1].partition(" ") if len(lines) > 1 else ("", "", "")
        canonical = number.isdecimal() and number == str(int(number[:20]))
        if lines[0] != _FIRST or word != "index" or not canonical or not divider or len(lines) > 2 + _MOST_HASHES:
            raise ProofError(f"expected a proof file: {_FIRST}, the index, hashes, and a signed checkpoint")
        hashes = tuple(from_base64(line) for line in lines[2:])
        if any(len(each) != HASH_BYTES for each in hashes):
            raise ProofError(f"expected hashes of {HASH_BYTES} bytes")
        return cls(int(number), hashes, Note.parse(note))

    def check(
        self, entry: bytes, keys: Sequence[VerifierKey], verify: Callable[[bytes, bytes, bytes], bool]
    ) -> Checkpoint:
        """Return the checkpoint that contains `entry`; raise ProofError unless the proof shows it.

        :param entry: the entry of the log, canonical JSON
        :param keys: the trusted keys of the log
        :param verify: function that returns whether a public key signed a message: (public, signature, message)
        """
        self.note.verified(keys, verify)
        checkpoint = Checkpoint.parse(self.note.text)
        if checkpoint.origin not in {key.name for key in keys}:
            raise ProofError("the checkpoint is of another log")
        check_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint
