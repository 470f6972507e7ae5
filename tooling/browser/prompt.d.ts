/**
 * `<policy-prompt>`: asks a user what a policy site says they owe, in a dialog of the browser's own.
 *
 * Keeps true: what is shown is built of text nodes, so no text can run or load anything; Escape never passes a block;
 * what cannot be read need not be answered, because a broken site must not lock users out. The page `apps/browser` of the
 * documentation lists every attribute, event, part, custom property and message.
 */
import type { ClientOptions, PolicyClient } from "./client.js";

/** English, which is built in, by message. */
export const MESSAGES: Readonly<Record<string, string>>;

export class PolicyPrompt extends HTMLElement {
  /** The client at work; undefined while there is no `manifest` or the element is not in a page. */
  readonly client: PolicyClient | undefined;
  /** What no attribute says, or instead of it: `headers`, `records`, `linked`, `now` and the like. */
  set options(options: Partial<ClientOptions>);
  /** Other words, by message. */
  set messages(words: Record<string, string>);
  /** Show everything that is due or new, put off or not. */
  review(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "policy-prompt": PolicyPrompt;
  }
}
