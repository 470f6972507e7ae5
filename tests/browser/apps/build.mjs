// Builds the apps in the current folder with Vite, renders them on this server, and writes the pages and all warnings to built.json.
//
// React and Vue report differences between the two renderings in development only.
import { createLogger, build } from "vite";
import vue from "@vitejs/plugin-vue";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

process.env.NODE_ENV = "development";
const warnings = [], customLogger = createLogger("warn");
customLogger.warn = customLogger.warnOnce = customLogger.error = (message) => warnings.push(message);
console.error = console.warn = (...values) => warnings.push(values.join(" "));

const older = { alias: ["react", "react-dom"].map((name) => ({ find: new RegExp(`^${name}(?=/|$)`), replacement: name + "18" })) };
const APPS = {
  react: { root: "react" },
  react18: { root: "react", resolve: older, ssr: { noExternal: true } },
  vue: { root: "vue", plugins: [vue()] },
};
const pages = {};
for (const [name, config] of Object.entries(APPS)) {
  const shared = { ...config, configFile: false, customLogger, mode: "development", base: `/${name}/` };
  const made = { emptyOutDir: true, reportCompressedSize: false };
  await build({ ...shared, build: { ...made, outDir: `../dist/${name}`, sourcemap: false } });
  await build({ ...shared, build: { ...made, outDir: `../server/${name}`, ssr: "server.ts", rolldownOptions: { output: { entryFileNames: "server.mjs" } } } });
  const { render } = await import(resolve("server", name, "server.mjs"));
  const page = await readFile(`dist/${name}/index.html`, "utf-8");
  pages[name] = page.replace("<!--app-->", await render());
}
await writeFile("built.json", JSON.stringify({ pages, warnings }));
