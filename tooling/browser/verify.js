// See client.d.ts
import { must } from "./decide.js";
import { decode, parse } from "./strict_json.js";

export const encode = (text) => new TextEncoder().encode(text);
export const hash = async (bits, data) => new Uint8Array(await crypto.subtle.digest("SHA-" + bits, data));
export const sha256 = async (data) =>
  "sha256:" + [...await hash(256, data)].map((x) => x.toString(16).padStart(2, 0)).join("");
export const base64 = (data) => btoa(String.fromCharCode(...data));
const base = (data) => base64(data).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const unbase = (text) => {
  const data = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (x) => x.charCodeAt());
  // `atob` ignores padding, spaces and trailing bits, but only the canonical spelling is valid.
  must(base(data) === text);
  return data;
};

const one = async ({ crv, kty, x, y }) => {
  // RFC 7638: the thumbprint is computed over these fields in this order; absent ones are omitted.
  const jwk = { crv, kty, x, y }, es = crv == "P-256", way = { name: es ? "ECDSA" : crv, namedCurve: crv, hash: "SHA-256" };
  const kid = base(await hash(256, encode(JSON.stringify(jwk))));
  const key = await crypto.subtle.importKey("jwk", jwk, way, false, ["verify"]);
  return { alg: es ? "ES256" : crv, key, kid, way };
};

// Keys with an algorithm that the platform does not support are ignored.
export const imported = async (jwks) => (await Promise.allSettled([jwks].flat().map(one))).flatMap((x) => x.value ?? []);

// Return the payload and the ids of the keys that signed it.
export const verify = async (body, keys) => {
  const { payload, signatures } = parse(body) ?? {}, signers = [];
  let sound;
  try {
    for (const { protected: head, signature } of signatures) {
      const { kid, alg, typ, b64, crit } = parse(decode(unbase(head))), key = keys.find((x) => x.kid === kid);
      if (!key) continue;
      sound = alg === key.alg && typ === "policy-manifest+jws" && b64 === false && JSON.stringify(crit) == '["b64"]' &&
        await crypto.subtle.verify(key.way, key.key, unbase(signature), encode(`${head}.${payload}`));
      must(sound);
      signers.push(kid);
    }
  } catch { sound = false; }
  must(sound && typeof payload == "string", "key", "signature");
  return [payload, signers];
};
