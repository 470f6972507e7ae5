"use client";
// See react.d.ts
import { createElement, forwardRef, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { ATTRIBUTES, EVENTS, START, attributes, calls, connect, observe, same } from "./element.js";

const handler = (name) => "on" + name[0].toUpperCase() + name.slice(1);
const OWN = [...ATTRIBUTES, ...EVENTS.map(handler), "options", "messages", "className"];

// Return the component of the element `tag`, called `name`.
export const component = (tag, name) => Object.assign(forwardRef((props, ref) => {
  const element = useRef(null), latest = useRef(props), { manifest, options, messages } = props;
  const rest = Object.fromEntries(Object.entries(props).filter(([name]) => !OWN.includes(name)));
  useImperativeHandle(ref, () => element.current, []);
  useEffect(() => { latest.current = props; });
  useEffect(() => connect(element.current, props, (name, event) => latest.current[handler(name)]?.(event)),
    [manifest, same(options, messages), options?.now]);
  return createElement(tag, { ...rest, ...attributes(props), class: props.className, ref: element });
}), { displayName: name });

export const PolicyPrompt = component("policy-prompt", "PolicyPrompt");

export const usePolicies = (options) => {
  const client = useRef(), [state, setState] = useState(START), [stable] = useState(() => calls(() => client.current));
  useEffect(() => observe(options, (next) => {
    client.current = next.client;
    setState(next);
  }), [same(options), options?.now]);
  return useMemo(() => ({ ...state, ...stable }), [state, stable]);
};
