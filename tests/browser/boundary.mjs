// Passes mutated responses and stored states to the client and the texts; writes violations as JSON.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { createClient } from "./client.js";
import { changes, text } from "./texts.js";

const { site, manifest, envelope, key, digests, step, markdown, reasons, rounds } = JSON.parse(readFileSync(0, "utf-8"));
let seed = 20261120;
const chance = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const one = (list) => list[Math.floor(chance() * list.length)];
const ODD = [null, true, false, 0, -1, 1.5, 2 ** 53, "", "x", "\ud800", "../..", [], {}, [[]], { "": null }, ["x"], "9".repeat(400)];

// Replace a few values at any depth of a copy of `data`.
const mutated = (data) => {
  const copy = structuredClone(data);
  for (let left = 1 + Math.floor(chance() * 3); left; left--) {
    let inner = copy;
    for (;;) {
      const name = one(Object.keys(inner)), value = inner[name];
      if (value && typeof value == "object" && Object.keys(value)[0] && chance() < .7) inner = value;
      else {
        inner[name] = structuredClone(one(ODD));
        break;
      }
    }
  }
  return copy;
};

let stored = {}, files = {}, said = [];
globalThis.localStorage = {
  getItem: (name) => stored[name] ?? null, setItem: (name, value) => { stored[name] = value; }, get length() { return 0; },
};
globalThis.document = Object.assign(new EventTarget(), { baseURI: site });
globalThis.crypto ??= webcrypto;
globalThis.BroadcastChannel = class { postMessage() {} };
globalThis.addEventListener = () => {};
globalThis.fetch = async (url) => {
  const found = Object.entries(files).find(([end]) => `${url}`.endsWith(end))?.[1];
  const response = new Response(found ?? "", { status: found == null ? 404 : 200, headers: { "content-type": "application/json" } });
  return Object.defineProperty(response, "url", { value: `${url}` });
};
const wrong = [];
process.on("unhandledRejection", (error) => wrong.push(`unhandled: ${error}`));

const NOW = Date.parse("2026-11-20T12:00:00Z"), SITE_KEY = "inforce/1/" + site + "policies.json";
const client = (name, keys) => {
  const target = new EventTarget();
  said = [];
  for (const event of ["error", "rejected", "rollback"]) target.addEventListener("policy:" + event, ({ detail }) => said.push(detail));
  return createClient({ manifest: site + name, subject: "u", keys, target, now: () => NOW, languages: ["en"] });
};
// The invariants after any response: documented reasons, a decision, and a time for the next request.
const judged = async (app, what, input) => {
  try {
    await app.refresh();
    if (!app.check().reason) wrong.push(`${what}: no decision`);
    const { due_at = Infinity } = JSON.parse(stored[SITE_KEY] ?? "{}"); // absent: stored by this page only
    if (!(due_at > NOW)) wrong.push(`${what}: due at ${due_at}: ${JSON.stringify(input)}`);
  } catch (error) { wrong.push(`${what}: ${error.stack}: ${JSON.stringify(input)}`); }
  for (const { reason } of said) if (!reasons.includes(reason)) wrong.push(`${what}: reason ${reason}`);
  app.stop();
};

const taken = { envelope: 0, manifest: 0, state: 0, text: 0, changes: 0 };
for (let round = 0; round < rounds; round++) {
  for (const [what, good, name, keys] of [["envelope", envelope, "policies.jws.json", [key]], ["manifest", manifest, "policies.json"]]) {
    const input = mutated(good), app = client(name, keys);
    stored = {};
    files = { [name]: JSON.stringify(input) };
    await judged(app, what, input);
    taken[what] += !!app.manifest;
  }

  files = { "policies.json": JSON.stringify(manifest) };
  stored = {};
  let app = client("policies.json");
  await app.refresh();
  app.act("terms");
  app.dismiss("terms");
  const good = Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, JSON.parse(value)]));
  app.stop();
  good[SITE_KEY] = { ...good[SITE_KEY], due_at: 0, last_server_time: "2026-11-20T12:00:00Z" };
  const state = mutated(good);
  stored = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, JSON.stringify(value)]));
  app = client("policies.json");
  await judged(app, "state", state);
  taken.state += !!app.manifest;

  files = { "policies.json": JSON.stringify(manifest) };
  stored = {};
  app = client("policies.json");
  await app.refresh();
  // Includes valid documents with matching digests, so that later checks are reached too.
  const inputs = [digests, step].map((good) => one([good, JSON.stringify(mutated(JSON.parse(good)))]));
  const digest = manifest.policies[0].versions_digest.slice(7);
  files = { [digest + ".json"]: inputs[0], ".md": one([markdown, "x", new Uint8Array([255, 0])]), "en.json": inputs[1] };
  for (const [what, call] of [["text", () => text(app, "terms", 1, "en")], ["changes", () => changes(app, "terms", 1, 2, "en")]]) {
    try {
      await call();
      taken[what]++;
    } catch (error) {
      if (!reasons.includes(error.reason)) wrong.push(`${what}: ${error.stack}: ${JSON.stringify(inputs)}`);
    }
  }
  app.stop();
}
process.stdout.write(JSON.stringify({ wrong: wrong.slice(0, 5), count: wrong.length, taken }));
process.exit();
