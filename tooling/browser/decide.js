// See decide.d.ts. The other exports are for the client only.
export const { max, min } = Math;
const YES = ["accepted", "acknowledged", "consented"], ACTS = [...YES, "declined", "refused", "withdrawn"];
const DAY = 864e5;

const must = (fits, x) => {
  if (fits) return x;
  throw TypeError(x);
};
const seq = (x) => must(Number.isSafeInteger(x) && x > 0, x);
const second = (x) => new Date(x).toJSON().slice(0, 19);
export const written = (t) => t < 2534023008e5 ? second(t) + "Z" : null;
const instant = (x) => {
  const local = x.slice(0, 19);
  const fits = /^[1-9].{18}(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(x);
  return must(fits && second(local + "Z") == local && second(x), Date.parse(x));
};
const maybe = (x) => x == null ? undefined : instant(x);

const text = (x) => typeof x == "string";
// A record that cannot be read keeps its policy and its subject, if they are texts.
const record = (x) => {
  try {
    must([x.policy, x.subject, x.language ?? "", x.digest ?? ""].every(text) && ACTS.includes(x.act)
      && Number.isSafeInteger(x.serial ?? 0) && typeof (x.pending ?? true) == "boolean");
    return { ...x, at: instant(x.at), seq: seq(x.seq), place: 0, received: maybe(x.received_at) };
  } catch {
    return { act: YES[0], policy: x?.policy, subject: x?.subject };
  }
};
const other = (x, id) => text(x) && x != id;

const newest = (versions) => max(0, ...versions.map((x) => x.seq));

const lookUp = (ranges, tags) => ranges?.flatMap((range) =>
  tags.filter((x) => `${range}-`.toLowerCase().startsWith(`${x}-`.toLowerCase())).sort((a, b) => b.length - a.length))[0];

const judge = (serial, t, since, records, audience, languages, { seen, deferred }) => (policy) => {
  const { id, act } = policy, cancelled = (policy.cancelled ?? []).map(seq);
  const withdrawn = maybe(policy.withdrawn_at);
  const apart = policy.audience?.[0] && !policy.audience.some((x) => audience?.includes(x)) ? "not-applicable"
    : withdrawn <= t && "policy-withdrawn";
  const joined = since ?? t;
  const versions = policy.versions.map((x) => {
    const usual = instant(x.effective_at), fresh = maybe(x.effective_at_new);
    const applies = joined >= fresh ? fresh : usual;
    const enforced = x.enforce_at === null ? Infinity : max(maybe(x.enforce_at) ?? usual, applies);
    const published = maybe(x.published_at);
    return { ...x, seq: seq(x.seq), same_as: (x.same_as ?? []).map(seq), applies, enforced, fresh, published };
  });
  const valid = versions.filter((x) => !apart && !cancelled.includes(x.seq));
  const current = valid.filter((x) => x.applies <= t);
  const coming = valid.filter((x) => x.applies > t);

  const flags = new Set(), answers = [], dates = [];
  for (const x of records) {
    if (apart || other(x.policy, id)) continue;
    const version = versions.find((y) => y.seq == x.seq), digest = version?.digests?.[x.language];
    const number = max(x.seq, newest(current.filter((y) => y.same_as.includes(x.seq))));
    const flag = !x.seq ? "unreadable-record"
      : digest && x.digest && digest != x.digest ? "digest-mismatch"
      : cancelled.includes(number) ? "cancelled-version"
      : number <= max(newest(versions), ...cancelled) ? ""
      : x.serial > serial ? "manifest-behind" : "unknown-version";
    if (flag) flags.add(flag);
    if (flag && flag != "manifest-behind") continue;
    if (x.at - t >= DAY) flags.add("future-record");
    if (version?.published - x.at > DAY) flags.add("early-record");
    dates.push(x.at);
    answers.push({ ...x, seq: number, ...x.at > t && { at: min(x.received ?? t, t), place: YES.includes(x.act) ? -1 : 1 } });
  }
  let yes = [], no = { seq: 0 };
  for (const x of answers.sort((a, b) => a.at - b.at || a.seq - b.seq || a.place - b.place)) {
    if (YES.includes(x.act)) yes.push(x);
    else {
      if (x.seq >= no.seq) no = x;
      yes = yes.filter((y) => y.seq > x.seq || y.seq < x.seq && x.act != "withdrawn");
    }
  }
  const have = newest(yes), known = max({ __proto__: null, ...seen }[id] ?? 0, have);

  const material = current.filter((x) => x.change == "material");
  const target = newest(current), floor = newest(material);
  const announced = coming.filter((x) => x.change != "editorial" && x.published <= t);
  const news = announced.filter((x) => x.seq > known);
  const unmet = material.filter((x) => x.seq > have && act != "none");
  let deadline = min(...unmet.map((x) => x.enforced));
  if (deadline < Infinity && !have && joined >= min(...unmet.map((x) => x.applies))) deadline = t;
  const deferral = deferred?.[id];
  const until = deferral?.seq == target && instant(deferral.until);
  const said = no.seq >= floor && act;
  const given = have >= floor ? yes.findLast((x) => x.seq == have) : said == "consent" && no;
  const old = target && act != "none" && given?.at + (policy.reask_seconds ?? NaN) * 1e3;

  const expired = old <= t && ["prompt", "expired", true];
  const asked = have ? "reaccept" : "first-time";
  const quiet = news[0] ? ["notice", "upcoming"]
    : newest(current.filter((x) => x.change != "editorial")) > known ? ["notice", "changed"]
    : ["ok", flags.has("manifest-behind") ? "manifest-behind" : "current"];
  const [outcome, reason, deferrable = false] = apart ? ["ok", apart]
    : !target ? news[0] ? quiet : ["ok", "not-yet-effective"]
    : act == "none" ? quiet
    : have >= floor ? expired || quiet
    : said == "consent" ? expired || ["ok", "refused"]
    : said == "accept" ? [deadline <= t ? "block" : "notice", "declined"]
    : deadline <= t ? [act == "accept" ? "block" : "prompt", asked]
    : until > t ? ["notice", "deferred", true]
    : ["prompt", asked, true];

  return {
    id, outcome, reason, deferrable,
    target_seq: (reason == "upcoming" ? newest(announced) : target) || null,
    base_seq: have || null,
    deadline: written(reason == "upcoming" ? min(...news.map((x) => x.applies)) : deadline),
    language: lookUp(languages, policy.languages ?? []) ?? policy.binding_language ?? null,
    next_at: apart ? null : written(max(t + 1e3, min(...[
      deadline, until, old, withdrawn, ...(max(...dates) > t ? dates.flatMap((x) => [x, x + 1, x - DAY + 1]) : []),
      ...coming.flatMap((x) => [x.applies, x.published, since == null && x.fresh]),
    ].filter((x) => x > t)))),
    flags: [...flags].sort(),
  };
};

const rank = ({ outcome }) => "ok notice stale prompt block".indexOf(outcome);
const stale = (reason) => ({ outcome: "stale", reason, next_at: null, policies: [] });

export function decide({ manifest, now, clock_offset_seconds = 0, subject, audience, languages, role, state = {} }) {
  const earliest = max(instant(now) + clock_offset_seconds * 1e3, maybe(state.last_server_time) ?? 0);
  const since = maybe(subject.since);
  for (const id in state.deferred) instant(state.deferred[id].until);
  const records = (state.records ?? []).map(record).filter((x) =>
    !(x.pending && role == "server") &&
    (!other(x.subject, subject.id) || YES.includes(x.act) && subject.linked?.includes(x.subject)));
  try {
    if (manifest.spec.split(".")[0] != "1") return stale("unsupported-spec");
    if (must(Number.isSafeInteger(manifest.serial), manifest.serial) < state.last_serial) return stale("rollback");
    const t = max(earliest, instant(manifest.issued_at)), expires = instant(manifest.expires_at);
    const policies = manifest.policies.map(judge(manifest.serial, t, since, records, audience, languages, state));
    const [{ outcome, reason }] = [...policies, { outcome: "ok", reason: "current" }].sort((a, b) => rank(b) - rank(a));
    if (t > expires) return { ...stale("expired"), would_be: outcome, policies };
    return { outcome, reason, next_at: [written(max(expires, t + 1e3)), ...policies.map((x) => x.next_at)].sort()[0], policies };
  } catch {
    return stale("no-manifest");
  }
}
