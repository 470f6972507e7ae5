// The messages of each language. Bundlers include a module only if its path is literal; build.js computes the path.
// Written by tooling/catalogues.py.
const imports = {
  ar: () => import("./messages/ar.js"),
  de: () => import("./messages/de.js"),
  es: () => import("./messages/es.js"),
  fr: () => import("./messages/fr.js"),
  ja: () => import("./messages/ja.js"),
  "zh-Hans": () => import("./messages/zh-Hans.js"),
};

export const LANGUAGES = Object.keys(imports);
export const catalogue = (language) => imports[language]();
