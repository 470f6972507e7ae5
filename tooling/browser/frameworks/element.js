// What the entry points for React and Vue share. See element.d.ts
import { createClient } from "../client.js";
import "../prompt.js";

export const EVENTS = ["decision", "receipt", "rejected", "rollback", "error"];
export const ATTRIBUTES = [
  "manifest", "site", "keys", "app", "subject", "since", "audience", "languages", "receipts", "records", "leaveOpen",
];
export const START = { client: undefined, decision: undefined, ready: false };

const written = (value) => {
  if (value === true) return "";
  if (Array.isArray(value)) return value.join(",");
  return value && typeof value == "object" ? JSON.stringify(value) : value || undefined;
};

// The element starts when it has a manifest, which `connect` sets last: a page rendered on a server may contain the
// element before the app has set its options and listens to its events.
export const attributes = (props) => Object.fromEntries(
  ATTRIBUTES.slice(1).map((name) => [name.replace("O", "-o"), written(props[name])]));

export const connect = (element, { manifest, options, messages }, hear) => {
  const life = new AbortController();
  for (const name of EVENTS) element.addEventListener("policy:" + name, (event) => {
    if (event.target == element) hear(name, event);
  }, life);
  Object.assign(element, { options, messages });
  element.setAttribute("manifest", manifest);
  return () => {
    life.abort();
    element.removeAttribute("manifest");
  };
};

export const observe = (options, change) => {
  const life = new AbortController(), target = options ? new EventTarget() : document;
  let client = options ? createClient({ ...options, target }) : document.querySelector("policy-prompt")?.client, failed = false;
  const look = (event) => {
    if (!options && event && event.target.localName != "policy-prompt") return;
    if (!options) client = event?.target.client ?? client;
    // A problem before the first decision is no reason to wait: it never blocks a user.
    failed ||= !!event && event.type != "policy:decision";
    const decision = client?.decision;
    change({ client, decision, ready: !!decision && (failed || decision.reason != "no-manifest") });
  };
  for (const name of EVENTS) if (name != "receipt") target.addEventListener("policy:" + name, look, life);
  look();
  if (options) client.start();
  return () => {
    life.abort();
    if (options) client.stop();
  };
};

// `current` returns the client in use.
export const calls = (current) => {
  const call = (name) => (...values) => {
    const client = current();
    if (!client) throw Error("There is no client yet: wait until ready is true.");
    return client[name](...values);
  };
  return { act: call("act"), dismiss: call("dismiss") };
};

// Options are compared by value, since apps create them again at each rendering.
export const same = (...values) => JSON.stringify(values);
