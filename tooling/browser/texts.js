// See texts.d.ts
import { own, shapedAll } from "./manifest.js";
import { decode, must, named } from "./strict_json.js";

const TEXT = 2 ** 20, DOCUMENT = 2 ** 22;
const json = async (client, path, type) => own(decode((await client.get(path, DOCUMENT))[0]), type, client.site, DOCUMENT);
const shared = (client, id, language, ...all) => [language, client.policy(id)?.binding_language, ...Object.keys(all[0])]
  .find((tag) => all.every((digests) => Object.hasOwn(digests, tag)));

const found = async (client, id, seq) => {
  const known = client.known(id, seq);
  if (known) return known;
  const { versions } = await json(client, id + "/versions.json", "policy-versions"), version = versions.find((x) => x.seq == seq);
  must(version, "missing", `${id} ${seq}`);
  shapedAll([version], "seq version digests");
  return version;
};

// Whatever goes wrong while a document is judged is a refusal with a reason.
const refusing = (read) => (...all) => read(...all).catch((error) => { throw named(error, "schema"); });

export const text = refusing(async (client, id, seq, language) => {
  const { version, digests } = await found(client, id, seq), tag = shared(client, id, language, digests);
  const [data] = await client.get(`${id}/${version}/${tag}.md`, TEXT);
  const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))].map((x) => x.toString(16).padStart(2, 0));
  must(digests[tag] == "sha256:" + hash.join(""), "digest", `${id} ${version}`);
  return { language: tag, digest: digests[tag], text: decode(data) };
});

export const changes = refusing(async (client, id, base_seq, target_seq, language) => {
  const old = await found(client, id, base_seq), fresh = await found(client, id, target_seq);
  const tag = shared(client, id, language, old.digests, fresh.digests);
  const step = await json(client, `${id}/changes/${old.version}...${fresh.version}/${tag}.json`, "policy-changes").catch(async () => {
    const { in_force, announced } = await json(client, `${id}/${old.version}/since/${tag}.json`, "policy-changes-since");
    return [...in_force, ...announced].find((x) => x.new.seq == target_seq);
  });
  must(step?.old.digest == old.digests[tag] && step.new.digest == fresh.digests[tag], "digest", `${id} ${old.version}...${fresh.version}`);
  return { ...step, language: tag };
});
