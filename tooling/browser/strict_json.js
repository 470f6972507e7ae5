// See client.d.ts. JSON read strictly: one text has one meaning in every language.

export const must = (fits, reason, message, wait = 0) => {
  if (!fits) throw Object.assign(Error(message), { reason, wait });
};
export const named = (error, reason) => error.reason ? error : Object.assign(error, { reason });

export const decode = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);

// Nothing behind the first quotation mark is required, so that an unfinished string is not read again from each mark in it.
const TOKENS = /("(?:[^"\\]+|\\.?)*"?)(\s*:)?|(-?\d[^\s,\]}]*)|[[\]{}]/g;

export const parse = (text, limit = 65536) => {
  try {
    must(text.length <= limit, "too-large");
    // JSON.parse judges the syntax; the walk over the tokens sees what it lets pass.
    const value = JSON.parse(text), open = [];
    for (const [token, string, member, number] of text.matchAll(TOKENS)) {
      const name = string && JSON.parse(string), names = open[0];
      if (string) encodeURIComponent(name); // throws for half a surrogate pair
      must(!number || Number.isSafeInteger(+number) && number == `${+number}`);
      must(!member || !names.has(name));
      if (member) names.add(name);
      if ("[{".includes(token)) must(open.unshift(new Set()) < 17);
      if ("]}".includes(token)) open.shift();
    }
    return value;
  } catch (error) {
    throw named(error, "not-json");
  }
};
