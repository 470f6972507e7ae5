"""For any hostile response or stored state, the browser client rejects with a documented reason."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from browser.app_host import digest, policy, version
from browser.test_files_js import SOURCES
from inforce.signing import Algorithm, generate_key, sign

SITE = "https://policies.shop.example/"
ROUNDS = 100
OLD, NEW = (version(seq, f"# Terms {seq}\n", f"2026-0{seq}-01T00:00:00Z") for seq in (1, 2))
MANIFEST = {
    "type": "policy-manifest",
    "spec": "1.0",
    "site": SITE,
    "path": "policies.json",
    "serial": 1795154400,
    "poll_seconds": 86_400,
    "issued_at": "2026-11-20T06:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "note": {"of": ["a", "later"], "minor": {"specification": 1}},
}


def bare(question: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in question.items() if name != "texts"}


def side(question: dict[str, Any]) -> dict[str, Any]:
    return {"seq": question["seq"], "version": question["version"], "digest": question["digests"]["en"]}


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """Return a folder with the sources."""
    for source in [*SOURCES.glob("*.js"), SOURCES / "package.json", Path(__file__).with_name("boundary.mjs")]:
        shutil.copy(source, tmp_path)
    return tmp_path


def test_mutated_responses_and_states_yield_only_documented_reasons(node: Path) -> None:
    types = (SOURCES / "client.d.ts").read_text("utf-8").partition("type RefusalReason =")[2].partition(";")[0]
    key = generate_key(Algorithm.ES256)  # supported by every Node.js and browser
    head = {"spec": "1.0", "site": SITE, "policy": "terms"}
    step = (
        head
        | {"type": "policy-changes", "old": side(OLD), "new": side(NEW), "summary": [], "clauses": []}
        | {"runs": [{"op": "equal", "text": "Terms"}]}
    )
    redlines = {OLD["version"]: {"en": digest(json.dumps(step))}}
    digests = head | {
        "type": "policy-version-digests",
        "versions": [bare(OLD) | {"since": {}}, bare(NEW) | {"redlines": redlines, "since": {}}],
    }
    terms = policy("terms", "accept", bare(NEW), versions_digest=digest(json.dumps(digests)))
    manifest = MANIFEST | {"policies": [terms]}
    inputs = {
        "site": SITE,
        "manifest": manifest,
        "envelope": json.loads(sign(json.dumps(manifest).encode(), [key])) | {"note": MANIFEST["note"]},
        "key": key.public.to_jwk(),
        "digests": json.dumps(digests),
        "step": json.dumps(step),
        "markdown": OLD["texts"]["en"],
        "reasons": re.findall(r'"([\w-]+)"', types),
        "rounds": ROUNDS,
    }
    process = subprocess.run(
        ["node", "boundary.mjs"], cwd=node, input=json.dumps(inputs), capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    assert result["wrong"] == []
    # The test is meaningful only if some inputs of each kind are rejected and some are accepted.
    assert all(0 < taken < ROUNDS for kind, taken in result["taken"].items() if kind != "state"), result["taken"]
    assert result["taken"]["state"] > 0


def test_size_of_a_document_is_checked_before_parsing(node: Path) -> None:
    """64 KiB for a manifest, 4 MiB for a history or a redline, as in Python; the limit for manifests also applies to
    storage.
    """
    program = """
      import { parse } from "./strict_json.js";
      import { own, read } from "./manifest.js";
      let parsed = 0;
      const { parse: original } = JSON;
      JSON.parse = (...all) => { parsed++; return original(...all); };
      const reason = (call) => { try { call(); } catch (error) { return error.reason; } };
      const text = (size) => " ".repeat(size);
      console.log(JSON.stringify([
        reason(() => parse(text(65537))), reason(() => read(text(65537), "x")),
        reason(() => own(text(4194305), "x", "x", 4194304)),
        parsed, reason(() => parse(text(65536))), parsed,
      ]));
    """
    process = subprocess.run(
        ["node", "--input-type=module", "-e", program], cwd=node, capture_output=True, text=True, check=True
    )
    assert json.loads(process.stdout) == ["too-large", "too-large", "too-large", 0, "not-json", 1]


def test_response_sent_byte_by_byte_takes_linear_time(node: Path) -> None:
    """The host determines the number of chunks; four times as many must take about four times as long."""
    program = """
      import { get } from "./fetching.js";
      const part = { value: new Uint8Array(1) };
      const cost = async (size) => {
        let left = size;
        const reader = { read: async () => left-- ? part : { done: true } };
        const body = { getReader: () => reader };
        globalThis.fetch = async (url) => ({ ok: true, status: 200, url, headers: new Headers(), body });
        const begun = process.cpuUsage();
        const [data] = await get("https://x.example/", 4194304, 900);
        if (data.length != size) throw Error(data.length);
        const { user, system } = process.cpuUsage(begun);
        return user + system;
      };
      const sizes = [50000, 200000], best = [Infinity, Infinity];
      await cost(sizes[0]);
      // Noise of other processes disappears with more rounds; superlinear growth does not.
      for (let round = 0; round < 15 && !(Math.log(best[1] / best[0]) / Math.log(4) < 1.3); round++) {
        for (const x of [0, 1]) best[x] = Math.min(best[x], await cost(sizes[x]));
      }
      console.log(Math.log(best[1] / best[0]) / Math.log(4));
    """
    process = subprocess.run(
        ["node", "--input-type=module", "-e", program], cwd=node, capture_output=True, text=True, check=True
    )
    assert float(process.stdout) < 1.3
