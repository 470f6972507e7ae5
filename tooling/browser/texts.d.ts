/**
 * Texts and redlines, each proven from the manifest by its digest.
 *
 * The manifest proves the versions it lists, and the file of digests that it names proves all others and every redline. So
 * with `keys` a signature covers them all; nothing here returns what is not proven. Where a file is missing or another
 * one, the client asks for a newer manifest once, and tries again with that.
 */
import type { PolicyClient } from "./client.js";

export interface Text {
  /** The language it is in: the one asked for, or else the binding one. */
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
  /** The author's words; empty over several versions. */
  summary: { section: string | null; text: string }[];
  runs: Run[];
  clauses: { id: string; heading: string; state: string; inserted: number; deleted: number }[];
}

/** Fetch the text of a version. Rejects with `reason` `digest` where it is another text than the manifest proves. */
export function text(client: PolicyClient, policy: string, seq: number, language: string | null): Promise<Text>;

/** Fetch what changed between two versions. Rejects with `reason` `digest` where it is another redline than the manifest proves. */
export function changes(
  client: PolicyClient,
  policy: string,
  base_seq: number,
  target_seq: number,
  language: string | null,
): Promise<Changes>;
