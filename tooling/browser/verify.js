// See client.d.ts
import { decode, must, parse } from "./strict_json.js";

const WAYS = { Ed25519: { name: "Ed25519" }, ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } };
const encode = (text) => new TextEncoder().encode(text);
const base = (data) => btoa(String.fromCharCode(...new Uint8Array(data)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const unbase = (text) => {
  const data = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (x) => x.charCodeAt());
  // `atob` ignores padding, spaces and trailing bits, but only the canonical spelling is valid.
  must(base(data) === text);
  return data;
};

const one = async ({ crv, kty, x, y }) => {
  // RFC 7638: the thumbprint is computed over these fields in this order; absent ones are omitted.
  const jwk = { crv, kty, x, y }, alg = crv == "P-256" ? "ES256" : crv;
  const kid = base(await crypto.subtle.digest("SHA-256", encode(JSON.stringify(jwk))));
  const key = await crypto.subtle.importKey("jwk", jwk, WAYS[alg], false, ["verify"]);
  return { alg, key, kid };
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
        await crypto.subtle.verify(WAYS[alg], key.key, unbase(signature), encode(`${head}.${payload}`));
      must(sound);
      signers.push(kid);
    }
  } catch { sound = false; }
  must(sound && typeof payload == "string", "signature", "no known key");
  return [payload, signers];
};
