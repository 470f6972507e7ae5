"""The envelope vectors: both clients accept or reject each signed manifest as the file states."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import inforce.signing
from conformance.browser_modules import run_module
from inforce.errors import ManifestError, SignatureError
from inforce.signing import PublicKey, verify

DOCUMENT: dict[str, Any] = json.loads(Path(inforce.signing.__file__).with_name("vectors.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
KEYS = [PublicKey.from_jwk(key) for key in DOCUMENT["keys"]]

JUDGE = """
import { imported, verify } from "./verify.js";
const keys = await imported(input.keys), results = {};
for (const { id, envelope } of input.vectors) {
  try { results[id] = (await verify(envelope, keys))[0] === input.payload ? "accepted" : "another payload"; }
  catch (error) { results[id] = /^(signature|not-json)$/.test(error.reason) ? "refused" : String(error.stack); }
}
output(results);
"""


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{vector['id']}: {vector['title']}" for vector in VECTORS])
def test_python_client_verifies_the_envelope_as_expected(vector: dict[str, Any]) -> None:
    raw = vector["envelope"].encode()
    if vector["expect"] == "accepted":
        assert verify(raw, KEYS).decode() == DOCUMENT["payload"]
    else:
        with pytest.raises((SignatureError, ManifestError)):
            verify(raw, KEYS)


def test_browser_client_verifies_every_envelope_as_expected(tmp_path: Path) -> None:
    results = run_module(tmp_path, JUDGE, DOCUMENT)

    assert results == {vector["id"]: vector["expect"] for vector in VECTORS}


def test_vectors_have_distinct_ids_and_titles_and_both_results() -> None:
    assert len({vector["id"] for vector in VECTORS}) == len({vector["title"] for vector in VECTORS}) == len(VECTORS)
    assert min(Counter(vector["expect"] for vector in VECTORS)[name] for name in ("accepted", "refused")) >= 3


@pytest.mark.parametrize("field", ["kid", "alg", "typ", "b64", "crit"])
def test_each_header_field_is_tested_with_several_invalid_values(field: str) -> None:
    refused = [v for v in VECTORS if v["title"].startswith(f"{field} is") and v["expect"] == "refused"]

    assert len(refused) >= 4
