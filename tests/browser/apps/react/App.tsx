import { usePolicies } from "@inforce-policies/browser/react";
import { useEffect } from "react";
import { Account } from "./src/Account.tsx";
import { Settings } from "./src/Settings.tsx";
import { Policies } from "./src/Policies.tsx";

const functions = new Set<unknown>();

function Own() {
  const { act, decision, dismiss } = usePolicies({ manifest: "/legal/policies.json", app: "shop", subject: "u_mia", headers: {} });
  useEffect(() => { functions.add(act).add(dismiss); });
  return <p>{decision && `Own client: ${decision.outcome} with ${functions.size} functions`}</p>;
}

export const App = () => (
  <main>
    <Account />
    <Own />
    <Settings />
    <Policies user={{ id: "u_mia", since: "2025-01-01T00:00:00Z" }} />
  </main>
);
