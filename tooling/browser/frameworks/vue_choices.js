// See vue_choices.d.ts
import "../choices.js";
import { component } from "./vue.js";

export const PolicyChoices = component("policy-choices", "PolicyChoices");
