// What the theme's scripts ask for before anything else: where the site begins, and a drawer for the reader's choices.
// Kept in a file of its own because inline scripts are forbidden by the site's security policy.
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
    // Storage is switched off: the choice lasts as long as the page.
  }
}
