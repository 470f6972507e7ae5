/** `<PolicyPrompt>` and `usePolicies` for Vue 3.3 and later. */
import type { AllowedComponentProps, ComponentCustomProps, ComputedRef, MaybeRefOrGetter, VNode, VNodeProps } from "vue";
import type { PolicyPrompt as PolicyPromptElement } from "../prompt.js";
import type { OwnOptions, Policies, PolicyEvents, PolicyProps } from "./element.js";

export type { PolicyEvents } from "./element.js";

export interface PolicyPromptProps extends PolicyProps {
  onDecision?: ((event: PolicyEvents["decision"]) => void) | undefined;
  onReceipt?: ((event: PolicyEvents["receipt"]) => void) | undefined;
  onRejected?: ((event: PolicyEvents["rejected"]) => void) | undefined;
  onRollback?: ((event: PolicyEvents["rollback"]) => void) | undefined;
  onError?: ((event: PolicyEvents["error"]) => void) | undefined;
}

/** The prompt. A template ref receives an object whose `element` is the element. */
export const PolicyPrompt: new () => {
  $props: AllowedComponentProps & ComponentCustomProps & VNodeProps & PolicyPromptProps;
  $slots: { default?(): VNode[] };
  $emit: <Name extends keyof PolicyEvents>(name: Name, event: PolicyEvents[Name]) => void;
  /** The element; undefined before the component is mounted. */
  element: PolicyPromptElement | undefined;
};

/**
 * Return the state of the prompt on this page or, with `options`, of a client of its own, which stops when the component
 * unmounts.
 */
export function usePolicies(options?: MaybeRefOrGetter<OwnOptions | undefined>): {
  [Name in "client" | "decision" | "ready"]: ComputedRef<Policies[Name]>;
} & Pick<Policies, "act" | "dismiss">;
