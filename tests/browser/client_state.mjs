// Runs the client in Node.js with a simulated browser: storage, tabs, locks, a host and a clock. Writes as JSON the
// error of each scenario, or null.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const { manifest, signed, key } = JSON.parse(readFileSync(0, "utf-8"));
const SITE = manifest.site, DAY = 86400e3, NOON = Date.parse("2026-11-20T12:00:00Z");
const pause = (ms = 5) => new Promise((done) => setTimeout(done, ms));
const { equal, deepEqual, ok } = assert;

const channels = new Set(), queues = {}, page = new EventTarget();
const stored = new Map();
let now, date, served, answers, posted, asked, errors;
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  published: true, // as in the files that a site publishes
  document: { baseURI: "https://shop.example/account/", hidden: false },
  localStorage: {
    getItem: (name) => stored.get(name) ?? null,
    setItem: (name, text) => stored.set(name, text),
    removeItem: (name) => stored.delete(name),
    get length() { return stored.size; },
  },
  BroadcastChannel: class extends EventTarget {
    constructor(name) {
      super();
      channels.add(Object.assign(this, { name }));
    }
    postMessage(data) {
      for (const x of channels) if (x != this && x.name == this.name) {
        setTimeout(() => x.dispatchEvent(new MessageEvent("message", { data })));
      }
    }
  },
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { languages: ["en"], locks: {
  request: (name, work) => queues[name] = (queues[name] ?? Promise.resolve()).then(() => work(), () => work()),
} } });
globalThis.fetch = async (url, options = {}) => {
  const { pathname } = new URL(url);
  asked.push([options.method ?? "GET", String(url), options]);
  const json = { "content-type": "application/json", ...date && { date: new Date(date).toUTCString() } };
  const reply = (body, status = 200, headers = {}, at = url) =>
    Object.defineProperty(new Response(body, { status, headers: { ...json, ...headers } }), "url", { value: String(at) });
  if (String(url).startsWith("file:")) return reply(readFileSync(new URL(url)));
  if (options.method == "POST") {
    const body = JSON.parse(options.body);
    const answer = await (answers[body.policy] ?? (() => 201))(body, options);
    if (answer == "lost") throw TypeError("Failed to fetch");
    const [status, headers] = [answer].flat();
    posted.push([body.policy, status, body]);
    return reply("", status, headers);
  }
  const found = await served[pathname]?.(reply);
  return found ?? reply("", 404);
};
const { createClient } = await import("./client.js");

const text = JSON.stringify(manifest);
const serial = (at) => ({ issued_at: at, serial: Date.parse(at) / 1e3 });
// Scenarios with several rounds use another subject in each, since a client of an earlier round may still be sending.
const reset = () => {
  stored.clear();
  channels.clear();
  [now, date, answers, posted, asked, errors] = [NOON, null, {}, [], [], []];
  served = { "/policies.json": (reply) => reply(text), "/policies.jws.json": (reply) => reply(signed) };
};
const opened = [];
const open = (options = {}) => {
  const target = new EventTarget(), said = [];
  for (const name of ["decision", "receipt", "rejected", "rollback", "error"])
    target.addEventListener("policy:" + name, ({ detail }) => said.push([name, detail]));
  const client = createClient({ manifest: SITE + "policies.json", receipts: "/api/receipts", target, now: () => now, ...options });
  opened.push(client);
  return Object.assign(client, { said, heard: (name) => said.filter((x) => x[0] == name).map((x) => x[1]) });
};
const ready = async (options) => {
  const client = open(options);
  await client.refresh();
  return client;
};
const user = (subject) => JSON.parse(stored.get(`inforce/1/${SITE}  ${subject}`) ?? "null");
const put = (subject, state) => stored.set(`inforce/1/${SITE}  ${subject}`, JSON.stringify(state));
const outcome = (client, id) => client.check().policies.find((x) => x.id == id).outcome;
const statuses = (id) => posted.filter(([policy]) => policy == id).map(([, status]) => status);
const answered = async (client, ...ids) => {
  const receipts = ids.map((id) => client.act(id));
  await pause();
  await client.flush();
  return receipts;
};

const scenarios = {
  async "signed manifest without keys is a TypeError"() {
    assert.throws(() => open({ manifest: SITE + "policies.jws.json?v=1" }), {
      name: "TypeError", message: `no keys: ${SITE}policies.jws.json?v=1`,
    });
  },

  async "receipt has every field of version 1"() {
    const actor = { ref: "u_parent", capacity: "guardian", authority: "parent" };
    const client = open({ subject: "u", actor });
    await client.start();
    await pause(20);
    const surface = { template: "own/1", screen: "sha256:" + "0".repeat(64), label: "Yes", language: "en", outcome: "prompt", opened: true };
    const receipt = client.act("terms", undefined, { surface }), next = client.act("privacy");
    const sri = "sha384-" + createHash("sha384").update(readFileSync(new URL("client.js", import.meta.url))).digest("base64");
    deepEqual({ ...receipt, id: 0 }, {
      type: "policy-receipt", spec: "1.0", id: 0, policy: "terms", seq: 1, version: "2026-01", language: "en",
      digest: manifest.policies[0].versions[0].digests.en, act: "accepted", base_seq: null, serial: manifest.serial,
      manifest_digest: "sha256:" + createHash("sha256").update(text).digest("hex"), subject: "u", actor, after: undefined,
      at: "2026-11-20T12:00:00Z", device_at: "2026-11-20T12:00:00Z", surface: { ...surface, build: sri, channel: "web" },
    });
    equal(next.after, receipt.id);
    await client.flush();
    deepEqual(posted.map(([, , body]) => body), JSON.parse(JSON.stringify([receipt, next])));
  },

  async "digest of a signed manifest is that of its payload"() {
    const client = await ready({ manifest: SITE + "policies.jws.json", keys: [key] });
    const expected = "sha256:" + createHash("sha256").update(JSON.parse(signed).payload).digest("hex");
    equal(client.act("terms").manifest_digest, expected);
    served = {};
    const later = await ready({ manifest: SITE + "policies.jws.json", keys: [key], subject: "v" });
    equal(later.act("terms").manifest_digest, expected);
  },

  async "unreadable client file leaves build absent"() {
    const { fetch } = globalThis;
    globalThis.fetch = (url, options) => String(url).startsWith("file:") ? Promise.reject(TypeError("no")) : fetch(url, options);
    // The string is shared by the clients of a page, so this needs a module of its own.
    const { createClient } = await import("./client.js?second"), target = new EventTarget();
    const client = createClient({ manifest: SITE + "policies.json", target, now: () => now });
    opened.push(client);
    await client.start();
    await pause();
    globalThis.fetch = fetch;
    deepEqual(client.act("terms").surface, { build: undefined, channel: "web" });
  },

  async "slow clock is corrected to the time of the host"() {
    [now, date] = [Date.parse("2020-01-01T00:00:00Z"), NOON];
    const { at, device_at } = (await ready()).act("terms");
    deepEqual([at, device_at], ["2026-11-20T12:00:00Z", "2020-01-01T00:00:00Z"]);
  },

  async "slow clock without host time is corrected to the issue of the manifest"() {
    now = Date.parse("2020-01-01T00:00:00Z");
    equal((await ready()).act("terms").at, manifest.issued_at);
  },

  async "clock more than a day fast is corrected, in decisions and receipts"() {
    [now, date] = [NOON + 40 * DAY, NOON];
    const client = await ready({ subject: "u", since: "2025-01-01T00:00:00Z" });
    const { at, device_at, seq } = client.act("returns");
    deepEqual([at, device_at, seq], ["2026-11-20T12:00:00Z", "2026-12-30T12:00:00Z", 1]);
    client.dismiss("privacy");
    equal(user("u").deferred.privacy.until, "2026-11-21T12:00:00Z");
    served = {};
    const later = await ready({ subject: "u" });
    now += 3600e3;
    equal(later.act("cookies").at, "2026-11-20T13:00:00Z");
  },

  async "clock less than a day fast is not corrected, since caches delay responses"() {
    [now, date] = [NOON + DAY, NOON];
    equal((await ready()).act("terms").at, "2026-11-21T12:00:00Z");
  },

  async "repeated time of the host does not make a clock fast"() {
    date = NOON;
    await ready({ subject: "u" });
    now += 3 * DAY;
    equal((await ready({ subject: "u" })).act("terms").at, "2026-11-23T12:00:00Z");
  },

  async "host with a clock before the issue of the manifest corrects nothing"() {
    date = NOON - 2 * DAY;
    equal((await ready()).act("terms").at, "2026-11-20T12:00:00Z");
  },

  async "host time does not extend the life of an expired manifest"() {
    [now, date] = [Date.parse("2099-06-01T00:00:00Z"), NOON];
    equal((await ready()).check().reason, "expired");
  },

  async "permanently rejected receipts are dropped at once"() {
    for (const status of [409, 410, 413, 422]) {
      reset();
      answers.terms = () => status;
      const subject = `u_${status}`;
      const client = await ready({ subject }), [receipt] = await answered(client, "terms");
      deepEqual(client.heard("rejected").map((x) => [x.reason, x.receipt.id]), [["refused", receipt.id]]);
      deepEqual(user(subject).records, []);
      equal(outcome(client, "terms"), "prompt");
    }
  },

  async "other 4xx statuses are retried daily for 30 days and then reported"() {
    for (const status of [400, 401, 403, 404, 423, 451]) {
      reset();
      answers.terms = () => status;
      const subject = `u_${status}`;
      const client = await ready({ subject });
      await answered(client, "terms");
      for (let day = 0; day < 30; day++) {
        equal(statuses("terms").length, day + 1);
        equal(client.heard("rejected").length, 0);
        equal(outcome(client, "terms"), "ok");
        now += DAY - 2e3;
        page.dispatchEvent(new Event("online"));
        await client.flush();
        equal(statuses("terms").length, day + 1);
        now += 4e3;
        await client.flush();
      }
      equal(statuses("terms").length, 31);
      deepEqual(client.heard("rejected").map((x) => x.reason), ["refused"]);
      equal(outcome(client, "terms"), "prompt");
    }
  },

  async "temporary failures are retried with increasing pauses"() {
    for (const answer of [500, 503, 429, "lost"]) {
      reset();
      answers.terms = (body) => { asked.push(["try", body.id]); return answer; };
      const subject = `u_${answer}`;
      const client = await ready({ subject }), tries = () => asked.filter(([way]) => way == "try").length;
      await answered(client, "terms");
      equal(tries(), 1);
      for (let pause = 1; pause < 9000; pause *= 2) {
        now += Math.min(pause, 4096) * 450;
        await client.flush();
        ok(user(subject).records[0].due > now);
        const before = tries();
        now += Math.min(pause, 4096) * 1100;
        await client.flush();
        equal(tries(), before + 1);
      }
      ok(user(subject).records[0].due - now < 6200e3);
      equal(client.heard("rejected").length, 0);
      answers = {};
      now += 2 * 3600e3;
      await client.flush();
      deepEqual(statuses("terms").at(-1), 201);
    }
  },

  async "pause that the server requests is respected"() {
    answers.terms = () => [503, { "retry-after": "7200" }];
    const client = await ready({ subject: "u" });
    await answered(client, "terms");
    now += 7100e3;
    await client.flush();
    equal(statuses("terms").length, 1);
    now += 200e3;
    await client.flush();
    equal(statuses("terms").length, 2);
  },

  async "new page does not send before the stored time, and going online does"() {
    answers.terms = () => 500;
    await answered(await ready({ subject: "u" }), "terms");
    const client = await ready({ subject: "u" });
    await client.flush();
    equal(statuses("terms").length, 1);
    document.hidden = true;
    await client.start();
    page.dispatchEvent(new Event("online"));
    document.hidden = false;
    await client.flush();
    equal(statuses("terms").length, 2);
  },

  async "receipt that fails does not block those after it"() {
    answers.terms = () => 500;
    answers.privacy = () => 403;
    const client = await ready({ subject: "u" });
    await answered(client, "terms", "privacy", "cookies");
    deepEqual(posted.map(([id, status]) => [id, status]), [["terms", 500], ["privacy", 403], ["cookies", 201]]);
    deepEqual(user("u").records.map((x) => [x.policy, x.pending]), [["terms", true], ["privacy", true], ["cookies", undefined]]);
    deepEqual(Object.keys(user("u").records[2]).filter((x) => ["due", "pause", "days"].includes(x)), []);
  },

  async "damaged times of the next attempt do not stop sending"() {
    for (const value of ["x", {}, [], 1e300, -1e300, null, true]) {
      reset();
      answers.terms = () => 500;
      const subject = `u_${JSON.stringify(value)}`;
      const client = await ready({ subject });
      await answered(client, "terms");
      put(subject, { records: user(subject).records.map((x) => ({ ...x, due: value, pause: value, days: value })) });
      await client.flush();
      equal(statuses("terms").length, 2);
      const { due } = user(subject).records[0];
      ok(due > now && due < now + DAY, due);
    }
  },

  async "random subject is made at the first need and stays"() {
    const client = await ready();
    client.check();
    equal(user(""), null);
    const { subject } = client;
    equal(subject.length, 36);
    equal(client.act("terms").subject, subject);
    equal(open().subject, subject);
    equal(open({ subject: "u" }).subject, "u");
  },

  async "claim moves answers and links the old subject"() {
    answers.privacy = () => 401;
    const client = await ready(), before = client.subject;
    const [first, second] = await answered(client, "terms", "privacy");
    const third = client.act("cookies", "refused");
    answers.cookies = () => 401;
    await pause();
    await client.flush();
    client.dismiss("notices");
    answers = {};
    posted = [];
    await client.claim("u_1");
    equal(client.subject, "u_1");
    equal(user(""), null);
    const { linked, records, seen } = user("u_1");
    deepEqual([linked, seen], [[before], { notices: 1 }]);
    deepEqual(records.map((x) => [x.policy, x.subject, x.pending]),
      [["terms", before, undefined], ["privacy", "u_1", true], ["cookies", "u_1", true]]);
    deepEqual(records.map((x) => x.after), [undefined, first.id, records[1].id], "refers to the new id");
    ok(![second.id, third.id].some((id) => records.some((x) => x.id == id)));
    await client.flush();
    deepEqual(posted.map(([id, status, body]) => [id, status, body.subject]), [["privacy", 201, "u_1"], ["cookies", 201, "u_1"]]);
    equal(new Set(posted.map(([, , body]) => body.id)).size, 2);
    deepEqual(["terms", "privacy", "cookies", "notices"].map((id) => outcome(client, id)), ["ok", "ok", "ok", "ok"]);
  },

  async "claim twice and by a page that already has the subject"() {
    const client = await ready(), before = client.subject;
    await answered(client, "terms");
    const signedIn = await ready({ subject: "u_1" });
    equal(outcome(signedIn, "terms"), "prompt", "a change of the subject links nothing");
    await signedIn.claim("u_1");
    equal(outcome(signedIn, "terms"), "ok");
    const state = user("u_1");
    await signedIn.claim("u_1");
    await client.claim("u_1");
    deepEqual(user("u_1"), state);
    deepEqual(state.linked, [before]);
    equal(user(""), null);
  },

  async "two tabs claim at the same time"() {
    const one = await ready(), two = await ready();
    const [receipt] = await answered(one, "terms");
    await Promise.all([one.claim("u_1"), two.claim("u_1")]);
    deepEqual([one.subject, two.subject], ["u_1", "u_1"]);
    deepEqual(user("u_1").records.map((x) => x.id), [receipt.id]);
    deepEqual(user("u_1").linked, [receipt.subject]);
    await pause();
    deepEqual([one, two].map((x) => outcome(x, "terms")), ["ok", "ok"]);
  },

  async "claim waits for a receipt that is being sent"() {
    let arrive;
    answers.terms = () => new Promise((done) => { arrive = () => done(201); });
    const client = await ready(), receipt = client.act("terms");
    await pause(20);
    client.act("privacy");
    const claimed = client.claim("u_1");
    await pause(20);
    arrive();
    await claimed;
    await pause();
    await client.flush();
    deepEqual(posted.map(([id, status, { subject }]) => [id, status, subject]),
      [["terms", 201, receipt.subject], ["privacy", 201, "u_1"]]);
    deepEqual(user("u_1").records.filter((x) => x.pending), []);
  },

  async "claim after a lost response sends a new receipt"() {
    answers.terms = () => "lost";
    const client = await ready(), [receipt] = await answered(client, "terms");
    answers = {};
    await client.claim("u_1");
    await client.flush();
    const [[, status, { id, subject }]] = posted;
    deepEqual([status, subject, id == receipt.id], [201, "u_1", false]);
  },

  async "claim to a subject that has answers"() {
    const known = await ready({ subject: "u_1" });
    await answered(known, "terms");
    put("u_1", { ...user("u_1"), seen: { notices: 1, privacy: 3 }, linked: ["anon-0"], quiet: true });
    now += 3600e3;
    const client = await ready();
    await answered(client, "privacy");
    client.act("terms", "declined");
    await client.flush();
    put("", { ...user(""), seen: { notices: 4, privacy: 2 } });
    const before = client.subject;
    await client.claim("u_1");
    const { seen, linked, quiet, records } = user("u_1");
    deepEqual([seen, linked, quiet], [{ notices: 4, privacy: 3 }, ["anon-0", before], true]);
    deepEqual(records.map((x) => [x.policy, x.act]), [["terms", "accepted"], ["privacy", "acknowledged"], ["terms", "declined"]]);
    equal(outcome(client, "terms"), "ok", "a no of a linked subject does not count");
    equal(client.act("terms", "declined").subject, "u_1", "the same answer of another subject is a new one");
    equal(outcome(client, "terms"), "notice");
  },

  async "forget erases the answers of one subject"() {
    const other = await ready({ subject: "u_2" });
    await answered(other, "terms");
    const client = await ready(), { subject } = client;
    await answered(client, "terms");
    let arrive;
    answers.privacy = () => new Promise((done) => { arrive = () => done(201); });
    client.act("privacy");
    await pause(20);
    client.forget();
    equal(user(""), null);
    equal(outcome(client, "terms"), "prompt");
    equal(client.heard("decision").at(-1).outcome, "prompt");
    arrive();
    await pause();
    equal(user(""), null, "a receipt that was being sent stores nothing");
    equal(outcome(other, "terms"), "ok");
    ok(client.subject != subject);
  },

  async "no decision before the records have arrived"() {
    let arrive;
    const records = [{ policy: "terms", seq: 1, act: "accepted", at: "2026-02-01T00:00:00Z", subject: "u" }, null, 7, {}];
    served["/api/records"] = (reply) => new Promise((done) => { arrive = () => done(reply(JSON.stringify(records))); });
    const client = open({ subject: "u", records: "/api/records", headers: { "x-csrf-token": "t" } });
    const started = client.start();
    await pause(150);
    equal(client.decision, undefined);
    deepEqual(client.heard("decision"), []);
    arrive();
    await started;
    equal(client.heard("decision").length, 1);
    equal(outcome(client, "terms"), "ok");
    const [, url, { credentials, headers }] = asked.find(([, url]) => url.endsWith("/api/records"));
    deepEqual([url, credentials, headers["x-csrf-token"]], ["https://shop.example/api/records", "same-origin", "t"]);
    deepEqual(client.said.filter(([name]) => name != "decision"), []);
    client.act("privacy");
  },

  async "records that cannot be read are reported, and the own copy decides"() {
    const bodies = { status: ["", 500], missing: ["", 404], "not-json": ["<p>"], schema: ["{}"], redirect: ["[]", 200, {}, "https://else.example/"] };
    for (const [reason, answer] of Object.entries(bodies)) {
      reset();
      await answered(await ready({ subject: "u" }), "terms");
      served["/api/records"] = (reply) => reply(...answer);
      const client = open({ subject: "u", records: "/api/records" });
      await client.start();
      deepEqual(client.heard("error").map((x) => x.reason), [reason]);
      deepEqual(client.heard("rejected"), []);
      equal(client.decision.policies[0].outcome, "ok");
    }
  },

  async "records are read again when the page becomes visible and after a claim"() {
    let records = [];
    served["/api/records"] = (reply) => reply(JSON.stringify(records));
    const client = open({ subject: "u", records: "/api/records" });
    await client.start();
    equal(outcome(client, "terms"), "prompt");
    records = [{ policy: "terms", seq: 1, act: "accepted", at: "2026-02-01T00:00:00Z", subject: "u" }];
    page.dispatchEvent(new Event("visibilitychange"));
    await pause(150);
    equal(outcome(client, "terms"), "ok");
    served["/api/records"] = (reply) => reply("", 500);
    page.dispatchEvent(new Event("visibilitychange"));
    await pause(150);
    equal(outcome(client, "terms"), "ok", "the last records stay in use");
    served["/api/records"] = (reply) => reply(JSON.stringify([{ ...records[0], subject: "u_1" }]));
    await client.claim("u_1");
    await pause();
    equal(outcome(client, "terms"), "ok");
  },

  async "late records of the old subject are ignored"() {
    let arrive;
    const yes = { policy: "terms", seq: 1, act: "accepted", at: "2026-02-01T00:00:00Z" };
    served["/api/records"] = (reply) => new Promise((done) => { arrive = () => done(reply("[]")); });
    const client = open({ subject: "u", records: "/api/records" }), started = client.start();
    await pause();
    served["/api/records"] = (reply) => reply(JSON.stringify([{ ...yes, subject: "u_1" }]));
    await client.claim("u_1");
    await pause();
    arrive();
    await started;
    equal(outcome(client, "terms"), "ok");
  },
};

const results = {};
process.on("unhandledRejection", (error) => errors.push(error));
for (const [name, run] of Object.entries(scenarios)) {
  reset();
  try {
    let timer;
    await Promise.race([run(), new Promise((_, fail) => { timer = setTimeout(fail, 30_000, Error("no end")); })]);
    clearTimeout(timer);
    assert.deepEqual(errors, []);
    results[name] = null;
  } catch (error) { results[name] = error.stack; }
  for (const client of opened.splice(0)) client.stop();
  await pause();
}
process.stdout.write(JSON.stringify(results), () => process.exit());
