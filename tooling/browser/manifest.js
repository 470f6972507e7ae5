// See client.d.ts. Validation of a manifest.
import { decide, must, written } from "./decide.js";
import { parse } from "./strict_json.js";

// Patterns of the fields that `decide` does not validate and that are used in URLs, on the screen or in storage. They
// match the JSON text of the field; a name has the same meaning everywhere.
const TAG = '"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}"';
const some = (form) => `${form}(,${form})*`;
const FORMS = {
  "[1-9]\\d*": "poll_seconds reask_seconds amends",
  [`{(${some('"[1-9]\\d{0,14}":[1-9]\\d*')})?}`]: "amendments",
  [`\\[${some(TAG)}]`]: "languages",
  [TAG]: "binding_language",
  '\\[(".*")?]': "audience",
  [`{${some(TAG + ':"sha256:[0-9a-f]{64}"')}}`]: "digests",
  '"sha256:[0-9a-f]{64}"': "versions_digest",
  '"[a-z0-9][a-z0-9-]{0,62}"': "id",
  '"\\d{1,9}([.-]\\d{1,9}){0,7}"': "version",
  '"([A-Za-z0-9_~][A-Za-z0-9._~-]*/)+"': "page",
  '"(acknowledge|accept|consent|none)"': "act",
  '"(material|notice|editorial)"': "change",
};

export const shapedAll = (list, names) => {
  const required = names.split(" "), [key] = required;
  for (const form in FORMS) {
    const shape = RegExp(`^(${form})$`); // compiling it takes longer than matching it
    for (const name of FORMS[form].split(" ")) for (const x of list) {
      must(name in x ? shape.test(JSON.stringify(x[name])) : !required.includes(name), name, "schema");
    }
  }
  must(new Set(list.map((x) => x[key])).size == list.length, key, "schema");
};
export const own = (text, type, site, limit) => {
  const data = parse(text, limit);
  must(data?.type == type, data?.type, "not-a-manifest");
  must(/^1\.\d/.test(data.spec), data.spec, "unsupported-spec");
  must(data.site == site, data.site, "wrong-site");
  return data;
};
export const read = (text, site, path) => {
  const manifest = own(text, "policy-manifest", site);
  must(manifest.path == path, manifest.path, "wrong-path");
  must(decide({ manifest, now: written(0), subject: {} }).reason != "no-manifest"
    && manifest.serial == Date.parse(manifest.issued_at) / 1e3, "manifest", "schema");
  shapedAll([manifest], "poll_seconds");
  shapedAll(manifest.policies, "id act page languages binding_language");
  for (const { versions, amendments } of manifest.policies) {
    shapedAll(versions, "seq version change digests");
    const all = { ...amendments };
    must(versions.every(({ seq, amends }) => (all[seq] ??= amends) == amends)
      && Object.keys(all).every((seq) => !(all[seq] >= seq || all[all[seq]])), "amends", "schema");
  }
  return manifest;
};
