// See client.d.ts
import { DAY, decide, max, min, must, written } from "./decide.js";
import { get } from "./fetching.js";
import { read } from "./manifest.js";
import { decode } from "./strict_json.js";
import { imported, verify } from "./verify.js";

const { random } = Math;
// Stored state that `decide` rejects is ignored.
const fit = (state) => {
  try { return decide({ now: written(0), subject: {}, state }) && state; } catch { return {}; }
};
const alone = (name, work) => navigator.locks?.request(name, work).catch(work) ?? work();

export const createClient = ({
  manifest: address, site, keys, app = "", subject = "", since, linked, audience, languages = navigator.languages,
  receipts, headers, records: given = [], seconds: patience = 15, now: clock = Date.now, target = new EventTarget(),
}) => {
  const url = new URL(address, document.baseURI);
  // In a folder called manifests, `policies` is the main manifest of a site in that folder, since the name is reserved.
  const [, folder = "", name] = /\/(manifests\/(?!policies\.))?([^/]*)$/.exec(url.pathname);
  const path = folder + name.replace(".jws", ""), base = new URL(folder ? ".." : ".", url).href;
  if (!/^http(s:|:..(localhost|127\.0\.0\.1)[:/])/.test(base)) throw TypeError("no https: " + url);
  site ??= base;
  // Storage keys contain the version of the format. The state of a manifest is stored per path, answers per site.
  const prefix = "inforce/1/" + site, siteKey = prefix + path, userKey = [prefix, app, subject].join(" "), shelf = {};
  const channel = new BroadcastChannel(prefix), running = new AbortController();
  let manifest = null, body, decision, timer, busy = 0, tries = 0, retry = 0, left, trusted;
  // The poll times of this page, which override the stored ones.
  let page;

  const load = (key) => {
    try { return JSON.parse(shelf[key] ?? localStorage.getItem(key)) ?? {}; } catch { return {}; }
  };
  const save = (key, changes) => {
    const text = JSON.stringify({ ...load(key), ...changes });
    try {
      localStorage.setItem(key, text);
      delete shelf[key];
    } catch { shelf[key] = text; }
    channel.postMessage([key, text]);
  };
  const emit = (name, detail) => target.dispatchEvent(
    new CustomEvent("policy:" + name, { bubbles: true, cancelable: true, composed: true, detail }));
  const report = ({ reason = "not-json", message }, receipt) => emit(
    reason == "rollback" ? reason
      : "unreachable timeout missing busy status question".includes(reason) ? "error" : "rejected",
    { reason, message, receipt });

  // State signed by keys that are no longer trusted is ignored, except the poll times.
  const learnt = () => {
    const all = load(siteKey), { signers, failures, checked_at, due_at } = all;
    const sound = !trusted || !signers || trusted.some((x) => [signers].flat().includes(x.kid));
    return sound ? all : { failures, checked_at, due_at };
  };
  const kept = () => [load(userKey).records].flat().filter((x) => x?.id);
  // Of a record that is stored here and on the app's server, the server's copy counts.
  const answers = () => [...given, ...kept().filter((x) => given.every((y) => y.id != x.id))];
  const pending = () => kept().filter((x) => x.pending);
  const check = () => {
    const { last_serial, last_server_time } = learnt(), { deferred, ...state } = load(userKey);
    return decide({
      manifest, now: written(clock()), audience, languages, subject: { id: subject || state.subject, since, linked },
      state: { ...state, ...fit({ deferred, last_server_time }), last_serial, records: answers() },
    });
  };
  const look = () => {
    const before = JSON.stringify(decision);
    try { decision = check(); } catch (error) {
      error.reason ??= "question";
      report(error);
    }
    if (JSON.stringify(decision) != before) emit("decision", decision);
    clearTimeout(timer);
    const next = min((page || load(siteKey)).due_at ?? 0, Date.parse(decision?.next_at) || Infinity,
      receipts && pending()[0] ? retry : Infinity);
    // setTimeout() fires immediately for longer delays.
    if (!busy && !running.signal.aborted) timer = setTimeout(tick, max(0, min(next - clock(), 2 ** 31 - 1)));
  };

  const taken = async (text) => {
    const [payload, signers] = keys ? await verify(text, trusted) : [text];
    return [read(payload, site, path), payload, signers];
  };
  const recall = async () => {
    trusted ??= keys && await imported(keys);
    const text = load(siteKey).body;
    if (text && text != body) try {
      [manifest] = await taken(body = text);
      page = undefined;
    } catch (error) {
      report(error);
      page = {};
    }
  };
  const compare = ({ serial, policies }, payload, { last_serial = -1, payload: last, known }) => {
    const grown = { ...known };
    must(serial >= last_serial, serial, "rollback");
    must(serial > last_serial || payload == last, serial, "equivocation");
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
    const { checked_at, [force ? "free_at" : "due_at"]: due } = page || memory;
    // No pause is longer than 45 days: a later time is damaged, and would stop all polls.
    if (t >= checked_at && due > t && due < t + 4e9) return;
    // The current manifest is always saved again, since storage may have lost it while another page waits for it.
    let news = { body }, failures = 0, wait = 0, unsure;
    left = false; // the browser may have restored this page
    try {
      const [data, headers] = await get(url, 65536, patience, { cache: "no-cache" }), kind = headers.get("content-type");
      must(/^application\/json *(;|$)/i.test(kind), kind, "content-type");
      const text = decode(data), [fresh, payload, signers] = await taken(text), told = Date.parse(headers.get("date"));
      const issued = fresh.serial * 1e3, latest = max(t, told || t) + DAY;
      // Ignore a stored serial that would be rejected today or is no number: it would block every later manifest.
      const old = memory.last_serial * 1e3 <= latest ? memory : {}, grown = compare(fresh, payload, old);
      must(!told || issued <= latest, fresh.issued_at, "issued-in-future");
      manifest = fresh;
      unsure = issued > t && !told;
      if (!unsure) news = {
        body: body = text, payload, signers, known: grown, last_serial: fresh.serial,
        // Accept a time of the host only before the later of the manifest's expiry and this clock plus a day.
        last_server_time: told < max(Date.parse(fresh.expires_at), t + DAY)
          ? written(max(told, Date.parse(old.last_server_time) || 0)) : old.last_server_time,
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
    page = unsure && times;
    if (!page) save(siteKey, { ...news, failures: wait ? 0 : failures, ...times });
    look();
  });

  const flush = (pause) => alone(userKey, async () => {
    // Another tab may just have sent the same receipts.
    await new Promise((done) => setTimeout(done, pause));
    for (const { pending: _, ...receipt } of pending()) {
      if (clock() < retry || !receipts) return;
      const problem = await get(new URL(receipts, document.baseURI), 65536, patience, {
        method: "POST", credentials: "same-origin", keepalive: true, body: JSON.stringify(receipt),
        headers: { "content-type": "application/json", "idempotency-key": receipt.id, ...headers },
      }).catch((error) => error), refused = problem.reason == "refused";
      if (problem.reason) report(problem, receipt);
      if (problem.reason && !refused) {
        retry = clock() + max(2 ** min(tries++, 12) * (random() + .5), problem.wait ?? 0) * 1e3;
        return;
      }
      tries = 0;
      save(userKey, { records: kept().flatMap((x) => x.id != receipt.id ? x : refused ? [] : receipt) });
    }
  });

  const tick = async () => {
    busy++;
    look();
    await Promise.all([refresh(), flush(99)]);
    busy--;
    look();
  };
  const again = ({ type }) => {
    if (type == "online") {
      retry = 0;
      if (load(siteKey).failures) save(siteKey, { due_at: 0 });
    }
    if (!document.hidden) tick();
  };
  channel.onmessage = async ({ data: [key, text] }) => {
    try { localStorage.length; } catch { shelf[key] = text; }
    await recall();
    look();
  };
  const policy = (id, all = manifest) => all.policies.find((x) => x.id == id);

  return {
    site, base, languages, check, refresh, flush, policy,
    get decision() { return decision; },
    get manifest() { return manifest; },
    get quiet() { return !!load(userKey).quiet; },
    set quiet(quiet) { save(userKey, { quiet }); },
    get: (path, limit, options) => get(base + path, limit, patience, options),
    async start() {
      addEventListener("online", again, running);
      addEventListener("visibilitychange", again, running);
      addEventListener("pagehide", () => left = true, running);
      await recall();
      await tick();
    },
    stop() {
      running.abort();
      clearTimeout(timer);
      channel.onmessage = null;
    },
    act(id, said, { language: shown, surface } = {}) {
      const { act: asked, base_seq, target_seq: seq, language, reason } = policy(id, check());
      const { versions, binding_language } = policy(id);
      const { version, digests } = versions.find((x) => x.seq == seq);
      const tag = [shown, language, binding_language].find((x) => digests[x]), digest = digests[tag];
      // The positive act: accept, accepted; acknowledge, acknowledged; consent, consented.
      const who = subject || (load(userKey).subject ?? crypto.randomUUID()), act = said ?? asked.replace(/e?$/, "ed");
      const last = kept().findLast((x) => x.policy == id), t = clock();
      if (last?.seq == seq && last.act == act && last.digest == digest && reason != "expired") return look(), last;
      const receipt = {
        // UUID version 7 (RFC 9562): the time, followed by random bits.
        id: t.toString(16).padStart(12, 0).replace(/.{8}/, "$&-") + "-7" + crypto.randomUUID().slice(15),
        policy: id, seq, version, language: tag, digest, act, base_seq, serial: manifest.serial, at: written(t),
        subject: who, after: answers().at(-1)?.id, surface,
      };
      const pending = emit("receipt", receipt) && !!receipts;
      save(userKey, { subject: who, records: [...kept(), { ...receipt, pending }] });
      look();
      flush().then(look);
      return receipt;
    },
    dismiss(id, seconds = DAY / 1e3) {
      const { target_seq: seq, untold_seqs, reason } = policy(id, check()), { seen, deferred } = load(userKey);
      const until = written(clock() + seconds * 1e3);
      save(userKey, "upcoming changed".includes(reason)
        ? { seen: { ...seen, [id]: max(...untold_seqs) } } : { deferred: { ...deferred, [id]: { seq, until } } });
      look();
    },
  };
};
