"""What the browser client stores and sends (receipts, the queue, subjects, records), in Node.js without a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from browser.app_host import policy, version
from browser.test_files_js import SOURCES
from inforce.signing import Algorithm, generate_key, sign

SCENARIOS = Path(__file__).with_name("client_state.mjs")
SITE = "https://policies.shop.example/"
START = "2026-01-01T00:00:00Z"
LATER = version(2, "# Returns\n\nIn 14 days.\n", "2026-12-20T00:00:00Z", published_at="2026-11-01T00:00:00Z")
NOTICE = {**version(1, "# News\n", START), "change": "notice"}
POLICIES = [
    policy("terms", "accept", version(1, "# Terms\n", START, enforce_at=None)),
    policy("privacy", "acknowledge", version(1, "# Privacy\n", START, enforce_at=None)),
    policy("cookies", "consent", version(1, "# Cookies\n", START, enforce_at=None)),
    policy("notices", "none", NOTICE),
    policy("returns", "accept", version(1, "# Returns\n", START, enforce_at=None), LATER),
]


def bare(question: dict) -> dict:
    versions = [{name: value for name, value in item.items() if name != "texts"} for item in question["versions"]]
    return question | {"versions": versions}


MANIFEST = {
    "type": "policy-manifest",
    "spec": "1.0",
    "site": SITE,
    "path": "policies.json",
    "serial": 1795154400,
    "poll_seconds": 86_400,
    "issued_at": "2026-11-20T06:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "policies": [bare(item) for item in POLICIES],
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """The errors of all scenarios, from one process."""
    folder = tmp_path_factory.mktemp("state")
    for source in [*SOURCES.glob("*.js"), SOURCES / "package.json", SCENARIOS]:
        shutil.copy(source, folder)
    key = generate_key(Algorithm.ES256)  # supported by every Node.js and browser
    inputs = {
        "manifest": MANIFEST,
        "signed": sign(json.dumps(MANIFEST).encode(), [key]).decode(),
        "key": key.public.to_jwk(),
    }
    process = subprocess.run(
        ["node", SCENARIOS.name], cwd=folder, input=json.dumps(inputs), capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("name", re.findall(r'^  async "(.*?)"\(', SCENARIOS.read_text("utf-8"), re.MULTILINE))
def test_client_state(results: dict[str, str | None], name: str) -> None:
    assert results[name] is None, results[name]
