"""The Merkle tree of the log (RFC 9162, section 2.1): hashes, the frontier of a growing tree, and proofs.

Invariants: two different lists of entries never have the same root; a proof is accepted only if it has exactly the
hashes that its sizes require.
Not responsible for: where hashes are stored; `hash_at` of a proof reads the root of a full subtree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, Self

from inforce.errors import ProofError

EMPTY_ROOT: Final = sha256(b"").digest()
HASH_BYTES: Final = 32

# The root of the full subtree with 2^level leaves whose first leaf is index * 2^level.
HashAt = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of the leaf of `entry`.

    >>> leaf_hash(b"0").hex()[:16]
    'db3426e878068d28'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above `left` and `right`."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows: the roots of its full subtrees, the largest first, which are at most 64 hashes.

    >>> frontier = Frontier()
    >>> frontier.append(leaf_hash(b"0"))
    >>> frontier.append(leaf_hash(b"1"))
    >>> frontier.size, frontier.root().hex()[:16]
    (2, 'cb00989d94a569c0')
    """

    __slots__ = ("roots", "size")

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        """Start with a tree of `size` leaves, whose full subtrees have the `roots`."""
        self.size = size
        self.roots = list(roots)
        if len(self.roots) != size.bit_count():
            message = f"expected {size.bit_count()} roots for {size} leaves, got {len(self.roots)}"
            raise ValueError(message)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        index, roots = self.size, self.roots
        while index & 1:
            leaf = sha256(b"\x01" + roots.pop() + leaf).digest()
            index >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> Self:
        """Return a copy that grows independently."""
        return type(self)(self.size, self.roots)


def full_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Yield the level and index of each full subtree of a tree with `size` leaves, the largest first."""
    start = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, start >> level
            start += 1 << level


def subtree_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """Return the root of the leaves from `start` to `end`, which is a subtree of the tree: aligned at the left."""
    roots = [hash_at(level, (start >> level) + index) for level, index in full_subtrees(end - start)]
    return Frontier(end - start, roots).root()


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree with `size` leaves, from the sibling of the leaf upwards.

    Raise ProofError if the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"the log has {size:,} entries, and none with the number {index:,}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree_root(middle, end, hash_at))
            end = middle
        else:
            proof.append(subtree_root(start, middle, hash_at))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, hash_at: HashAt) -> list[bytes]:
    """Return the proof that the tree with `new` leaves extends the one with `old` leaves (RFC 9162, section 2.1.4)."""
    if not 0 <= old <= new:
        raise ProofError(f"the log has {new:,} entries, fewer than {old:,}")
    if old in (0, new):
        return []
    proof, start, end, complete = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree_root(middle, end, hash_at))
            end = middle
        else:
            proof.append(subtree_root(start, middle, hash_at))
            start, complete = middle, False
    if not complete:
        proof.append(subtree_root(start, end, hash_at))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `proof` shows that `leaf` is at `index` of the tree with `size` leaves and `root`.

    This is RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"the number {index:,} is not below the size {size:,}")
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is too short")
    if found != root:
        raise ProofError("the inclusion proof leads to another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless `proof` shows that the tree of `new` leaves extends the one of `old` leaves.

    This is RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a log does not shrink: from {old:,} to {new:,} entries")
    if old in (0, new):
        expected = new_root if old else EMPTY_ROOT
        if proof or old_root != expected:
            raise ProofError("the two checkpoints of the same size have different roots" if old else "not an empty log")
        return
    _check_growth(old, old_root, new, new_root, proof)


def _check_growth(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    hashes = [old_root, *proof] if old & old - 1 == 0 else list(proof)
    if not proof:
        raise ProofError("the consistency proof is too short")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof is too short")
    if first != old_root or second != new_root:
        raise ProofError("the log was changed: the consistency proof leads to other roots")
