"""The vectors for states and histories: the Python client and the browser client return the results in the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import inforce.client
from book_builder import instant
from conformance.browser_modules import run_module
from inforce.client import Policies, RefusedError, transport
from inforce.client.http import Request, Response
from inforce.errors import InforceError

_FOLDER = Path(inforce.client.__file__).parent
STATES: dict[str, Any] = json.loads((_FOLDER / "state_vectors.json").read_text("utf-8"))
HISTORIES: dict[str, Any] = json.loads((_FOLDER / "history_vectors.json").read_text("utf-8"))
DAMAGED = "{"

# The browser APIs that the client uses. `host` contains the response body by path.
BROWSER = """
const stored = new Map();
let host = {}, date = null, reason = null;
globalThis.document = { baseURI: input.site };
globalThis.BroadcastChannel = class { postMessage() {} };
globalThis.localStorage = {
  getItem: (name) => stored.get(name) ?? null,
  setItem: (name, text) => stored.set(name, text),
  get length() { return stored.size; },
};
globalThis.fetch = async (url) => {
  reason = null;  // an earlier report is about the stored manifest
  const text = host[String(url).slice(input.site.length)], ok = text !== undefined;
  const headers = new Headers({ "content-type": "application/json", ...(date ? { date } : {}) });
  return { url: String(url), ok, status: ok ? 200 : 404, headers, body: new Response(text ?? "").body };
};
const { createClient } = await import("./client.js");
const create = (options, now) => createClient({
  site: input.site, languages: ["en"], now: () => Date.parse(now), ...options,
});
"""
STATES_IN_BROWSER = (
    BROWSER
    + """
const results = {};
for (const { id, steps } of input.vectors) {
  stored.clear();
  results[id] = [];
  for (const step of steps) {
    if (step.stored) for (const name of stored.keys()) stored.set(name, input.damaged);
    const file = step.keys.length ? step.path.replace(".json", ".jws.json") : step.path, target = new EventTarget();
    const keys = step.keys.length ? step.keys.map((name) => input.keys[name]) : undefined;
    for (const name of ["rejected", "rollback", "error"])
      target.addEventListener("policy:" + name, ({ detail }) => { reason = detail.reason; });
    [host, date] = [{ [file]: step.answer }, step.date];
    const client = create({ manifest: input.site + file, keys, target }, step.now);
    await client.refresh();
    client.stop();
    results[id].push({ reason, serial: client.manifest?.serial ?? null });
  }
}
output(results);
"""
)
HISTORIES_IN_BROWSER = (
    BROWSER
    + """
const { text } = await import("./texts.js"), results = {};
for (const { id, now, manifest, files, policy, seq, language } of input.vectors) {
  stored.clear();
  [host, date] = [{ "policies.json": manifest, ...files }, new Date(now).toUTCString()];
  const client = create({ manifest: input.site + "policies.json" }, now);
  await client.refresh();
  results[id] = await text(client, policy, seq, language).then((found) => found.text, (error) => {
    if (!error.reason) throw error;
    return null;
  });
  client.stop();
}
output(results);
"""
)


def serve(monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str], date: str | None) -> None:
    """Let the Python client receive `files` of the site, by path, with the Date header `date`."""

    async def respond(_client: object, request: Request) -> Response:
        body = files.get(request.url.removeprefix(STATES["site"]))
        headers = {"content-type": "application/json"} | ({"date": date} if date else {})
        return Response(status=404 if body is None else 200, headers=headers, body=(body or "").encode())

    monkeypatch.setattr(transport, "_once", respond)


def result_of(step: dict[str, Any], state: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the reason and the serial after the Python client was started with `state` and polled once."""
    if step.get("stored"):
        state.write_text(DAMAGED)
    keys = [STATES["keys"][name] for name in step["keys"]]
    file = step["path"].replace(".json", ".jws.json") if keys else step["path"]
    serve(monkeypatch, {file: step["answer"]}, step["date"])
    client = Policies(
        STATES["site"], manifest=step["path"], keys=keys, state_file=state, clock=lambda: instant(step["now"])
    )
    report = client.refresh()
    assert report
    return {
        "reason": report.reason and report.reason.value,
        "serial": client.manifest.serial if client.manifest else None,
    }


def expected(vector: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"reason": step["reason"], "serial": step["serial"]} for step in vector["steps"]]


@pytest.mark.parametrize("vector", STATES["vectors"], ids=[f"{one['id']}: {one['title']}" for one in STATES["vectors"]])
def test_python_client_reports_the_states_as_expected(
    vector: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [result_of(step, tmp_path / "state.json", monkeypatch) for step in vector["steps"]] == expected(vector)


def test_browser_client_reports_every_state_as_expected(tmp_path: Path) -> None:
    results = run_module(tmp_path, STATES_IN_BROWSER, {**STATES, "damaged": DAMAGED})

    assert results == {vector["id"]: expected(vector) for vector in STATES["vectors"]}


@pytest.mark.parametrize(
    "vector", HISTORIES["vectors"], ids=[f"{one['id']}: {one['title']}" for one in HISTORIES["vectors"]]
)
def test_python_client_reads_the_history_as_expected(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, {"policies.json": vector["manifest"], **vector["files"]}, None)
    client = Policies(HISTORIES["site"], clock=lambda: instant(vector["now"]))
    if vector["text"] is None:
        with pytest.raises((RefusedError, InforceError)):
            client.text(vector["policy"], vector["seq"], vector["language"])
    else:
        assert client.text(vector["policy"], vector["seq"], vector["language"]).markdown == vector["text"]


def test_browser_client_reads_every_history_as_expected(tmp_path: Path) -> None:
    results = run_module(tmp_path, HISTORIES_IN_BROWSER, HISTORIES)

    assert results == {vector["id"]: vector["text"] for vector in HISTORIES["vectors"]}


@pytest.mark.parametrize("document", [STATES, HISTORIES], ids=["states", "histories"])
def test_vectors_have_distinct_ids_and_titles(document: dict[str, Any]) -> None:
    vectors = document["vectors"]

    assert len({vector["id"] for vector in vectors}) == len({vector["title"] for vector in vectors}) == len(vectors)


def test_vectors_include_accepted_and_refused_cases() -> None:
    reasons = {step["reason"] for vector in STATES["vectors"] for step in vector["steps"]}

    assert {None, "rollback", "equivocation", "changed-version", "issued-in-future", "wrong-path", "schema"} <= reasons
    assert {vector["text"] is None for vector in HISTORIES["vectors"]} == {True, False}
