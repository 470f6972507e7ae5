import { StrictMode, createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { App } from "./App.tsx";

const root = hydrateRoot(document.querySelector("#app")!, createElement(StrictMode, null, createElement(App)));
Object.assign(window, { unmount: () => root.unmount() });
