import { PolicyPrompt, usePolicies, type PolicyEvents } from "@inforce-policies/browser/vue";
import { h, ref } from "vue";

const subject = ref<string>(), prompt = ref<InstanceType<typeof PolicyPrompt>>();
const { act, decision } = usePolicies(() => ({ manifest: "/policies.json", subject: subject.value }));
export const review = (): void => { prompt.value?.element?.review(); act("terms", decision.value ? "accepted" : "declined"); };
export const onReceipt = (event: PolicyEvents["receipt"]): string => event.detail.id;
export const shown = h(PolicyPrompt, { manifest: "/policies.json", subject: subject.value, onReceipt, leaveOpen: true });
// @ts-expect-error: a prompt needs a manifest
export const missing = h(PolicyPrompt, { subject: "u" });
// @ts-expect-error: an act is one of six words
act("terms", "agreed");
