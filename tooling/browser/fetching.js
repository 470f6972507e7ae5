// See client.d.ts. All requests, with limits on size and time.
import { min, must } from "./decide.js";

const REASONS = { 404: "missing", 410: "missing", 429: "busy", 503: "busy" };

export const get = async (url, limit, patience, options) => {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(Object.assign(Error(url), { reason: "timeout" })), patience * 1e3);
  let status;
  try {
    const response = await fetch(url, {
      credentials: "omit", referrerPolicy: "no-referrer", signal: stop.signal, ...options,
    });
    const { headers, body } = response, wait = headers.get("retry-after"), reader = body?.getReader();
    const data = new Uint8Array(limit);
    let size = 0, part;
    must(new URL(response.url).origin == new URL(url).origin, response.url, "redirect");
    status = response.status;
    // Retry-After (RFC 9110, 10.2.3) is a number of seconds or a date.
    must(response.ok, `${status} ${url}`, REASONS[status] ?? "status",
      min(+wait || (Date.parse(wait) - Date.now()) / 1e3 || 0, 86400));
    while (reader && !(part = await reader.read()).done) {
      must(size + part.value.length <= limit, url, "too-large");
      data.set(part.value, size);
      size += part.value.length;
    }
    return [data.subarray(0, size), headers];
  } catch (error) {
    error.reason ??= "unreachable";
    error.status = status;
    throw error;
  } finally {
    clearTimeout(late);
    stop.abort();
  }
};
