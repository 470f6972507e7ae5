/**
 * Texts and redlines, each verified with a digest from the manifest.
 *
 * The manifest contains the digests of the versions it lists, and of the file with the digests of all other versions and
 * all redlines. With `keys`, a signature therefore covers all of them; unverified content is never returned. If a file is
 * missing or different, the client fetches the manifest again, once, and retries.
 */
import type { PolicyClient } from "./client.js";

export interface Text {
  /** The language of the text: the requested one or, if unavailable, the binding one. */
  language: string;
  digest: string;
  /** Canonical Markdown, exactly as published. */
  text: string;
}

export interface Run {
  op: "equal" | "insert" | "delete" | "move_from" | "move_to" | "reformat";
  text: string;
}

export interface Changes {
  language: string;
  old: { seq: number; version: string; digest: string };
  new: { seq: number; version: string; digest: string };
  /** The author's summary; empty for changes over several versions. */
  summary: { section: string | null; text: string }[];
  runs: Run[];
  clauses: { id: string; heading: string; state: string; inserted: number; deleted: number }[];
}

/** Fetch the text of a version; rejects with the reason `digest` if it does not match its digest. */
export function text(client: PolicyClient, policy: string, seq: number, language: string | null): Promise<Text>;

/** Fetch the redline between two versions; rejects with the reason `digest` if it does not match its digest. */
export function changes(
  client: PolicyClient,
  policy: string,
  base_seq: number,
  target_seq: number,
  language: string | null,
): Promise<Changes>;

/**
 * Fetch the change of each version after `base_seq` up to `target_seq`, newest first, without cancelled versions.
 *
 * Each is the redline from the version that was before it when it was published, which the author's summary describes.
 */
export function steps(
  client: PolicyClient,
  policy: string,
  base_seq: number,
  target_seq: number,
  language: string | null,
): Promise<Changes[]>;
