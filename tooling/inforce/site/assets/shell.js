// Defines the globals that the theme's scripts need first: the root of the site, and storage for the reader's choices.
// A separate file, because the content security policy forbids inline scripts.
var __md_scope = new URL("../../", document.currentScript.src);

function __md_hash(text) {
  return Array.from(text).reduce(function (sum, letter) {
    return ((sum << 5) - sum + letter.charCodeAt(0)) | 0;
  }, 0);
}

function __md_get(name, store, scope) {
  try {
    return JSON.parse((store || localStorage).getItem((scope || __md_scope).pathname + "." + name));
  } catch (blocked) {
    return null;
  }
}

function __md_set(name, value, store, scope) {
  try {
    (store || localStorage).setItem((scope || __md_scope).pathname + "." + name, JSON.stringify(value));
  } catch (blocked) {
    // Storage is disabled: the choice lasts until the page is closed.
  }
}
