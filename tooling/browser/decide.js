// See decide.d.ts. The other exports are for the client only.
export const { max, min } = Math;
const ACTS = "accepted acknowledged consented declined refused withdrawn".split(" ");
export const DAY = 864e5;

// Return `value` if it `fits`; otherwise it is the message of an error.
export const must = (fits, value, reason, wait) => {
  if (fits) return value;
  throw Object.assign(Error(value), { reason, wait });
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
    must([x.policy, x.subject, x.language ?? "", x.digest ?? "", x.id ?? "", x.after ?? ""].every(text) && ACTS.includes(x.act)
      && [x.serial ?? 0, x.n ?? 0].every(Number.isSafeInteger) && typeof (x.pending ?? true) == "boolean");
    return { ...x, at: instant(x.at), seq: seq(x.seq), n: x.n ?? NaN, received: maybe(x.received_at) };
  } catch {
    return { act: "a", policy: x?.policy, subject: x?.subject };
  }
};
const other = (x, id) => text(x) && x != id;
// Negative: the server received `a` before `b`; NaN: unknown.
const order = (a, b) => a.n - b.n || a.received - b.received;
const byPlace = (a, b) => a.place - b.place || a.seq - b.seq;
const latest = (answers) => answers.sort((a, b) => a.place - b.place || a.at - b.at).at(-1);

const lookUp = (ranges, tags) => ranges?.flatMap((range) =>
  tags.filter((x) => `${range}-`.toLowerCase().startsWith(`${x}-`.toLowerCase())).sort((a, b) => b.length - a.length))[0];
// The worst outcome is first; among equals, `current` is before `not-applicable`, and any other reason before both.
const weight = ({ outcome, reason }) => "ok notice stale prompt block".indexOf(outcome)
  + ["not-applicable", "current", reason].indexOf(reason) / 3;
const stale = (reason) => ({ outcome: "stale", reason, next_at: null, policies: [] });

export function decide({ manifest, now, clock_offset_seconds = 0, subject, audience, languages, role, state = {} }) {
  let t = max(instant(now) + clock_offset_seconds * 1e3, maybe(state.last_server_time) ?? 0);
  const since = maybe(subject.since), records = (state.records ?? []).map(record);
  for (const id in state.deferred) seq(state.deferred[id].seq), instant(state.deferred[id].until);

  const judge = (policy) => {
    const { id } = policy, cancelled = (policy.cancelled ?? []).map(seq), amendments = policy.amendments ?? {};
    const withdrawn = maybe(policy.withdrawn_at);
    const apart = policy.audience?.[0] && !policy.audience.some((x) => audience?.includes(x)) ? "not-applicable"
      : withdrawn <= t && "policy-withdrawn";
    const joined = since ?? t;
    const versions = policy.versions.map((x) => {
      const usual = instant(x.effective_at), fresh = maybe(x.effective_at_new);
      const applies = joined >= fresh ? fresh : usual;
      const enforced = x.enforce_at === null ? Infinity : max(maybe(x.enforce_at) ?? usual, applies);
      return {
        ...x, applies, enforced, fresh, usual, published: maybe(x.published_at), same_as: (x.same_as ?? []).map(seq),
        act: x.act ?? policy.act, seq: seq(x.seq), place: seq(x.amends ?? x.seq),
      };
    }).sort(byPlace);
    const find = (n) => versions.find((x) => x.seq == n), original = (n) => find(n)?.place ?? amendments[n] ?? n;
    const valid = versions.filter((x) => !apart && !cancelled.some((n) => n == x.seq || n == x.place));
    const current = valid.filter((x) => x.applies <= t), target = current.at(-1), act = (target ?? policy).act;
    const coming = valid.filter((x) => x.applies > t);
    const highest = max(0, ...cancelled, ...versions.map((x) => x.seq), ...Object.entries(amendments).flat().map((x) => seq(+x)));

    const flags = new Set(), answers = [], dates = [], turns = [];
    for (const x of records) {
      const yes = /^[ac]/.test(x.act), ahead = x.at > t;
      if (apart || other(x.policy, id) || x.pending && role == "server"
        || other(x.subject, subject.id) && !(yes && subject.linked?.includes(x.subject))) continue;
      // `accept` and `consent` are met by one act only; `acknowledge` and `none` by each positive one.
      const fits = (act) => !yes || !/t$/.test(act) || act + "ed" == x.act;
      const version = find(x.seq), digest = version?.digests?.[x.language], own = { place: original(x.seq), seq: x.seq };
      const same = current.findLast((y) => y.same_as.includes(x.seq));
      const to = same && fits(same.act) && byPlace(same, own) > 0 ? same : own;
      const forged = digest && x.digest && digest != x.digest;
      const flag = !x.seq ? "unreadable-record"
        : forged ? "digest-mismatch"
        : cancelled.includes(to.place) ? "cancelled-version"
        : to.seq <= highest ? fits((version ?? policy).act) ? "" : "other-act"
        : x.serial > manifest.serial && x.serial * 1e3 - DAY <= t ? "manifest-behind" : "unknown-version";
      if (flag) flags.add(flag);
      if (flag == "unknown-version") turns.push(x.serial * 1e3 - DAY);
      const dropped = flag && flag != "manifest-behind";
      // A withdrawal counts for the versions that applied when it was made, whatever number it has.
      if (dropped && (x.act != "withdrawn" || forged)) continue;
      if (x.at - t >= DAY) flags.add("future-record");
      if (version?.published - x.at > DAY) flags.add("early-record");
      dates.push(x.at + 1, x.at - DAY + 1, ahead && x.received + 1);
      answers.push({
        ...x, ahead, yes, place: dropped ? 0 : to.place, seq: to.seq, at: ahead ? min(x.received ?? t, t) : x.at,
        tie: !ahead ? to.seq : yes ? 0 : Infinity,
      });
    }
    // Whether the answer `x` was certainly made after the negative answer `no`.
    const overrides = (x, no) => {
      const known = records.find((y) => y.id === (x.after ?? NaN));
      return known && (known.id == no.id || order(known, no) >= 0) || (x.at - no.at || x.tie - no.tie) > 0 && !(order(x, no) < 0);
    };
    const negative = answers.filter((x) => !x.yes);
    const positive = answers.filter((x) => x.yes && negative.every((no) =>
      no.act != "withdrawn" && no.place != x.place || overrides(x, no)));
    const have = positive.sort(byPlace).at(-1) ?? { place: 0, seq: 0 }, no = latest(negative.map(({ act, at, place }) => ({
      at, place: act == "withdrawn" ? max(place, ...current.map((x) => min(x.applies, x.usual) <= at && x.place)) : place,
    })));

    const material = current.filter((x) => x.change == "material"), floor = material.at(-1)?.place ?? 0;
    const published = coming.filter((x) => x.published <= t);
    const notable = (x) => x.change != "editorial";
    const untold = (x) => x.seq > ({ __proto__: null, ...state.seen }[id] ?? 0) && byPlace(x, have) > 0;
    const announced = published.filter(notable);
    const notices = [...current.filter(notable).slice(-1), ...announced].filter(untold), news = notices.filter((x) => x.applies > t);
    const unmet = material.filter((x) => x.place > have.place && act != "none");
    let deadline = min(...unmet.map((x) => x.enforced));
    if (deadline < Infinity && !have.seq && joined >= min(...unmet.map((x) => x.applies))) deadline = t;
    const deferral = target && state.deferred?.[id];
    const until = deferral && original(deferral.seq) == target.place && instant(deferral.until);
    const said = no?.place >= floor && act;
    const given = have.place >= floor ? latest(positive) : said == "consent" && no;
    const old = target && act != "none" && given?.at + (policy.reask_seconds ?? NaN) * 1e3;

    const expired = old <= t && ["prompt", "expired", true];
    const asked = have.seq ? "reaccept" : "first-time";
    const quietly = news[0] ? ["notice", "upcoming"]
      : notices[0] ? ["notice", "changed"]
      : ["ok", flags.has("manifest-behind") ? "manifest-behind" : "current"];
    const [outcome, reason, deferrable = false] = apart ? ["ok", apart]
      : !target ? news[0] ? quietly : ["ok", "not-yet-effective"]
      : act == "none" ? quietly
      : have.place >= floor ? expired || quietly
      : said == "consent" ? expired || ["ok", "refused"]
      : said == "accept" ? [deadline <= t ? "block" : "notice", "declined"]
      : deadline <= t ? [act == "accept" ? "block" : "prompt", asked]
      : until > t ? ["notice", "deferred", true]
      : ["prompt", asked, true];
    const upcoming = reason == "upcoming";

    return {
      id, act, outcome, reason, deferrable,
      target_seq: (upcoming ? published.findLast((x) => x.place == announced.at(-1).place) : target)?.seq ?? null,
      base_seq: have.seq || null,
      untold_seqs: notices.map((x) => x.seq),
      deadline: written(upcoming ? min(...news.map((x) => x.applies)) : deadline),
      language: lookUp(languages, policy.languages ?? []) ?? policy.binding_language ?? null,
      next_at: apart ? null : written(max(t + 1e3, min(...[
        deadline, until, old, withdrawn, ...turns, ...answers.some((x) => x.ahead) ? dates : [],
        ...coming.flatMap((x) => [x.applies, x.published, since == null && x.fresh]),
      ].filter((x) => x > t)))),
      flags: [...flags].sort(),
    };
  };

  try {
    if (manifest.spec.split(".")[0] != "1") return stale("unsupported-spec");
    if (must(Number.isSafeInteger(manifest.serial), manifest.serial) < state.last_serial) return stale("rollback");
    t = max(t, instant(manifest.issued_at));
    const expires = instant(manifest.expires_at), policies = manifest.policies.map(judge);
    const [{ outcome, reason } = { outcome: "ok", reason: "current" }] = [...policies].sort((a, b) => weight(b) - weight(a));
    if (t > expires) return { ...stale("expired"), would_be: outcome, policies };
    return { outcome, reason, next_at: [written(max(expires, t + 1e3)), ...policies.map((x) => x.next_at)].sort()[0], policies };
  } catch {
    return stale("no-manifest");
  }
}
