/**
 * `<policy-choices>`: lists every policy with the user's answer, and lets the user change it; for a settings page.
 *
 * Invariants: content consists of text nodes; a consent is withdrawn in as few clicks as it is given; an answer that could
 * not be sent is marked. The module imports `./prompt.js`, so both elements share the client and the style. The page
 * `apps/browser` of the documentation lists all slots, parts and messages.
 */
import { PolicyElement } from "./prompt.js";

/** The built-in English messages of this element, by key. */
export const MESSAGES: Readonly<Record<string, string>>;

export class PolicyChoices extends PolicyElement {}

declare global {
  interface HTMLElementTagNameMap {
    "policy-choices": PolicyChoices;
  }
}
