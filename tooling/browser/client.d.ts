/**
 * The client of a policy site in the browser: decides what the user must accept, and stores and sends the answers.
 *
 * Invariants: a broken, stale, rolled back or missing manifest is reported; it never locks a user out, never counts as an
 * acceptance and never prevents an app from starting. Data that identifies a user is neither stored nor sent before the
 * user acts. Not responsible for: the user interface (see `prompt.js`).
 *
 * Implementation of `client.js`:
 *
 * 1. *Fetch.* `get` (`fetching.js`) sends no cookies, limits time and size, and rejects responses from another origin. The
 *    browser cache revalidates (`no-cache`), since a custom validator would cause a preflight request.
 * 2. *Validate*, in the order of the specification: content type, strict JSON (`strict_json.js`), signature
 *    (`verify.js`), type, specification, site, path and schema (`manifest.js`). Then `compare` rejects a lower serial,
 *    another manifest with the same serial, and a changed version.
 * 3. *Store* the state of each manifest (by site and path) and of each user (by site, app and subject) under versioned
 *    keys. Every change is a synchronous read and write that is broadcast to other tabs. If storage is blocked, the
 *    state is kept in memory.
 * 4. *Decide* (`decide.js`) at the start and after every change: `look`. A timer is set to the earliest of the next
 *    instant of the decision, the next poll and the next retry of a receipt.
 * 5. *Send* receipts one by one under a lock shared by all tabs; the id of a receipt makes repeated delivery idempotent.
 *    The record of an unsent receipt contains `pending`, the time of the next attempt (`due`), the last `pause` and the
 *    number of daily attempts (`days`), so that a receipt waits for its own time only, and on every page. A receipt that
 *    the app's server rejects permanently is deleted, and the user is asked again.
 * 6. *Claim* moves the state of a user under the lock for sending, so that no receipt is being sent meanwhile.
 * 7. *Time*: `time` is the instant of decisions and receipts. `fast_by` in the state of a manifest is how many milliseconds
 *    the device was ahead of the host, if that is more than a day.
 */
import type { ActOfRecord, Decision, ManifestForm, RecordForm } from "./decide.js";

/** A public key as a JWK: OKP/Ed25519 or EC/P-256. */
export interface PublicKey {
  kty: string;
  crv: string;
  x: string;
  y?: string;
}

/** The reason of a rejection. */
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

/** The record of an answer with the digest of the text, as sent to the app's server in JSON. */
export interface Receipt extends RecordForm {
  /** A UUID version 7 (RFC 9562), which is also sent as `Idempotency-Key`. */
  id: string;
  /** The label of the version. */
  version: string;
  language: string;
  digest: string;
  type: "policy-receipt";
  spec: "1.0";
  /** The version that the user had accepted before. */
  base_seq: number | null;
  serial: number;
  /** The digest of the bytes of the manifest; of its payload if it is signed. */
  manifest_digest: string;
  /** Who answered, if the app says so. */
  actor?: Actor;
  /** The id of the newest record of the user, of any policy, that this page knew. */
  after?: string;
  /** The time of the device; `at` is the corrected time. */
  device_at: string;
  /** The user interface. */
  surface: Surface & { build?: string; channel: "web" };
}

/** Who answers for the user, and by what right. */
export interface Actor {
  /** The app's reference to the person. */
  ref: string;
  capacity: "self" | "guardian" | "organisation" | "agent";
  authority?: string | undefined;
}

/** A description of what was shown. The client adds `build` (the integrity string of its file) and `channel`. */
export interface Surface {
  template?: string | undefined;
  /** `sha256:` and the digest of the canonical JSON (RFC 8785) of what was shown. */
  screen?: string | undefined;
  /** The label of the button. */
  label?: string | undefined;
  language?: string | undefined;
  /** The outcome of the decision for the policy. */
  outcome?: string | undefined;
  /** Whether the user opened the full text. */
  opened?: boolean | undefined;
}

/** The detail of the events `policy:rejected`, `policy:rollback` and `policy:error`. */
export interface Report {
  reason: RefusalReason;
  /** Details, such as a URL, a status or a field. */
  message: string;
  /** The rejected receipt, if any. */
  receipt?: Receipt;
}

export interface ClientOptions {
  /**
   * The URL of `policies.json` or `manifests/<name>.json`, or with `keys`, of its `.jws.json`; https, or http on
   * localhost. The `path` in the manifest must equal the path of this URL relative to the site.
   */
  manifest: string;
  /** The site in the manifest; default: the URL of `manifest` without the path of the manifest. */
  site?: string | undefined;
  /** If set, only manifests signed by one of these keys are accepted. */
  keys?: PublicKey[] | undefined;
  /** Separates the answers of several apps of one origin. */
  app?: string | undefined;
  /** The user, as an opaque id; empty: a user who has not signed in. */
  subject?: string | undefined;
  /** The instant at which the user joined; default: now. */
  since?: string | undefined;
  /** Other ids of the user, of which only positive answers count. */
  linked?: string[] | undefined;
  audience?: string[] | undefined;
  /** Language ranges in order of preference; default: `navigator.languages`. */
  languages?: readonly string[] | undefined;
  /** The URL to which receipts are sent with POST; without it, the app handles `policy:receipt`. */
  receipts?: string | undefined;
  /** Headers of requests to the app's server, such as a CSRF token. */
  headers?: Record<string, string> | undefined;
  /**
   * The user's records on the app's server, oldest first, or the URL of them in JSON. No decision is made before they have
   * arrived or failed.
   */
  records?: RecordForm[] | string | undefined;
  /** Who answers, if not the user alone. */
  actor?: Actor | undefined;
  /** The time limit of a request in seconds; default: 15. */
  seconds?: number | undefined;
  /** The clock in milliseconds; default: `Date.now`. */
  now?: (() => number) | undefined;
  /** The target of events. */
  target?: EventTarget | undefined;
}

export interface Shown {
  /** The language of the displayed text. */
  language?: string | undefined;
  surface?: Surface | undefined;
}

export interface PolicyClient {
  readonly site: string;
  /** The URL of `manifest` without the path of the manifest, under which texts are fetched. */
  readonly base: string;
  readonly languages: readonly string[];
  /** The last decision; undefined before `start`. */
  readonly decision: Decision | undefined;
  /** The last valid manifest; null if there has been none. */
  readonly manifest: ManifestForm | null;
  /** The user; for one who has not signed in, a random id that is stored when it is first needed. */
  readonly subject: string;
  /** The known records of the user: those of the app's server, then those stored here only. */
  readonly records: readonly RecordForm[];
  /** Whether the user has disabled notices; required questions are still asked. */
  quiet: boolean;
  /** Load the stored state, poll the site if due, and start making decisions. */
  start(): Promise<void>;
  stop(): void;
  /** Return the current decision, without an event. */
  check(): Decision;
  /** Poll the site if due; with `force`, also a minute after the last successful poll. */
  refresh(force?: boolean): Promise<void>;
  /** Send the receipts that are due after `pause` milliseconds, since another tab may be sending them. */
  flush(pause?: number): Promise<void>;
  /** Record an answer to the due version: `said`, or the positive act of the policy. A repeated answer has no effect. */
  act(policy: string, said?: ActOfRecord, shown?: Shown): Receipt;
  /** Dismiss a notice, which stores the highest of `untold_seqs`, or postpone a question for `seconds`; default: a day. */
  dismiss(policy: string, seconds?: number): void;
  /**
   * Move the answers, deferrals and dismissed notices of the user to `subject` and link the old id. Unsent receipts get the
   * new subject and a new id. If the client already has that subject, it moves those of a user who has not signed in.
   */
  claim(subject: string): Promise<void>;
  /** Erase everything stored for the user in this app. */
  forget(): void;
  /** Return a policy of the manifest. */
  policy(id: string): { id: string; act: string; page: string; languages: string[]; binding_language: string } | undefined;
  /** Fetch a file under `base` of at most `limit` bytes; errors have a `reason`. */
  get(path: string, limit: number, options?: RequestInit): Promise<[Uint8Array, Headers]>;
}

/** Create a client; TypeError if `manifest` is not an https URL, or if it is the URL of a signed manifest without `keys`. */
export function createClient(options: ClientOptions): PolicyClient;

declare global {
  interface GlobalEventHandlersEventMap {
    /** The decision has changed. If the event is cancelled, `<policy-prompt>` shows nothing and the app must. */
    "policy:decision": CustomEvent<Decision>;
    /** The user has answered. If the event is cancelled, the client does not send the receipt and the app must. */
    "policy:receipt": CustomEvent<Receipt>;
    /** The client rejected a manifest, or the app's server rejected a receipt. */
    "policy:rejected": CustomEvent<Report>;
    /** The site served an older manifest than before. */
    "policy:rollback": CustomEvent<Report>;
    /** A host returned an error, or an option of the app is invalid. */
    "policy:error": CustomEvent<Report>;
  }
}
