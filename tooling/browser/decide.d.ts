/**
 * The decision function for browsers, equivalent to `inforce.acceptance` in Python.
 *
 * `decide` is pure: it reads no clock, storage or network, does not modify its argument, and is deterministic. Both
 * implementations are tested with `/conformance/vectors.json`, and compared with each other on random questions.
 *
 * Implementation of `decide.js`, which is optimised for size:
 *
 * 1. *Parse the question.* Instants are RFC 3339 with `T`, and `Z` or a numeric offset, in the years 1000 to 9999; they
 *    are converted to milliseconds, and finer fractions are dropped. An invalid value in `now`, `since`,
 *    `last_server_time` or a deferral is an error of the app, and `decide` throws. Records are stored data: one with a
 *    missing field or a field of the wrong type is dropped, with the flag `unreadable-record`.
 * 2. *Evaluate the manifest* (table A). No manifest causes an exception, and one that is missing, foreign, rolled back,
 *    expired or broken never blocks. It is broken, which is equivalent to missing, if its instants, serial, lists or
 *    version numbers are invalid. Other fields are not checked, since clients validate the manifest against the schema.
 * 3. *Evaluate each policy* (table B). Its versions, ordered by place, are either in force for this user or upcoming; a
 *    record is dropped with a flag or becomes an answer; the answers are reduced to the accepted version with the last
 *    place (`have`) and the newest negative answer; the rows of the table are the long
 *    conditional expression in order, with `quiet` for its last three rows.
 * 4. *Select the worst outcome* of all policies, in the order ok, notice, stale, prompt, block.
 * 5. *Match languages* according to RFC 4647, 3.4: the longest published tag that is a prefix of a range, by subtags.
 *
 * Not responsible for: fetching or verifying a manifest, storing state, and the user interface (see `client.js` and
 * `prompt.js`).
 */

/** The act that a policy requires. Only `accept` can block. */
export type ActOfPolicy = "acknowledge" | "accept" | "consent" | "none";

/** The act of a user: three positive and three negative ones. */
export type ActOfRecord = "accepted" | "acknowledged" | "consented" | "declined" | "refused" | "withdrawn";

/** The change level of a version: users must accept again, are informed, or neither. */
export type Change = "material" | "notice" | "editorial";

export type Role = "client" | "server";

export type Flag =
  | "cancelled-version"
  | "digest-mismatch"
  | "early-record"
  | "future-record"
  | "manifest-behind"
  | "other-act"
  | "unknown-version"
  | "unreadable-record";

export type Outcome = "ok" | "notice" | "stale" | "prompt" | "block";

export type Reason =
  | "no-manifest"
  | "unsupported-spec"
  | "rollback"
  | "expired"
  | "not-applicable"
  | "policy-withdrawn"
  | "upcoming"
  | "not-yet-effective"
  | "refused"
  | "declined"
  | "first-time"
  | "reaccept"
  | "deferred"
  | "changed"
  | "current"
  | "manifest-behind";

/** A version in the manifest. */
export interface VersionForm {
  seq: number;
  change: Change;
  effective_at: string;
  /** The effective date for users who join at or after it. */
  effective_at_new?: string;
  /** The end of the period in which an older acceptance suffices. Null: no limit; default: `effective_at`. */
  enforce_at?: string | null;
  /** The time of publication; a version without it is not announced. */
  published_at?: string;
  /** Earlier versions with the same binding text. */
  same_as?: number[];
  /** The number of the version that it amends. */
  amends?: number;
  /** The act that it requires; default: that of the policy. */
  act?: ActOfPolicy;
  /** The digests of the texts, by language. */
  digests?: Record<string, string>;
}

/** A policy in the manifest. */
export interface PolicyForm {
  id: string;
  act: ActOfPolicy;
  versions: VersionForm[];
  languages?: string[];
  binding_language?: string;
  /** The tags of its audience; absent or empty: all users. */
  audience?: string[];
  /** Cancelled versions. */
  cancelled?: number[];
  /** By the number of an amendment, listed or not, the number of the version that it amends. */
  amendments?: Record<string, number>;
  /** The time in seconds after which an answer expires. */
  reask_seconds?: number;
  withdrawn_at?: string;
}

/** The fields of a manifest that affect decisions; others are ignored. */
export interface ManifestForm {
  spec: string;
  serial: number;
  issued_at: string;
  expires_at: string;
  policies: PolicyForm[];
}

/** A recorded act of a user. */
export interface RecordForm {
  policy: string;
  seq: number;
  act: ActOfRecord;
  at: string;
  subject: string;
  language?: string | null;
  /** Compared with the published digest of the same version and language. */
  digest?: string | null;
  /** The serial of the manifest at the time of the act. */
  serial?: number | null;
  /** The server's time of receipt, which replaces an `at` later than the decision. */
  received_at?: string | null;
  /** Whether the server has not confirmed it yet; such a record counts on a client only. */
  pending?: boolean | null;
  /** A unique id. */
  id?: string | null;
  /** Its number in the server's order, which takes precedence over `received_at`. */
  n?: number | null;
  /** The `id` of the newest record of the user, of any policy, that was known when this one was made. */
  after?: string | null;
}

/** The user's choice to postpone the question about a version. */
export interface DeferralForm {
  seq: number;
  until: string;
}

/** The state stored by the app. */
export interface StateForm {
  records?: RecordForm[] | undefined;
  /** The highest number of the versions of which the user was told, by policy. */
  seen?: Record<string, number> | undefined;
  /** The deferral of each policy. */
  deferred?: Record<string, DeferralForm> | undefined;
  last_serial?: number | null | undefined;
  last_server_time?: string | null | undefined;
}

/** The user whom the decision concerns. */
export interface SubjectForm {
  /** An opaque id. */
  id: string;
  /** The instant at which the user joined; default: now. */
  since?: string | null | undefined;
  /** Other ids of the user; of their records, only positive acts count. */
  linked?: string[] | undefined;
}

export interface Question {
  /** The last valid manifest; null if there has been none. */
  manifest: ManifestForm | null;
  now: string;
  subject: SubjectForm;
  state?: StateForm | undefined;
  /** The number of seconds added to `now`. */
  clock_offset_seconds?: number | undefined;
  audience?: string[] | undefined;
  /** Language ranges in order of preference. */
  languages?: string[] | undefined;
  /** On a server, only confirmed records count; default: client. */
  role?: Role | undefined;
}

/** The decision about one policy. */
export interface PolicyDecision {
  id: string;
  /** The act that the version in force requires; if none is in force, that of the policy. */
  act: ActOfPolicy;
  outcome: Outcome;
  reason: Reason;
  /** The version in force for the user, or, if the reason is `upcoming`, the newest amendment of the last announced one. */
  target_seq: number | null;
  /** The version that the user accepted, from which the redline starts. */
  base_seq: number | null;
  /** The versions in force or announced, `material` or `notice`, of which the user was not told; a notice lists all. */
  untold_seqs: number[];
  /** The end of the period in which an older acceptance suffices; with `upcoming`, the next effective date. */
  deadline: string | null;
  deferrable: boolean;
  /** The published language to display. */
  language: string | null;
  next_at: string | null;
  /** Problems of the user's records, sorted, without duplicates. */
  flags: Flag[];
}

/** The overall decision. */
export interface Decision {
  outcome: Outcome;
  reason: Reason;
  /** The next instant at which the decision can change without new data, always later than `now`. */
  next_at: string | null;
  /** Only for an expired manifest: the outcome if it were valid, as in `policies`. */
  would_be?: Outcome;
  policies: PolicyDecision[];
}

/** Return the decision for the user, manifest, instant and records in `question`. */
export function decide(question: Question): Decision;
