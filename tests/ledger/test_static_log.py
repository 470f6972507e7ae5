"""The log as static files: complete before its checkpoint, and never replaced by a fork or an older log."""

from __future__ import annotations

import errno
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from inforce import disk
from inforce.errors import LedgerError, ProofError
from inforce.ledger import static_log
from inforce.ledger.growth import Growth
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.log.tiles import Tile, tiles_of
from inforce.ledger.log.tree import leaf_hash
from inforce.ledger.static_log import publish_log
from ledger.receipts import KEYS, ORIGIN

VERIFIER = KEYS.verifier(ORIGIN)
NAMED = ("checkpoint", "how-to-check.txt")


class MemoryLog:
    """A log of `size` entries in memory, whose entries differ from others of another `name`."""

    def __init__(self, size: int, name: str = "") -> None:
        self.growth, self.tiles = Growth(), {}
        for number in range(size):
            self.growth.append(leaf_hash(f"{name}{number}".encode()))
            self.tiles.update({tile.path: content for tile, content in self.growth.taken()})
        root = self.growth.frontier.root()
        self.note = KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, size, root))).to_bytes()

    def read(self, path: str) -> bytes | None:
        tile = Tile.from_path(path)
        assert tile
        return self.tiles.get(path) or self.growth.partial(tile)

    def publish(self, folder: Path) -> None:
        publish_log(folder, self.note, VERIFIER, self.read)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_log_is_published_with_the_paths_of_its_tiles(tmp_path: Path) -> None:
    log = MemoryLog(300)
    log.publish(tmp_path / "site" / "ledger")
    assert files(tmp_path / "site" / "ledger") == {*NAMED, *(tile.path for tile in tiles_of(300))}
    assert (tmp_path / "site" / "ledger" / "checkpoint").read_bytes() == log.note
    assert str(VERIFIER) in (tmp_path / "site" / "ledger" / "how-to-check.txt").read_text("utf-8")


def test_growing_log_keeps_the_partial_tiles_of_earlier_checkpoints(tmp_path: Path) -> None:
    for size in (0, 1, 255, 256, 257, 600):
        MemoryLog(size).publish(tmp_path)
    expected = {tile.path for size in (1, 255, 256, 257, 600) for tile in tiles_of(size)}
    assert files(tmp_path) == {*NAMED, *expected}


def test_damaged_tile_is_written_again(tmp_path: Path) -> None:
    log = MemoryLog(300)
    log.publish(tmp_path)
    (tmp_path / "tile/0/000").write_bytes(b"damaged")
    log.publish(tmp_path)
    assert (tmp_path / "tile/0/000").read_bytes() == log.tiles["tile/0/000"]


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (lambda: MemoryLog(299), "truncated or an older backup"),
        (lambda: MemoryLog(300, "other"), "a fork"),
        (lambda: MemoryLog(500, "other"), "a fork"),
    ],
)
def test_fork_and_older_log_are_refused_and_nothing_changes(
    tmp_path: Path, log: Callable[[], MemoryLog], reason: str
) -> None:
    MemoryLog(300).publish(tmp_path)
    before = {path: (tmp_path / path).read_bytes() for path in files(tmp_path)}
    with pytest.raises(LedgerError, match=reason):
        log().publish(tmp_path)
    assert {path: (tmp_path / path).read_bytes() for path in files(tmp_path)} == before


def test_checkpoint_of_another_key_or_log_is_refused(tmp_path: Path) -> None:
    log = MemoryLog(3)
    other = LedgerKeys.generate()
    with pytest.raises(ProofError, match="no known key"):
        publish_log(tmp_path, log.note, other.verifier(ORIGIN), log.read)
    text = str(Checkpoint("elsewhere.example/ledger", 3, log.growth.frontier.root()))
    with pytest.raises(LedgerError, match=r"expected a checkpoint of policies\.example\.org/ledger"):
        publish_log(tmp_path, KEYS.sign(ORIGIN, text).to_bytes(), VERIFIER, log.read)
    assert files(tmp_path) == set()


@pytest.mark.parametrize("change", [lambda _: None, lambda content: content[:-1], lambda content: content[::-1]])
def test_log_with_a_missing_or_altered_tile_is_not_published(
    tmp_path: Path, change: Callable[[bytes], bytes | None]
) -> None:
    log = MemoryLog(300)

    def read(path: str) -> bytes | None:
        content = log.read(path)
        return change(content) if content and path == "tile/0/001.p/44" else content

    with pytest.raises(LedgerError, match="restore a backup"):
        publish_log(tmp_path, log.note, VERIFIER, read)
    assert files(tmp_path) == set()


def test_checkpoint_is_written_only_after_all_its_tiles(tmp_path: Path) -> None:
    old, new = MemoryLog(256), MemoryLog(600)
    for failing in range(len(list(tiles_of(600, old=256))) + 1):
        folder, written = tmp_path / str(failing), count()
        old.publish(folder)

        def write(
            path: Path, content: bytes, *, mode: int, failing: int = failing, written: count[int] = written
        ) -> None:
            if next(written) == failing:
                raise OSError(errno.ENOSPC, "No space left on device")
            disk.replace_file(path, content, mode=mode)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(static_log, "replace_file", write)
            with pytest.raises(OSError, match="No space"):
                new.publish(folder)
        assert (folder / "checkpoint").read_bytes() == old.note
        new.publish(folder)
        assert (folder / "checkpoint").read_bytes() == new.note
