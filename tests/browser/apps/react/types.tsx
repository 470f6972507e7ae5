import { PolicyPrompt, usePolicies } from "@inforce-policies/browser/react";
import type { PolicyPrompt as Element } from "@inforce-policies/browser";
import { useRef } from "react";

const subject = undefined as string | undefined;
export function App() {
  const prompt = useRef<Element>(null), { act } = usePolicies({ manifest: "/policies.json", subject });
  const review = (): void => { prompt.current?.review(); act("terms"); };
  return (
    <>
      <PolicyPrompt ref={prompt} manifest="/policies.json" subject={subject} audience={["eu"]} keys={{ kty: "OKP", crv: "Ed25519", x: "…" }}
                    options={{ subject, headers: { "x-csrf": "1" } }} className="prompt" leaveOpen />
      <policy-prompt manifest="/policies.json" keys="{}" leave-open="" onClick={review}><a slot="open" href="/">Home</a></policy-prompt>
      <policy-choices manifest="/policies.json" subject={subject} />
      {/* @ts-expect-error: a prompt needs a manifest */}
      <PolicyPrompt />
      {/* @ts-expect-error: an attribute of the element is a text */}
      <policy-prompt manifest={1} />
      {/* @ts-expect-error: the event is a receipt */}
      <PolicyPrompt manifest="" onReceipt={(event: CustomEvent<number>) => event} />
    </>
  );
}
