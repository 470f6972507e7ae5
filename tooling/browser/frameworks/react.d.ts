/**
 * `<PolicyPrompt>` and `usePolicies` for React 18 and 19.
 *
 * The types also declare the elements `<policy-prompt>` and `<policy-choices>` for JSX.
 */
import type { DetailedHTMLProps, ForwardRefExoticComponent, HTMLAttributes, ReactNode, RefAttributes } from "react";
import type { PolicyChoices as PolicyChoicesElement } from "../choices.js";
import type { PolicyPrompt as PolicyPromptElement } from "../prompt.js";
import type { OwnOptions, Policies, PolicyAttributes, PolicyEvents, PolicyProps } from "./element.js";

export type { Policies, PolicyEvents } from "./element.js";

export interface PolicyPromptProps extends PolicyProps, Pick<HTMLAttributes<HTMLElement>, "className" | "id" | "style"> {
  onDecision?: ((event: PolicyEvents["decision"]) => void) | undefined;
  onReceipt?: ((event: PolicyEvents["receipt"]) => void) | undefined;
  onRejected?: ((event: PolicyEvents["rejected"]) => void) | undefined;
  onRollback?: ((event: PolicyEvents["rollback"]) => void) | undefined;
  onError?: ((event: PolicyEvents["error"]) => void) | undefined;
  /** Elements with `slot="open"`. */
  children?: ReactNode;
}

/** The prompt; a ref receives the element. */
export const PolicyPrompt: ForwardRefExoticComponent<PolicyPromptProps & RefAttributes<PolicyPromptElement>>;

/**
 * Return the state of the prompt on this page or, with `options`, of a client of its own, which stops when the component
 * unmounts. The result is the same object until it changes; `act` and `dismiss` never change.
 */
export function usePolicies(options?: OwnOptions): Policies;

type ElementProps<E extends HTMLElement> = DetailedHTMLProps<HTMLAttributes<E>, E> & PolicyAttributes & { class?: string | undefined };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "policy-prompt": ElementProps<PolicyPromptElement>;
      "policy-choices": ElementProps<PolicyChoicesElement>;
    }
  }
}
