// Builds the files that a site publishes from these modules: each self-contained, minified and reproducible.
//
// `npm ci && npm run build` writes ../inforce/site/browser/. The output is committed, since sites are built without
// Node.js; tests/browser/test_files_js.py compares the sources with the digests in its `made_from`.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";
import { minify } from "terser";
import uglify from "uglify-js";

const HERE = new URL("./", import.meta.url), SITE = new URL("../inforce/site/browser/", HERE);
const ENTRIES = ["decide", "client", "texts", "prompt", "choices"];
const COMPRESS = { passes: 4, ecma: 2020, unsafe_arrows: true, pure_getters: true, unsafe_methods: true, inline: 1, hoist_funs: true, lhs_constants: false };
const AGAIN = { passes: 4, pure_getters: true, arrows: false, comparisons: false, side_effects: false, reduce_funcs: false, conditionals: false };
// Fields that only these modules use, and that no file contains: they are renamed.
const MANGLE = { properties: { regex: /^(ahead|applies|enforced|fresh|place|published|received|tie|usual|yes)$/ } };

const styled = {
  name: "styles",
  setup: ({ onLoad }) => onLoad({ filter: /style\.js$/ }, async ({ path }) => {
    const source = await readFile(path, "utf-8"), [whole, css] = /\/\* css \*\/ `([^`]*)`/.exec(source);
    const { code } = await transform(css, { loader: "css", minify: true });
    return { contents: source.replace(whole, () => JSON.stringify(code.trim())), loader: "js" };
  }),
};
const languages = (await readdir(new URL("messages", HERE))).map((x) => x.replace(".js", "")).sort();
const computed = {
  name: "catalogues",
  setup: ({ onLoad }) => onLoad({ filter: /catalogues\.js$/ }, () => ({
    contents: `export const LANGUAGES = ${JSON.stringify(languages)};
      export const catalogue = (language) => import(new URL(\`messages/\${language}.js\`, import.meta.url));`,
  })),
};
const bundled = async (entry) => {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, HERE).pathname], bundle: true, write: false, format: "esm", target: "es2022",
    plugins: [styled, computed],
    external: entry == "choices.js" ? ["./prompt.js"] : [], // a page that has both loads the shared part once
    define: { "globalThis.document": "true", "globalThis.published": "true" }, // the published files run in browsers only
  });
  const { code } = await minify(outputFiles[0].text, { module: true, compress: COMPRESS, mangle: MANGLE });
  // It reuses variables, which saves 1 % more.
  const { code: smallest, error } = uglify.minify(code, { module: true, compress: AGAIN, mangle: { toplevel: true } });
  if (error) throw error;
  return smallest + "\n";
};
const digest = (way, data, form) => createHash(way).update(data).digest(form);

const names = [...ENTRIES.map((x) => x + ".js"), ...(await readdir(new URL("messages", HERE))).sort().map((x) => "messages/" + x)];
const files = {};
await rm(SITE, { recursive: true, force: true });
await mkdir(new URL("messages", SITE), { recursive: true });
for (const name of names) {
  const code = await bundled(name);
  await writeFile(new URL(name, SITE), code);
  files[name] = { bytes: Buffer.byteLength(code), sha256: digest("sha256", code, "hex"), integrity: "sha384-" + digest("sha384", code, "base64") };
}
const sources = (await readdir(HERE)).filter((x) => /\.js$/.test(x) && x != "build.js").sort();
const made_from = {};
for (const name of [...sources, ...names.filter((x) => x.startsWith("messages/"))]) {
  made_from[name] = digest("sha256", await readFile(new URL(name, HERE)), "hex");
}
const { version } = JSON.parse(await readFile(new URL("package.json", HERE)));
await writeFile(new URL("files.json", SITE), JSON.stringify({ type: "policy-browser-files", spec: "1.0", version, files, made_from }, null, 1) + "\n");
