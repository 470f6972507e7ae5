/** `<PolicyChoices>`, the settings of all answers, for Vue; it has the props and events of `<PolicyPrompt>`. */
import type { PolicyChoices as PolicyChoicesElement } from "../choices.js";
import type { PolicyPrompt } from "./vue.js";

export const PolicyChoices: new () => Omit<InstanceType<typeof PolicyPrompt>, "element"> & { element: PolicyChoicesElement | undefined };
