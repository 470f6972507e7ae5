"""The published bytes of a redline depend only on the two texts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Prints one digest for redlines that use every part of the engine: moves, splits, tables, phrases, large gaps.
PROGRAM = """
import hashlib, random
from inforce.redline import redline
chance = random.Random(3)
words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(900)]
weights = [1 / rank for rank in range(1, 901)]
def sentence(count): return " ".join(chance.choices(words, weights, k=count))
def edited(text): return " ".join(chance.choice(words) if chance.random() < 0.1 else word for word in text.split(" "))
blocks = [f"## {sentence(3)}" if n % 6 == 0 else sentence(chance.randint(5, 70)) for n in range(80)]
rows = [f"| {sentence(2)} | {sentence(4)} | {n % 5} |" for n in range(40)]
head = ["| a | b | c |", "|---|---|---|"]
moved = blocks[:10] + blocks[40:44] + blocks[10:40] + [blocks[44] + " " + blocks[45], *blocks[46:]]
turned = [edited(row) for row in reversed(rows)]
hans = "我们收集您的姓名与联系方式，并保存三十天。" * 9
pairs = [
    ("\\n\\n".join(blocks), "\\n\\n".join(map(edited, moved))),
    ("\\n".join(head + rows), "\\n".join(head + turned)),
    (sentence(4000), sentence(4000)),
    (hans, hans.replace("收集", "收取").replace("三十", "六十")),
]
digest = hashlib.sha256()
for old, new in pairs:
    found = redline(old, new)
    told = (found.runs, found.blocks, found.changes, found.numbers, found.changed_clauses, found.statistics)
    digest.update(repr(told).encode())
print(digest.hexdigest())
"""


def digest_under(**environment: str) -> str:
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **environment}, capture_output=True, check=True, text=True
    )
    return process.stdout


@pytest.fixture(scope="module")
def usual() -> str:
    return digest_under(PYTHONHASHSEED="0")


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_different_hash_order_produces_the_same_bytes(usual: str, seed: str) -> None:
    assert digest_under(PYTHONHASHSEED=seed) == usual


def test_pure_python_rapidfuzz_produces_the_same_bytes(usual: str) -> None:
    assert digest_under(RAPIDFUZZ_IMPLEMENTATION="python") == usual
