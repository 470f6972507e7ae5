"""The state of a growing log in memory: its frontier and its open tiles.

Invariants: a full tile is reported once, when its last hash arrives; a copy grows independently, so that a failed
group can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self

from inforce.ledger.log.tiles import TILE_WIDTH, Tile, hashes_at
from inforce.ledger.log.tree import HASH_BYTES, Frontier, node_hash


class Growth:
    """The end of a log: `frontier`, the open tile of each level, and the full tiles that are not stored yet."""

    def __init__(self) -> None:
        """Start with an empty log."""
        self.frontier = Frontier()
        self.open: list[list[bytes]] = []
        self.full: list[tuple[Tile, bytes]] = []

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.frontier.size

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        self.frontier.append(leaf)
        self._put(0, self.size - 1, leaf)

    def _put(self, level: int, position: int, value: bytes) -> None:
        """Add the hash `value` number `position` to the tile level `level`."""
        if level == len(self.open):
            self.open.append([])
        hashes = self.open[level]
        hashes.append(value)
        if len(hashes) == TILE_WIDTH:
            self.full.append((Tile(level, position // TILE_WIDTH), b"".join(hashes)))
            self._put(level + 1, position // TILE_WIDTH, tile_root(hashes))
            self.open[level] = []

    def taken(self) -> list[tuple[Tile, bytes]]:
        """Return the full tiles to store, and forget them."""
        full, self.full = self.full, []
        return full

    def partial(self, tile: Tile) -> bytes | None:
        """Return the content of the partial `tile`, which may be older than the open one; None if there is none."""
        hashes = self.open[tile.level] if tile.level < len(self.open) else []
        before = hashes_at(tile.level + 1, self.size)
        if tile.number != before or tile.width > len(hashes):
            return None
        return b"".join(hashes[: tile.width])

    def copy(self) -> Self:
        """Return a copy that grows independently."""
        other = type(self)()
        other.frontier = self.frontier.copy()
        other.open = [list(hashes) for hashes in self.open]
        other.full = list(self.full)
        return other

    @classmethod
    def restored(cls, size: int, tile: Callable[[Tile], bytes], leaves: Iterable[bytes]) -> Self:
        """Return the state of a log with `size` entries.

        :param tile: function that returns a full tile
        :param leaves: hashes of the last `size % 256` leaves
        """
        growth, level = cls(), 0
        while count := hashes_at(level, size):
            first = count // TILE_WIDTH * TILE_WIDTH
            below = (Tile(level - 1, index) for index in range(first, count)) if level else ()
            growth.open.append([tile_root(tile_hashes(tile(each))) for each in below] if level else list(leaves))
            level += 1
        roots = [root for hashes in reversed(growth.open) for root in _binary_roots(hashes)]
        growth.frontier = Frontier(size, roots)
        return growth


def _binary_roots(hashes: list[bytes]) -> list[bytes]:
    """Return the roots of the full subtrees over `hashes`, the largest first."""
    frontier = Frontier()
    for each in hashes:
        frontier.append(each)
    return frontier.roots


def root_after(tiles: Frontier, hashes: list[bytes]) -> bytes:
    """Return the root of the log whose full tiles have the roots in `tiles`, followed by the leaves `hashes`."""
    return Frontier(tiles.size * TILE_WIDTH + len(hashes), [*tiles.roots, *_binary_roots(hashes)]).root()


def tile_root(hashes: list[bytes]) -> bytes:
    """Return the root of the subtree over `hashes`, those of a full tile."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def tile_hashes(content: bytes) -> list[bytes]:
    """Return the hashes in the `content` of a tile."""
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
