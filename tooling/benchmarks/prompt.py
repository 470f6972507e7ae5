"""Benchmark of the browser: time from the arrival of the manifest to the decision.

Loads an app in Chromium repeatedly, signed and unsigned, with three policies, and prints the median time from the last
byte of the manifest to the decision, beside its target and as a share of one frame. The exit code is 1 if the target is
missed. Needs a browser, like the tests.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from browser import chromium
from browser.app_host import AppHost, policy, version
from inforce.signing import PrivateKey, generate_key, sign

GOAL_MILLISECONDS = 5.0
FRAME_MILLISECONDS = 1000 / 60
ROUNDS = 25
DECIDED = """([manifest, key]) => new Promise((done) => {
  const prompt = document.createElement("policy-prompt");
  prompt.addEventListener("policy:decision", (event) => {
    event.preventDefault();
    if (event.detail.outcome == "stale") return;
    const decided = performance.now(), look = () => {
      const [entry] = performance.getEntriesByName(manifest); // which may come later than the decision
      if (entry) done(decided - entry.responseEnd);
      else setTimeout(look, 5);
    };
    look();
  });
  prompt.setAttribute("manifest", manifest);
  if (key) prompt.setAttribute("key", key);
  document.body.append(prompt);
})"""


def policies() -> list[dict[str, object]]:
    """Return three policies, each with a version in force and an announced one."""
    return [
        policy(name, act, version(1, name, "2026-01-01T00:00:00Z"), version(2, name * 2, "2090-01-01T00:00:00Z"))
        for name, act in (("cookies", "consent"), ("privacy", "acknowledge"), ("terms", "accept"))
    ]


def median(page: Page, host: AppHost, manifest: str, key: PrivateKey | None) -> float:
    """Return the durations of `ROUNDS` first visits in milliseconds."""
    jwk, taken = json.dumps(key.public.to_jwk()) if key else None, []
    for _ in range(ROUNDS):
        page.goto(host.url)
        page.evaluate("localStorage.clear()")
        taken.append(page.evaluate(DECIDED, [host.site + manifest, jwk]))
    return statistics.median(taken)


def main() -> int:
    """Print the measurements and whether they meet the target."""
    key, missed = generate_key(), False
    with AppHost(policies=policies()) as host, sync_playwright() as playwright:
        host.serve("/legal/policies.jws.json", sign(host.manifest(), [key]))
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        page = browser.new_page()
        for name, manifest, by in (("unsigned", "policies.json", None), ("signed", "policies.jws.json", key)):
            taken = median(page, host, manifest, by)
            missed |= taken > GOAL_MILLISECONDS
            print(f"{name:9} {taken:5.2f} ms of {GOAL_MILLISECONDS} ms, {taken / FRAME_MILLISECONDS:4.2f} of a frame")
        browser.close()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
