/**
 * `<policy-prompt>`: asks the user to accept the policies that require an answer, in a native dialog.
 *
 * Invariants: content consists of text nodes, so no text can run or load anything; Escape does not close a block; a policy
 * that cannot be shown need not be answered, because a broken site must not lock users out. The page `apps/browser` of
 * the documentation lists all attributes, events, parts, custom properties and messages.
 */
import type { ClientOptions, PolicyClient } from "./client.js";

/** The built-in English messages, by key. */
export const MESSAGES: Readonly<Record<string, string>>;

/** What `<policy-prompt>` and `<policy-choices>` share. */
export class PolicyElement extends HTMLElement {
  /** The current client; undefined if `manifest` is not set or the element is not in a document. */
  readonly client: PolicyClient | undefined;
  /** Options without an attribute, such as `headers`, `linked` and `now`; they override attributes. */
  set options(options: Partial<ClientOptions>);
  /** Replacements for messages, by key. */
  set messages(words: Record<string, string>);
}

export class PolicyPrompt extends PolicyElement {
  /** Show everything that is due or new, including postponed questions. */
  review(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "policy-prompt": PolicyPrompt;
  }
}
