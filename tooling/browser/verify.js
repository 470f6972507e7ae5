// See client.d.ts
import { decode, must, parse } from "./strict_json.js";

const WAYS = { Ed25519: { name: "Ed25519" }, ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } };
const encode = (text) => new TextEncoder().encode(text);
const unbase = (text) => must(/^[\w-]+$/.test(text)) ?? Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (x) => x.charCodeAt());

const imported = async ({ crv, kty, x, y }) => {
  // The thumbprint of RFC 7638 is of these members in this order; one that is not there is not written.
  const jwk = { crv, kty, x, y }, alg = crv == "P-256" ? "ES256" : crv;
  const kid = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", encode(JSON.stringify(jwk))))));
  const key = await crypto.subtle.importKey("jwk", jwk, WAYS[alg], false, ["verify"]);
  return { alg, key, kid: kid.replace(/\+/g, "-").replace(/\//g, "_").replace("=", "") };
};

export const verify = async (body, jwks) => {
  const { payload, signatures } = parse(body);
  let sound;
  try {
    // A platform that lacks an algorithm does without that key.
    const keys = (await Promise.allSettled(jwks.map(imported))).map((x) => x.value);
    for (const { protected: head, signature } of signatures) {
      const { kid, alg, typ, b64, crit } = parse(decode(unbase(head))), key = keys.find((x) => x?.kid === kid);
      if (!key) continue;
      sound = alg === key.alg && typ === "policy-manifest+jws" && b64 === false && JSON.stringify(crit) == '["b64"]' &&
        await crypto.subtle.verify(WAYS[alg], key.key, unbase(signature), encode(`${head}.${payload}`));
      if (!sound) break;
    }
  } catch { sound = false; }
  must(sound && typeof payload == "string", "signature", "no known key");
  return payload;
};
