// See client.d.ts
import { DAY, decide, max, min, must, written } from "./decide.js";
import { get } from "./fetching.js";
import { read } from "./manifest.js";
import { decode } from "./strict_json.js";
import { base64, encode, hash, imported, sha256, verify } from "./verify.js";

const { random } = Math, { parse: instant } = Date;
// No pause is longer than 45 days: a later time is damaged.
const running = (due, t) => due > t && due < t + 4e9;
const alone = (name, work) => navigator.locks?.request(name, work).catch(work) ?? work();
// The SRI string of this file; absent until it has been read.
let build;

export const createClient = ({
  manifest: address, site, keys, app = "", subject = "", since, linked, audience, languages = navigator.languages,
  receipts, headers, records = [], actor, seconds: patience = 15, now: clock = Date.now, target = new EventTarget(),
}) => {
  const url = new URL(address, document.baseURI);
  // In a folder called manifests, `policies` is the main manifest of a site in that folder, since the name is reserved.
  const [, folder = "", name] = /\/(manifests\/(?!policies\.))?([^/]*)$/.exec(url.pathname);
  const path = folder + name.replace(".jws", ""), base = new URL(folder ? ".." : ".", url).href;
  if (!/^http(s:|:..(localhost|127\.0\.0\.1)[:/])/.test(base)) throw TypeError("no https: " + url);
  if (!keys && path != folder + name) throw TypeError("no keys: " + url);
  site ??= base;
  // Storage keys contain the version of the format. The state of a manifest is stored per path, answers per site.
  const prefix = "inforce/1/" + site, siteKey = prefix + path, shelf = {};
  const channel = new BroadcastChannel(prefix), life = new AbortController();
  let manifest = null, proof, body, decision, timer, busy = 0, left, trusted;
  // The server's records, and whether they have neither arrived nor failed yet.
  let given = records.map ? records : [], waiting = !records.map;

  const userKey = (user = subject) => [prefix, app, user].join(" ");
  const load = (key = userKey()) => {
    try { return JSON.parse(shelf[key] ?? localStorage.getItem(key)) ?? {}; } catch { return {}; }
  };
  const write = (key, text) => {
    shelf[key] = text;
    try {
      text ? localStorage.setItem(key, text) : localStorage.removeItem(key);
      delete shelf[key];
    } catch { /* it stays in memory */ }
    channel.postMessage([key, text]);
  };
  const save = (changes, key = userKey()) => write(key, JSON.stringify({ ...load(key), ...changes }));
  const emit = (name, detail) => target.dispatchEvent(
    new CustomEvent("policy:" + name, { bubbles: true, cancelable: true, composed: true, detail }));
  const report = ({ reason = "not-json", message }, receipt, name = reason == "rollback" ? reason
    : "unreachable timeout missing busy status question".includes(reason) ? "error" : "rejected",
  ) => emit(name, { reason, message, receipt });
  const ask = (address, limit, options) => get(new URL(address, document.baseURI), limit, patience, options);

  // State signed by keys that are no longer trusted is ignored, except the poll times.
  const learnt = () => {
    const all = load(siteKey), { signers, failures, checked_at, due_at } = all;
    const sound = !trusted || !signers || trusted.some((x) => [signers].flat().includes(x.kid));
    return sound ? all : { failures, checked_at, due_at };
  };
  // The corrected time. That of the host does not delay the expiry of a manifest.
  const time = () => {
    const { fast_by, last_server_time } = learnt(), t = clock(), { issued_at, expires_at } = manifest ?? {};
    return max(t - (t <= instant(expires_at) && fast_by > 0 && fast_by), instant(last_server_time) || 0, instant(issued_at) || 0);
  };
  const kept = (key) => [load(key).records].flat().filter((x) => x?.id);
  const change = (work) => kept()[0] && save({ records: kept().flatMap(work) });
  // Of a record that is stored here and on the app's server, the server's copy counts.
  const answers = () => [...given, ...kept().filter((x) => given.every((y) => y?.id != x.id))];
  const check = () => {
    const state = load(), question = (deferred) => decide({
      manifest, now: written(time()), audience, languages,
      subject: { id: subject || state.subject, since, linked: [linked, state.linked].flat() },
      state: { ...state, deferred, last_serial: learnt().last_serial, records: answers() },
    });
    // Stored deferrals that `decide` rejects are ignored.
    try { return question(state.deferred); } catch { return question(); }
  };
  const look = () => {
    const before = JSON.stringify(decision);
    if (!waiting) try { decision = check(); } catch (error) {
      error.reason ??= "question";
      report(error);
    }
    if (JSON.stringify(decision) != before) emit("decision", decision);
    clearTimeout(timer);
    const due = min(load(siteKey).due_at ?? 0, ...kept().map((x) => receipts && x.pending ? +x.due || 0 : Infinity));
    // setTimeout() fires immediately for longer delays.
    if (!busy && !life.signal.aborted) timer = setTimeout(
      tick, max(0, min(due - clock(), (instant(decision?.next_at) || Infinity) - time(), 2 ** 31 - 1)));
  };

  const taken = async (text) => {
    const [payload, signers] = keys ? await verify(text, trusted) : [text];
    return [read(payload, site, path), await sha256(encode(payload)), signers];
  };
  const recall = async () => {
    trusted ??= keys && await imported(keys);
    const text = load(siteKey).body;
    if (text && text != body) try {
      [manifest, proof] = await taken(body = text);
    } catch (error) {
      report(error);
      save({ due_at: 0 }, siteKey);
    }
  };
  const compare = ({ serial, policies }, proof, { last_serial = -1, last_digest = proof, known }) => {
    const grown = { ...known };
    must(serial >= last_serial, serial, "rollback");
    must(serial > last_serial || proof == last_digest, serial, "equivocation");
    for (const { id, act: usual, versions } of policies) for (const { seq, version, change, amends, act = usual, digests } of versions) {
      // No language has an empty tag. The act is compared even if it is that of the policy, which can change.
      const name = `${id}/${seq}`, fresh = { ...digests, "": version + change + amends + act };
      for (const x in grown[name]) must(grown[name][x] == fresh[x], name, "changed-version");
      grown[name] = fresh;
    }
    return grown;
  };
  const refresh = (force) => alone(siteKey, async () => {
    await recall();
    const memory = learnt(), t = clock();
    const { checked_at, [force ? "free_at" : "due_at"]: due } = memory;
    if (t >= checked_at && running(due, t)) return;
    // The current manifest is always saved again, since storage may have lost it while another page waits for it.
    let news = { body }, failures = 0, wait = 0, unsure;
    left = false; // the browser may have restored this page
    try {
      const [data, headers] = await ask(url, 65536, { cache: "no-cache" }), kind = headers.get("content-type");
      must(/^application\/json *(;|$)/i.test(kind), kind, "content-type");
      const text = decode(data), [fresh, digest, signers] = await taken(text), told = instant(headers.get("date"));
      const issued = fresh.serial * 1e3, latest = max(t, told || t) + DAY;
      // Ignore a stored serial that would be rejected today or is no number: it would block every later manifest.
      const old = memory.last_serial * 1e3 <= latest ? memory : {}, grown = compare(fresh, digest, old);
      must(!told || issued <= latest, fresh.issued_at, "issued-in-future");
      [manifest, proof] = [fresh, digest];
      unsure = issued > t && !told;
      if (!unsure) news = {
        body: body = text, last_digest: digest, signers, known: grown, last_serial: fresh.serial,
        // A cache may have kept the response for up to a day. A time that is not later than the last one proves nothing.
        fast_by: told > max(issued - DAY, instant(old.last_server_time) || 0) ? t - told > DAY && t - told : old.fast_by,
        // Accept a time of the host only before the later of the manifest's expiry and this clock plus a day.
        last_server_time: told < max(instant(fresh.expires_at), t + DAY)
          ? written(max(told, instant(old.last_server_time) || 0)) : old.last_server_time,
      };
    } catch (error) {
      // A browser ends the requests of a page that the user leaves, after `pagehide`. That is no failure of the site.
      if (left) return;
      report(error);
      failures = ++memory.failures || 1;
      wait = error.wait ?? 0;
    }
    const pace = max(60, min(manifest?.poll_seconds ?? 86400, 2592e3)), half = manifest ? pace / 8 : 30;
    const rest = (failures ? min(half * 2 ** failures, pace) : pace) * (random() + .5);
    const due_at = t + max(rest, wait * (random() / 2 + 1)) * 1e3;
    const times = { checked_at: t, due_at, free_at: t + max(failures ? rest : 60, wait) * 1e3 };
    // A manifest that may be from the future is used by this page only.
    if (unsure) shelf[siteKey] = JSON.stringify({ ...load(siteKey), ...times });
    else save({ ...news, failures: wait ? 0 : failures, ...times }, siteKey);
    look();
  });

  // Failures are reported and never prevent a decision.
  const reread = async () => {
    const before = subject;
    if (!records.map) try {
      const [data] = await ask(records, 2 ** 20, { credentials: "same-origin", cache: "no-cache", headers });
      const found = JSON.parse(decode(data));
      must(found.map, records, "schema");
      if (subject == before) given = found;
    } catch (error) { report(error, undefined, "error"); }
    waiting = false;
    look();
  };
  const send = async (id) => {
    const { pending, due, pause, days, ...receipt } = kept().find((x) => x.id == id) ?? {};
    // Another tab may have sent it.
    if (!pending || running(due, clock())) return;
    let after = receipt;
    try {
      await ask(receipts, 65536, {
        method: "POST", credentials: "same-origin", keepalive: true, body: JSON.stringify(receipt),
        headers: { "content-type": "application/json", "idempotency-key": id, ...headers },
      });
    } catch (error) {
      const { status } = error, daily = /^4(?!29)/.test(status);
      const next = max(1, min(pause * 2 || 1, 4096));
      after = {
        ...receipt, pending, days: (+days || 0) + daily, pause: next,
        due: clock() + max(daily ? 86400 : next * (random() + .5), error.wait ?? 0) * 1e3,
      };
      if (/409|41[03]|422/.test(status) || daily && after.days > 30) {
        error.reason = "refused";
        after = [];
      }
      report(error, receipt);
    }
    change((x) => x.id == id ? after : x);
  };
  const flush = async (pause) => {
    // Another tab may just have sent the same receipts.
    await new Promise((done) => setTimeout(done, pause));
    if (receipts) for (const { id, pending } of kept()) if (pending) await alone(userKey(), () => send(id));
  };

  const tick = async (fresh) => {
    busy++;
    look();
    await Promise.all([refresh(), flush(99), fresh && reread()]);
    busy--;
    look();
  };
  const again = ({ type }) => {
    if (type == "online") {
      change((x) => ({ ...x, due: x.days && x.due }));
      if (load(siteKey).failures) save({ due_at: 0 }, siteKey);
    }
    if (!document.hidden) tick(true);
  };
  const heard = async ({ data: [key, text] }) => {
    try { localStorage.length; } catch { shelf[key] = text; }
    await recall();
    look();
  };
  const policy = (id, all = manifest) => all.policies.find((x) => x.id == id);
  // A UUID of version 7 (RFC 9562): the time, followed by random bits.
  const uuid = () => clock().toString(16).padStart(12, 0).replace(/.{8}/, "$&-") + "-7" + crypto.randomUUID().slice(15);
  const who = () => {
    if (!subject && !load().subject) save({ subject: crypto.randomUUID() });
    return subject || load().subject;
  };

  return {
    site, base, languages, check, refresh, flush, policy,
    get decision() { return decision; },
    get manifest() { return manifest; },
    get records() { return answers(); },
    get subject() { return who(); },
    get quiet() { return !!load().quiet; },
    set quiet(quiet) { save({ quiet }); },
    get: (path, limit, options) => ask(base + path, limit, options),
    async start() {
      channel.addEventListener("message", heard, life);
      addEventListener("online", again, life);
      addEventListener("visibilitychange", again, life);
      addEventListener("pagehide", () => left = true, life);
      await recall();
      // Next replaces the address with a local one, which a page cannot read.
      if (globalThis.published || /^http/.test(import.meta.url)) ask(import.meta.url, 2 ** 20, { cache: "force-cache" }).then(async ([data]) => {
        build = "sha384-" + base64(await hash(384, data));
      }).catch(() => {});
      await tick(true);
    },
    stop() {
      life.abort();
      clearTimeout(timer);
    },
    act(id, said, { language: shown, surface } = {}) {
      const { act: asked, base_seq, target_seq: seq, language, reason } = policy(id, check());
      const { versions, binding_language } = policy(id);
      const { version, digests } = versions.find((x) => x.seq == seq);
      const tag = [shown, language, binding_language].find((x) => digests[x]), digest = digests[tag], subject = who();
      // The positive act: accept, accepted; acknowledge, acknowledged; consent, consented.
      const act = said ?? asked.replace(/e?$/, "ed"), last = kept().findLast((x) => x.policy == id && x.subject == subject);
      if (last?.seq == seq && last.act == act && last.digest == digest && reason != "expired") return look(), last;
      const receipt = {
        type: "policy-receipt", spec: "1.0", id: uuid(), policy: id, seq, version, language: tag, digest, act, base_seq,
        serial: manifest.serial, manifest_digest: proof, subject, ...actor && { actor }, after: answers().at(-1)?.id,
        at: written(time()), device_at: written(clock()), surface: { ...surface, build, channel: "web" },
      };
      const pending = emit("receipt", receipt) && !!receipts;
      save({ records: [...kept(), { ...receipt, pending }] });
      look();
      flush().then(look);
      return receipt;
    },
    dismiss(id, seconds = DAY / 1e3) {
      const { target_seq: seq, untold_seqs, reason } = policy(id, check()), { seen, deferred } = load();
      const until = written(time() + seconds * 1e3);
      save("upcoming changed".includes(reason)
        ? { seen: { ...seen, [id]: max(...untold_seqs) } } : { deferred: { ...deferred, [id]: { seq, until } } });
      look();
    },
    async claim(to) {
      // The answers of a user who had not signed in are moved even if the page now has the new subject.
      const user = subject == to ? "" : subject, from = userKey(user);
      await alone(from, () => {
        const old = load(from), ids = {}, records = kept(from);
        write(from, "");
        subject = to;
        const own = load(), seen = { ...old.seen };
        for (const id in own.seen) seen[id] = max(own.seen[id], seen[id] ?? 0);
        // An unsent receipt gets a new id, since the server may have received it with the old subject.
        for (const x of records) if (x.pending) ids[x.id] = uuid();
        save({
          quiet: old.quiet, ...own, seen, deferred: { ...own.deferred, ...old.deferred },
          linked: [own.linked, old.linked, user || old.subject].flat().filter((x) => x),
          records: [...kept(), ...records.map((x) => ({
            ...x, id: ids[x.id] ?? x.id, after: ids[x.after] ?? x.after,
            ...x.pending && { subject: to, due: 0, days: 0 },
          }))].sort((a, b) => instant(a.at) - instant(b.at)),
        });
      });
      look();
      reread();
      flush().then(look);
    },
    forget() {
      write(userKey(), "");
      look();
    },
  };
};
