// See client.d.ts. Strict JSON, which every parser reads equally.

import { must } from "./decide.js";

export const decode = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);

// The closing quotation mark is optional: otherwise an unterminated string would take quadratic time.
const TOKENS = /("(?:[^"\\]+|\\.?)*"?)(\s*:)?|(-?\d[^\s,\]}]*)|[[\]{}]/g;

export const parse = (text, limit = 65536) => {
  try {
    must(text.length <= limit, text.length, "too-large");
    // JSON.parse checks the syntax; the loop rejects duplicate keys, unsafe numbers and deep nesting.
    const value = JSON.parse(text), open = [];
    for (const [token, string, member, number] of text.matchAll(TOKENS)) {
      const name = string && JSON.parse(string), names = open[0];
      if (string) encodeURIComponent(name); // throws for a lone surrogate
      must(!number || Number.isSafeInteger(+number) && number == `${+number}`);
      must(!member || !names.has(name));
      if (member) names.add(name);
      if ("[{".includes(token)) must(open.unshift(new Set()) < 17);
      if ("]}".includes(token)) open.shift();
    }
    return value;
  } catch (error) {
    error.reason ??= "not-json";
    throw error;
  }
};
