"""The log equals published vectors and an independent implementation, and refuses every changed proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from inforce.errors import ProofError
from inforce.ledger.growth import Growth
from inforce.ledger.keys import LedgerKeys, is_signed
from inforce.ledger.log.checkpoint import Checkpoint, Note, VerifierKey, from_base64, origin_of, to_base64
from inforce.ledger.log.proof import LogProof
from inforce.ledger.log.tiles import TILE_WIDTH, Tile, hashes_from_tiles, tiles_of
from inforce.ledger.log.tree import (
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
)
from inforce.ledger.record import canonical, commitment, receipt_entry

VECTORS = json.loads((Path(__file__).parent / "log_vectors.json").read_text("utf-8"))
ORIGIN = "policies.example.org/ledger"
KEYS = LedgerKeys(wrapping=bytes(32), pseudonym=bytes(32), note=bytes(range(32)))


@cache
def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def frontier(size: int) -> Frontier:
    tree = Frontier()
    for leaf in leaves(70_000)[:size]:
        tree.append(leaf)
    return tree


@cache
def grown(size: int) -> tuple[Growth, dict[Tile, bytes]]:
    growth, full = Growth(), {}
    for leaf in leaves(70_000)[:size]:
        growth.append(leaf)
        full.update(growth.taken())
    return growth, full


def tile_reader(size: int) -> Callable[[Tile], bytes]:
    growth, full = grown(size)

    def read(tile: Tile) -> bytes:
        found = full.get(tile) or growth.partial(tile)
        assert found is not None, tile
        return found

    return read


@pytest.mark.parametrize("size", [int(size) for size in VECTORS["roots"]])
def test_root_equals_the_published_one(size: int) -> None:
    assert frontier(size).root().hex() == VECTORS["roots"][str(size)]


def test_roots_equal_those_of_an_independent_implementation() -> None:
    oracle, tree = InmemoryTree(algorithm="sha256"), Frontier()
    for number in range(300):
        oracle.append_entry(str(number).encode())
        tree.append(leaves(300)[number])
        assert tree.root() == oracle.get_root()


def test_proofs_equal_those_of_an_independent_implementation() -> None:
    oracle = InmemoryTree(algorithm="sha256")
    for number in range(40):
        oracle.append_entry(str(number).encode())
    for size in range(1, 41):
        hash_at = hashes_from_tiles(tile_reader(size), size)
        for index in range(size):
            path = oracle.prove_inclusion(index + 1, size).path
            assert inclusion_proof(index, size, hash_at) == path[1:]


def test_tiles_equal_the_published_ones() -> None:
    read = tile_reader(300)
    assert {tile.path: sha256(read(tile)).hexdigest() for tile in tiles_of(300)} == VECTORS["tiles_of_300"]


def test_tiles_of_a_large_log_have_the_published_paths() -> None:
    paths = [tile.path for tile in tiles_of(70_000)]
    assert len(paths) == 273 + 1 + 2 + 1
    assert paths[-4:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]


def test_tile_paths_are_read_back_and_other_spellings_refused() -> None:
    for tile in (Tile(0, 0), Tile(2, 1_234_067, 8), Tile(63, 999), Tile(0, 1000, 255)):
        assert Tile.from_path(tile.path) == tile
    for path in (
        *("tile/00/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/x000/001", "tile/0/1"),
        *("tile/0/000/", "tile/0/../000", "/tile/0/000", "tile/0/000.p/01", "tile/0/" + "x001/" * 20 + "000"),
    ):
        assert Tile.from_path(path) is None, path


def test_growth_from_stored_tiles_equals_the_original() -> None:
    for size in (0, 1, 255, 256, 257, 300, 65_535, 65_536, 65_793, 70_000):
        growth, full = grown(size)
        restored = Growth.restored(size, full.__getitem__, leaves(70_000)[size // TILE_WIDTH * TILE_WIDTH : size])
        assert restored.frontier.root() == growth.frontier.root()
        restored.append(leaves(1)[0])
        continued = growth.copy()
        continued.append(leaves(1)[0])
        assert (restored.open, restored.full) == (continued.open, continued.full)


def test_verifier_key_and_proof_equal_the_published_ones() -> None:
    key = KEYS.verifier(ORIGIN)
    assert (key.public.hex(), str(key)) == (VECTORS["public_key"], VECTORS["verifier_key"])
    assert VerifierKey.parse(VECTORS["verifier_key"]) == key
    note = KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, 300, frontier(300).root())))
    hash_at = hashes_from_tiles(tile_reader(300), 300)
    proof = LogProof(293, tuple(inclusion_proof(293, 300, hash_at)), note).to_bytes()
    assert proof.decode() == VECTORS["proof_of_293"]
    assert sha256(proof).hexdigest() == VECTORS["proof_digest"]
    assert sha256(note.to_bytes()).hexdigest() == VECTORS["note_digest"]


def test_consistency_proof_equals_the_published_one() -> None:
    proof = consistency_proof(256, 300, hashes_from_tiles(tile_reader(300), 300))
    assert [to_base64(each) for each in proof] == VECTORS["consistency_256_300"]


def test_leaf_of_a_record_equals_the_published_one() -> None:
    commit = commitment(bytes(range(0x20, 0x40)), canonical(VECTORS["record"]))
    entry = receipt_entry("accepted", commit, "sha256:" + "ab" * 32, "terms", 3)
    assert (commit.hex(), entry.decode(), leaf_hash(entry).hex()) == tuple(
        VECTORS[name] for name in ("commitment", "entry", "leaf")
    )


@given(st.integers(1, 600), st.data())
def test_inclusion_proof_holds_for_its_leaf_and_no_change_of_it_holds(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, hashes_from_tiles(tile_reader(size), size))
    root, leaf = frontier(size).root(), leaves(70_000)[index]
    check_inclusion(leaf, index, size, proof, root)
    changes = [
        (leaf[::-1], index, proof, root),
        (leaf, index, [*proof, bytes(32)], root),
        (leaf, index, proof, root[::-1]),
        (leaf, index + size, proof, root),
        (leaf, -1, proof, root),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changes += [
            (leaf, index, proof[:-1], root),
            (leaf, index, proof[1:], root),
            (leaf, index, [*proof[:at], bytes(32), *proof[at + 1 :]], root),
        ]
    for changed in changes:
        with pytest.raises(ProofError):
            check_inclusion(changed[0], changed[1], size, changed[2], changed[3])


@given(st.integers(0, 600), st.integers(0, 600), st.data())
def test_consistency_proof_holds_and_no_change_of_it_holds(first: int, second: int, data: st.DataObject) -> None:
    old, new = sorted((first, second))
    proof = consistency_proof(old, new, hashes_from_tiles(tile_reader(new), new))
    roots = frontier(old).root(), frontier(new).root()
    check_consistency(old, roots[0], new, roots[1], proof)
    changes = [(roots[0][::-1], roots[1], proof), (roots[0], roots[1], [*proof, bytes(32)])]
    if 0 < old < new:
        at = data.draw(st.integers(0, len(proof) - 1))
        changes += [
            (roots[0], roots[1][::-1], proof),
            (roots[0], roots[1], proof[:-1]),
            (roots[0], roots[1], proof[1:]),
            (roots[0], roots[1], [*proof[:at], bytes(32), *proof[at + 1 :]]),
        ]
    for changed in changes:
        with pytest.raises(ProofError):
            check_consistency(old, changed[0], new, changed[1], changed[2])


def test_log_that_shrinks_is_refused() -> None:
    with pytest.raises(ProofError, match="does not shrink"):
        check_consistency(3, frontier(3).root(), 2, frontier(2).root(), [])


def test_proof_file_is_read_back_and_checked() -> None:
    proof = LogProof.parse(VECTORS["proof_of_293"].encode())
    assert proof.to_bytes().decode() == VECTORS["proof_of_293"]
    assert proof.check(b"293", [KEYS.verifier(ORIGIN)], is_signed).size == 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("index 293", "index 292"),
        ("index 293", "index 0293"),
        ("index 293", "index -1"),
        ("index 293\n", ""),
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("i/OPSNnK", "i/OPSNnL"),
        ("\n300\n", "\n301\n"),
        ("\n300\n", "\n0300\n"),
        ("hOE+weA3", "hOE+weA4"),
        ("qcifJ31J", "qcifJ31K"),
        ("policies.example.org/ledger\n300", "policies.example.com/ledger\n300"),
        ("\n\n— ", "\n— "),
        ("=\n\npolicies", "\n\npolicies"),
    ],
)
def test_changed_proof_file_is_refused(old: str, new: str) -> None:
    changed = VECTORS["proof_of_293"].replace(old, new, 1)
    assert changed != VECTORS["proof_of_293"]
    with pytest.raises(ProofError):
        LogProof.parse(changed.encode()).check(b"293", [KEYS.verifier(ORIGIN)], is_signed)


def test_other_entry_is_refused() -> None:
    with pytest.raises(ProofError, match="another root"):
        LogProof.parse(VECTORS["proof_of_293"].encode()).check(b"294", [KEYS.verifier(ORIGIN)], is_signed)


def test_signature_of_an_unknown_key_is_kept_and_ignored() -> None:
    note = KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, 300, frontier(300).root())))
    both = Note(note.text, (("witness.example", b"abcd", bytes(72)), *note.signatures))
    assert Note.parse(both.to_bytes()) == both
    assert both.verified([KEYS.verifier(ORIGIN)], is_signed) == [KEYS.verifier(ORIGIN)]
    with pytest.raises(ProofError, match="no known key"):
        both.verified([VerifierKey("other.example/ledger", bytes(32))], is_signed)


def test_wrong_signature_of_a_known_key_rejects_the_note() -> None:
    note = KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, 300, frontier(300).root())))
    name, number, signature = note.signatures[0]
    both = Note(note.text, (*note.signatures, (name, number, signature[::-1])))
    with pytest.raises(ProofError, match="wrong"):
        both.verified([KEYS.verifier(ORIGIN)], is_signed)


def test_text_of_a_note_may_contain_an_empty_line() -> None:
    text = "origin\n\nrest\n"
    note = Note(text, (("name", b"abcd", b"s"),))
    assert Note.parse(note.to_bytes()) == note


@pytest.mark.parametrize("text", ["", "a", "YWI", "YWI=\n", "YWJ=", "Y W I=", "é"])
def test_base64_with_more_than_one_spelling_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        from_base64(text)


def test_origin_has_no_scheme_and_no_slash_at_the_end() -> None:
    assert origin_of("https://example.org/policies/") == "example.org/policies/ledger"


def test_nodes_and_leaves_have_different_hashes() -> None:
    left, right = leaves(2)
    assert node_hash(left, right) != leaf_hash(left + right)
