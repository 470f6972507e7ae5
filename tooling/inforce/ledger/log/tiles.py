"""The tree as tiles of 256 hashes (C2SP tlog-tiles, version 0.1.0): their paths, and hashes read from them.

Invariants: a full tile never changes; a partial tile has 1 to 255 hashes.
Not responsible for: storage; entry bundles, which are not published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Self

from inforce.errors import ProofError
from inforce.ledger.log.tree import HASH_BYTES, HashAt, node_hash

TILE_WIDTH: Final = 256
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
_LEVELS_OF_TILE: Final = 8  # levels of the tree that one level of tiles covers
_HIGHEST: Final = 63
_PATH = re.compile(r"tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(NamedTuple):
    """A tile: `width` hashes from position `number * 256` of the tile level `level`; each is the root of a full tile of
    the level below, or at level 0 the hash of a leaf.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The path below the address of the log.

        >>> Tile(0, 1234067, 8).path
        'tile/0/x001/x234/067.p/8'
        """
        rest, last = divmod(self.number, 1000)
        parts = [f"{last:03}"]
        while rest:
            rest, part = divmod(rest, 1000)
            parts.insert(0, f"x{part:03}")
        name = "/".join(parts)
        return f"tile/{self.level}/{name}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")

    @classmethod
    def from_path(cls, path: str) -> Self | None:
        """Return the tile at `path`; None for anything but the one path that each tile has.

        >>> Tile.from_path("tile/1/000.p/3")
        Tile(level=1, number=0, width=3)
        """
        match = _PATH.fullmatch(path)
        if match is None or len(path) > 80:
            return None
        number = int(match[2].replace("x", "").replace("/", ""))
        tile = cls(int(match[1]), number, int(match[3] or TILE_WIDTH))
        return tile if tile.level <= _HIGHEST and tile.path == path else None


def hashes_at(level: int, size: int) -> int:
    """Return how many hashes the tile level `level` of a log with `size` entries has."""
    return size >> _LEVELS_OF_TILE * level


def tiles_of(size: int, old: int = 0) -> Iterator[Tile]:
    """Yield the tiles of a log with `size` entries that a log with `old` entries does not have, level 0 first.

    >>> [tile.path for tile in tiles_of(300)]
    ['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']
    >>> [tile.path for tile in tiles_of(300, old=256)]
    ['tile/0/001.p/44']
    """
    level = 0
    while count := hashes_at(level, size):
        before = hashes_at(level, old)
        for index in range(before // TILE_WIDTH, count // TILE_WIDTH):
            yield Tile(level, index)
        if count % TILE_WIDTH and count > before:
            yield Tile(level, count // TILE_WIDTH, count % TILE_WIDTH)
        level += 1


def hashes_from_tiles(read: Callable[[Tile], bytes], size: int) -> HashAt:
    """Return the function that reads the root of a full subtree of a log with `size` entries from its tiles.

    :param read: function that returns the bytes of a tile; it raises ProofError if there is no such tile
    """
    cache: dict[Tile, bytes] = {}

    def tile_of(level: int, index: int) -> bytes:
        width = min(TILE_WIDTH, hashes_at(level, size) - index * TILE_WIDTH)
        tile = Tile(level, index, width)
        if tile not in cache:
            content = read(tile)
            if len(content) != width * HASH_BYTES:
                raise ProofError(f"{tile.path}: expected {width * HASH_BYTES:,} bytes, got {len(content):,}")
            cache[tile] = content
        return cache[tile]

    def hash_at(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, _LEVELS_OF_TILE)
        first = index << above
        content = tile_of(tile_level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_BYTES
        hashes = [content[at : at + HASH_BYTES] for at in range(start, start + (HASH_BYTES << above), HASH_BYTES)]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    return hash_at
