/** `<PolicyChoices>`, the settings of all answers, for React 18 and 19; it has the props of `<PolicyPrompt>`. */
import type { ForwardRefExoticComponent, RefAttributes } from "react";
import type { PolicyChoices as PolicyChoicesElement } from "../choices.js";
import type { PolicyPromptProps } from "./react.js";

export const PolicyChoices: ForwardRefExoticComponent<PolicyPromptProps & RefAttributes<PolicyChoicesElement>>;
