/**
 * What the entry points for React and Vue share: they render `<policy-prompt>` and start it.
 *
 * Invariants: a server renders the element without its content and without `manifest`, which is set in the browser after the
 * options and listeners, so that the element never asks before it has the user's records. All logic is in `prompt.js` and
 * `client.js`.
 */
import type { ClientOptions, PolicyClient, PublicKey, Receipt, Report } from "../client.js";
import type { Decision } from "../decide.js";

/** The attributes of the element in camelCase, and its properties. */
export interface PolicyProps {
  manifest: string;
  site?: string | undefined;
  keys?: PublicKey | { keys: readonly PublicKey[] } | string | undefined;
  app?: string | undefined;
  subject?: string | undefined;
  since?: string | undefined;
  audience?: string | readonly string[] | undefined;
  languages?: string | readonly string[] | undefined;
  receipts?: string | undefined;
  /** The URL of the user's records; `options.records` takes the records themselves. */
  records?: string | undefined;
  leaveOpen?: boolean | undefined;
  /** Further options. A change of their values, not of the object, resets the prompt. */
  options?: Partial<ClientOptions> | undefined;
  messages?: Readonly<Record<string, string>> | undefined;
}

/** The events, by name without `policy:`. */
export interface PolicyEvents {
  decision: CustomEvent<Decision>;
  receipt: CustomEvent<Receipt>;
  rejected: CustomEvent<Report>;
  rollback: CustomEvent<Report>;
  error: CustomEvent<Report>;
}

/** The attributes of the elements as written in HTML. */
export interface PolicyAttributes {
  manifest?: string | undefined;
  site?: string | undefined;
  keys?: string | undefined;
  app?: string | undefined;
  subject?: string | undefined;
  since?: string | undefined;
  audience?: string | undefined;
  languages?: string | undefined;
  receipts?: string | undefined;
  records?: string | undefined;
  "leave-open"?: boolean | "" | undefined;
}

/** Options of a client that is not part of an element. */
export type OwnOptions = Omit<ClientOptions, "target">;

/** What `usePolicies` returns, apart from the reactivity of the framework. */
export interface Policies {
  /** The client in use; undefined before the app has started in the browser, or if the page has no prompt. */
  client: PolicyClient | undefined;
  decision: Decision | undefined;
  /** Whether there is a decision from a manifest, or a problem prevented one. Until then the app knows nothing. */
  ready: boolean;
  /** `client.act`; throws before there is a client. */
  act: PolicyClient["act"];
  /** `client.dismiss`; throws before there is a client. */
  dismiss: PolicyClient["dismiss"];
}
