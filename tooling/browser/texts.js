// See texts.d.ts
import { own, shapedAll } from "./manifest.js";
import { must } from "./decide.js";
import { decode } from "./strict_json.js";
import { sha256 } from "./verify.js";

const TEXT = 2 ** 20, DOCUMENT = 2 ** 22;
const shared = (...all) => all.flatMap((x) => x.at ? x : Object.keys(x))
  .find((tag) => all.every((digests) => digests.at || Object.hasOwn(digests, tag)));

// Every error becomes a rejection with a reason. If a file is missing or different, the site may have been published again
// since the manifest was fetched; then the manifest is fetched again, once.
const healing = (read) => async (client, ...all) => {
  const attempt = (options) => read(client, options, ...all).catch((error) => {
    error.reason ??= "schema";
    throw error;
  });
  const { serial } = client.manifest ?? {};
  return attempt().catch(async (error) => {
    if (/^(digest|missing|unproven)$/.test(error.reason)) {
      await client.refresh(true);
      if (client.manifest?.serial != serial) return attempt({ cache: "no-cache" });
    }
    throw error;
  });
};
const proven = async (client, options, path, limit, digest) => {
  must(digest, path, "unproven");
  const [data] = await client.get(path, limit, options);
  must(digest == await sha256(data), path, "digest");
  return decode(data);
};
const json = async (client, type, ...file) => own(await proven(client, ...file), type, client.site, DOCUMENT);
const listed = (client, id) => {
  const found = client.manifest && client.policy(id);
  must(found, id, "unproven");
  return found;
};
// Return all versions, from the file whose digest is in the manifest.
const rows = async (client, options, { id, versions_digest: digest, versions: listed }) => {
  const { policy, versions } = await json(
    client, "policy-version-digests", options, `${id}/versions.${digest?.slice(7)}.json`, DOCUMENT, digest);
  must(policy == id, policy, "schema");
  shapedAll(versions, "seq version change digests");
  must(listed.every((old) => versions.every((x) => x.seq !== old.seq || x.version == old.version && x.change == old.change
    && Object.keys(old.digests).every((tag) => x.digests[tag] == old.digests[tag]))), id, "changed-version");
  return versions;
};
const pick = (versions, id, seq) => {
  const found = versions.find((x) => x.seq === seq);
  must(found, `${id} ${seq}`, "missing");
  return found;
};

export const text = healing(async (client, options, id, seq, language) => {
  const policy = listed(client, id), { versions, binding_language } = policy;
  const all = versions.some((x) => x.seq == seq) ? versions : await rows(client, options, policy);
  const { version, digests } = pick(all, id, seq), tag = shared([language, binding_language], digests);
  return {
    language: tag, digest: digests[tag], text: await proven(client, options, `${id}/${version}/${tag}.md`, TEXT, digests[tag]),
  };
});

// Return the redline between two of the versions `all`.
const compared = async (client, options, { id, binding_language }, old, fresh, language) => {
  const tag = shared([language, binding_language], old.digests, fresh.digests), between = fresh.redlines?.[old.version]?.[tag];
  const path = between ? `changes/${old.version}...${fresh.version}` : old.version + "/since";
  const found = await json(client, between ? "policy-changes" : "policy-changes-since", options, `${id}/${path}/${tag}.json`,
    DOCUMENT, between ?? old.since[tag]);
  const step = between ? found : [...found.in_force, ...found.announced].find((x) => x.new.seq == fresh.seq);
  must(step?.old.digest == old.digests[tag] && step.new.digest == fresh.digests[tag], path, "digest");
  return { ...step, language: tag };
};

export const changes = healing(async (client, options, id, base_seq, target_seq, language) => {
  const policy = listed(client, id), all = await rows(client, options, policy);
  return compared(client, options, policy, pick(all, id, base_seq), pick(all, id, target_seq), language);
});

export const steps = healing(async (client, options, id, base_seq, target_seq, language) => {
  const policy = listed(client, id), all = await rows(client, options, policy);
  const [first, last] = [base_seq, target_seq].map((seq) => all.indexOf(pick(all, id, seq)));
  return Promise.all(all.slice(first + 1, last + 1).reverse()
    .filter(({ seq, amends }) => !policy.cancelled?.some((x) => x == seq || x == amends))
    // The author describes the changes from the version that was before it when it was published.
    .map((x) => compared(client, options, policy, all.slice(0, all.indexOf(x)).findLast((y) => y.seq < x.seq), x, language)));
});
