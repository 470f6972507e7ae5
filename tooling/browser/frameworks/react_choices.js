"use client";
// See react_choices.d.ts
import "../choices.js";
import { component } from "./react.js";

export const PolicyChoices = component("policy-choices", "PolicyChoices");
