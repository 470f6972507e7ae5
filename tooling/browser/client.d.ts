/**
 * The client of a policy site in the browser: what an app needs to know what its user owes, and to keep what they answer.
 *
 * Keeps true: a broken, stale, rolled back or missing manifest is noticed and reported, and never locks anybody out,
 * never stands for an acceptance, never keeps an app from starting. Nothing that tells one person from another is stored
 * or sent before that person does something. Shows nothing (`prompt.js` does).
 *
 * How `client.js` goes about it:
 *
 * 1. *It asks.* `get` (`fetching.js`) fetches without cookies, within one deadline and one size, and refuses what comes
 *    from another origin. The browser's own cache revalidates (`no-cache`); no validator of ours asks for a preflight.
 * 2. *It judges*, in the order of the specification: content type, strict JSON (`strict_json.js`), signature
 *    (`verify.js`), type, specification, site, path and form (`manifest.js`), then what it knows: `compare` refuses a
 *    lower serial, another manifest of the same serial, and a version that is not what it was.
 * 3. *It keeps* one memory per manifest (site and path) and one state per site, app and subject, under versioned keys.
 *    Every change reads what is there, writes in the same breath, and tells the other tabs. Where storage is blocked, memory stands in.
 * 4. *It decides* (`decide.js`), now and whenever something changes: `look`. One timer waits for whatever comes first,
 *    the next instant of the decision, the next question to the site, the next try of a receipt.
 * 5. *It sends* receipts one after the other under a lock that all tabs share; the id of a receipt makes a second
 *    delivery harmless. What the app's server refuses for good is dropped, and asked again.
 */
import type { ActOfRecord, Decision, ManifestForm, RecordForm } from "./decide.js";

/** A public key as a JWK: OKP/Ed25519 or EC/P-256. */
export interface PublicKey {
  kty: string;
  crv: string;
  x: string;
  y?: string;
}

/** Why something was not taken. */
export type RefusalReason =
  | "unreachable"
  | "timeout"
  | "redirect"
  | "too-large"
  | "missing"
  | "busy"
  | "refused"
  | "status"
  | "content-type"
  | "not-json"
  | "signature"
  | "not-a-manifest"
  | "unsupported-spec"
  | "wrong-site"
  | "wrong-path"
  | "schema"
  | "rollback"
  | "equivocation"
  | "issued-in-future"
  | "changed-version"
  | "digest"
  | "unproven"
  | "question";

/** What an answer was, with the exact text it was about. Written as JSON it is what the app's server gets. */
export interface Receipt extends RecordForm {
  /** A UUID of version 7 (RFC 9562), sent as `Idempotency-Key` too. */
  id: string;
  /** The label of the version. */
  version: string;
  language: string;
  digest: string;
  /** The user's own version before. */
  base_seq: number | null;
  serial: number;
  /** What the screen was. */
  surface?: unknown;
}

/** What the events `policy:rejected`, `policy:rollback` and `policy:error` say. */
export interface Report {
  reason: RefusalReason;
  /** The evidence: an address, a status, a name. */
  message: string;
  /** With a receipt that was not taken. */
  receipt?: Receipt;
}

export interface ClientOptions {
  /**
   * The address of `policies.json` or `manifests/<name>.json`, with `keys` that of its `.jws.json`; https, or http on
   * this machine. The manifest must carry the path that this address has below the site.
   */
  manifest: string;
  /** The site the manifest has to be of; absent: the address of `manifest` without the path of the manifest. */
  site?: string;
  /** Given, only what one of them signed is believed. */
  keys?: PublicKey[];
  /** Keeps the answers given to several apps of one origin apart. */
  app?: string;
  /** Who is asked, as an opaque reference; empty: a user who has not signed in. */
  subject?: string;
  /** Since when they are a user; absent: they join now. */
  since?: string;
  /** Other references of theirs, of which only the yeses count. */
  linked?: string[];
  audience?: string[];
  /** Language ranges, best first; `navigator.languages` where not said. */
  languages?: readonly string[];
  /** Where receipts are sent, as POST; absent: the app listens to `policy:receipt`. */
  receipts?: string;
  /** Sent with receipts, such as a token against forged requests. */
  headers?: Record<string, string>;
  /** What the app's server knows of the subject's answers. */
  records?: RecordForm[];
  /** How long one fetch may take: 15. */
  seconds?: number;
  /** The time in milliseconds. */
  now?: () => number;
  /** Where events are dispatched. */
  target?: EventTarget;
}

export interface Shown {
  /** The language that was shown. */
  language?: string;
  surface?: unknown;
}

export interface PolicyClient {
  readonly site: string;
  /** The address of `manifest` without the path of the manifest; texts are fetched below it. */
  readonly base: string;
  readonly languages: readonly string[];
  /** The last decision; undefined before `start`. */
  readonly decision: Decision | undefined;
  /** The last good manifest; null while none was ever obtained. */
  readonly manifest: ManifestForm | null;
  /** Whether the user wants no notices. What has to be answered is asked all the same. */
  quiet: boolean;
  /** Begin: look at what is kept, ask the site where it is time, and decide from now on. */
  start(): Promise<void>;
  stop(): void;
  /** Decide now; no event. */
  check(): Decision;
  /** Ask the site where it is time. With `force` it is time a minute after the last good answer. */
  refresh(force?: boolean): Promise<void>;
  /** Send what waits to be sent, after `pause` milliseconds in which another tab may turn out to have done so. */
  flush(pause?: number): Promise<void>;
  /** Record an answer about the version due: `said`, or yes in the word of the policy. The same answer twice is one. */
  act(policy: string, said?: ActOfRecord, shown?: Shown): Receipt;
  /** A notice was read, or a question put off for `seconds` (a day). */
  dismiss(policy: string, seconds?: number): void;
  /** A policy as the manifest lists it. */
  policy(id: string): { id: string; act: string; page: string; languages: string[]; binding_language: string } | undefined;
  /** Fetch a file below `base` of at most `limit` bytes; rejects with an error that has a `reason`. */
  get(path: string, limit: number, options?: RequestInit): Promise<[Uint8Array, Headers]>;
}

/** Make a client; TypeError where `manifest` is no https address. */
export function createClient(options: ClientOptions): PolicyClient;

declare global {
  interface GlobalEventHandlersEventMap {
    /** What is due has changed. Cancelled, `<policy-prompt>` shows nothing: the app does. */
    "policy:decision": CustomEvent<Decision>;
    /** The user answered. Cancelled, the client does not send the receipt: the app does. */
    "policy:receipt": CustomEvent<Receipt>;
    /** Something was not believed: a manifest, or by the app's server a receipt. */
    "policy:rejected": CustomEvent<Report>;
    /** The site offered an older manifest than one that was seen. */
    "policy:rollback": CustomEvent<Report>;
    /** A host did not answer as it should, or the app asked with something that cannot be read. */
    "policy:error": CustomEvent<Report>;
  }
}
