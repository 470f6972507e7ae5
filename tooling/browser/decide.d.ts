/**
 * What a subject owes under a manifest: the function of `inforce.acceptance` (Python), for browsers.
 *
 * `decide` is pure: it reads no clock, no storage and no network, changes nothing it is given, and gives the same answer
 * to the same question. Both are held to `/conformance/vectors.json`, and to each other on random questions.
 *
 * How `decide.js` goes about it, for it is written to be small:
 *
 * 1. *The question is read.* Instants are RFC 3339 with `T`, `Z` or a numeric offset, in the years 1000 to 9999, and
 *    become milliseconds; finer fractions are cut off. What cannot be read in `now`, `since`, `last_server_time`, or
 *    a deferral is thrown as an error: it is a mistake of the app. A record is stored data: one with a missing field or one
 *    of the wrong type is dropped and flagged `unreadable-record`.
 * 2. *The manifest is judged* (table A). Nothing in a manifest throws, and none that is missing, foreign, rolled back,
 *    expired or broken ever blocks. Broken is one whose instants, serial, lists or numbers of versions cannot be read: it
 *    is the same as none. More is not looked at here: a client checks what it fetched against the schema before it asks.
 * 3. *Each policy is judged* (table B). Its versions are split into those in force for this subject and those to come;
 *    the records that count become the highest yes (`have`) and the newest no; the rows of the table are the long
 *    conditional expression, top to bottom, `quiet` standing for its three last rows.
 * 4. *The worst policy gives the outcome.* Outcomes rank ok, notice, stale, prompt, block.
 * 5. *Languages* are looked up after RFC 4647, 3.4: the longest published tag that a wish begins with, subtag by subtag.
 *
 * Not done here: fetching or verifying a manifest, keeping state, showing anything (`client.js` and `prompt.js` do).
 */

/** What a user does with a policy. Only `accept` can block. */
export type ActOfPolicy = "acknowledge" | "accept" | "consent" | "none";

/** What a user once did about a version: three ways to say yes, three to say no. */
export type ActOfRecord = "accepted" | "acknowledged" | "consented" | "declined" | "refused" | "withdrawn";

/** The change level of a version: must be answered again, people are told, nothing is asked. */
export type Change = "material" | "notice" | "editorial";

export type Role = "client" | "server";

export type Flag =
  | "cancelled-version"
  | "digest-mismatch"
  | "early-record"
  | "future-record"
  | "manifest-behind"
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

/** A version as the manifest lists it. */
export interface VersionForm {
  seq: number;
  change: Change;
  effective_at: string;
  /** From when those apply it who joined at or after it. */
  effective_at_new?: string;
  /** Until then an older yes is honoured. Null: without end; absent: until `effective_at`. */
  enforce_at?: string | null;
  /** From when it may be announced; absent: not at all. */
  published_at?: string;
  /** Earlier versions whose binding text is the same. */
  same_as?: number[];
  /** By language. */
  digests?: Record<string, string>;
}

/** A policy as the manifest lists it. */
export interface PolicyForm {
  id: string;
  act: ActOfPolicy;
  versions: VersionForm[];
  languages?: string[];
  binding_language?: string;
  /** Whom it is for; absent or empty: everybody. */
  audience?: string[];
  /** Announced versions that never apply. */
  cancelled?: number[];
  /** After how long an answer is too old to stand. */
  reask_seconds?: number;
  withdrawn_at?: string;
}

/** The members of a manifest that bear on a decision; others are ignored. */
export interface ManifestForm {
  spec: string;
  serial: number;
  issued_at: string;
  expires_at: string;
  policies: PolicyForm[];
}

/** What a user once did about a version. */
export interface RecordForm {
  policy: string;
  seq: number;
  act: ActOfRecord;
  at: string;
  subject: string;
  language?: string | null;
  /** Compared with the published one of the same version and language. */
  digest?: string | null;
  /** The serial of the manifest it was made under. */
  serial?: number | null;
  /** The server's time of receipt: it replaces an `at` that lies ahead of the decision. */
  received_at?: string | null;
  /** Not yet confirmed by the server: counts on a client, not on a server. */
  pending?: boolean | null;
}

/** “Later”, said about one version. */
export interface DeferralForm {
  seq: number;
  until: string;
}

/** What the app has kept. */
export interface StateForm {
  records?: RecordForm[];
  /** By policy, the highest version whose notice was dismissed. */
  seen?: Record<string, number>;
  /** By policy. */
  deferred?: Record<string, DeferralForm>;
  last_serial?: number | null;
  last_server_time?: string | null;
}

/** Who is asked. */
export interface SubjectForm {
  /** Opaque. */
  id: string;
  /** Since when they are a user; absent: they join now. */
  since?: string | null;
  /** Other ids known to be theirs; of their records only the yeses count. */
  linked?: string[];
}

export interface Question {
  /** Null: none was ever obtained. */
  manifest: ManifestForm | null;
  now: string;
  subject: SubjectForm;
  state?: StateForm;
  /** Added to `now`. */
  clock_offset_seconds?: number;
  audience?: string[];
  /** Language ranges, best first. */
  languages?: string[];
  /** Absent: client. */
  role?: Role;
}

/** What is due about one policy. */
export interface PolicyDecision {
  id: string;
  outcome: Outcome;
  reason: Reason;
  /** The newest version in force for the subject, or with `upcoming` the newest announced one. */
  target_seq: number | null;
  /** The user's own version: the redline shown starts there. */
  base_seq: number | null;
  /** Until when an older yes is honoured, or with `upcoming` when the nearest announced version applies. */
  deadline: string | null;
  deferrable: boolean;
  /** The published language to show. */
  language: string | null;
  next_at: string | null;
  /** Sorted, each once. */
  flags: Flag[];
}

/** What is due in all. */
export interface Decision {
  outcome: Outcome;
  reason: Reason;
  /** The next instant at which this can change without new data, always later than `now`: set one timer. */
  next_at: string | null;
  /** Only under an expired manifest: the outcome if it were fresh, which `policies` then explain. */
  would_be?: Outcome;
  policies: PolicyDecision[];
}

/** Decide what the subject of `question` owes under its manifest, at its instant, given what they answered before. */
export function decide(question: Question): Decision;
