/** Texts and redlines, checked by digest before anybody sees them. */
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

/** Fetch the text of a version. Rejects with `reason` `digest` where it is another text than the manifest means. */
export function text(client: PolicyClient, policy: string, seq: number, language: string | null): Promise<Text>;

/** Fetch what changed between two versions. Rejects with `reason` `digest` where other texts are compared. */
export function changes(
  client: PolicyClient,
  policy: string,
  base_seq: number,
  target_seq: number,
  language: string | null,
): Promise<Changes>;
