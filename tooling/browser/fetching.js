// See client.d.ts. All requests, with limits on size and time.
import { must, named } from "./strict_json.js";

export const DAY = 86400;

const REASONS = {
  400: "refused", 404: "missing", 409: "refused", 410: "missing", 413: "refused", 422: "refused", 429: "busy", 503: "busy",
};

export const get = async (url, limit, patience, options) => {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(named(Error(url), "timeout")), patience * 1e3);
  try {
    const response = await fetch(url, {
      credentials: "omit", referrerPolicy: "no-referrer", signal: stop.signal, ...options,
    });
    const { status, headers, body } = response, wait = headers.get("retry-after"), reader = body?.getReader();
    const data = new Uint8Array(limit);
    let size = 0, part;
    must(new URL(response.url).origin == new URL(url).origin, "redirect", response.url);
    // Retry-After (RFC 9110, 10.2.3) is a number of seconds or a date.
    must(response.ok, REASONS[status] ?? "status", `${status} ${url}`,
      Math.min(+wait || (Date.parse(wait) - Date.now()) / 1e3 || 0, DAY));
    while (reader && !(part = await reader.read()).done) {
      must(size + part.value.length <= limit, "too-large", url);
      data.set(part.value, size);
      size += part.value.length;
    }
    return [data.subarray(0, size), headers];
  } catch (error) {
    throw named(error, "unreachable");
  } finally {
    clearTimeout(late);
    stop.abort();
  }
};
