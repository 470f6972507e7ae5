"""Read the conformance vectors and compare the results of a client with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import inforce.acceptance
from inforce.acceptance import Decision

FILE = Path(inforce.acceptance.__file__).with_name("vectors.json")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
REFUSALS: list[dict[str, Any]] = DOCUMENT["refusals"]

_ABSENT = "(absent)"


def differences(vector: dict[str, Any], decision: Decision) -> list[str]:
    """Return a sentence for every field in which `decision` differs from what `vector` expects."""
    found = _unlike("", vector["expect"], cast(dict[str, Any], decision))
    answered: dict[str, Any] = {policy["id"]: policy for policy in decision["policies"]}
    for policy, expected in vector["expect_policies"].items():
        found += _unlike(f"{policy}: ", expected, answered.get(policy, {}))
    return found


def _unlike(where: str, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    return [
        f"{where}{name} is {got.get(name, _ABSENT)!r}, expected {value!r}"
        for name, value in expected.items()
        if got.get(name, _ABSENT) != value
    ]
