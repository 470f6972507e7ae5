"""Two sequences of keys compared: the fewest insertions and deletions, the same on every run.

Nothing here knows what a key stands for; what the edits look like to a reader is smoothed elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]  # ships no types

from inforce.redline.values import Op

# Surrogates cannot stand in a string that others may encode; 0 is left out with the first letter.
FIRST_SURROGATE, SURROGATES = 0xD800, 0x800
OPS = {-1: Op.DELETE, 0: Op.EQUAL, 1: Op.INSERT}


class Edit(NamedTuple):
    """So many tokens of the old and of the new text to which `op` happened."""

    op: Op
    old: int
    new: int


def _engine() -> diff_match_patch:
    engine = diff_match_patch()
    engine.Diff_Timeout = 0  # no clock: an answer must not depend on the load of the machine
    return engine


ENGINE = _engine()


def compare(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """Return the edits that turn the keys `old` into `new`, each key compared as one sign."""
    if old == new:
        return [Edit(Op.EQUAL, len(old), len(new))] if old else []
    signs: dict[str, str] = {}
    texts = ["".join([signs.setdefault(key, _sign(len(signs))) for key in keys]) for keys in (old, new)]
    return [
        Edit(OPS[op], len(text) if op <= 0 else 0, len(text) if op >= 0 else 0)
        for op, text in ENGINE.diff_main(texts[0], texts[1], False)
    ]


def _sign(number: int) -> str:
    code = number + 1
    return chr(code if code < FIRST_SURROGATE else code + SURROGATES)
