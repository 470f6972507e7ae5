// The style sheet of the elements; apps can set the custom properties and parts listed in the documentation.

export const style = globalThis.document && new CSSStyleSheet();
if (globalThis.document) style.replaceSync(/* css */ `
:host {
  --ground: var(--policy-ground, Canvas); --ink: var(--policy-ink, color-mix(in srgb, CanvasText 88%, Canvas));
  --soft: var(--policy-soft, color-mix(in srgb, CanvasText 68%, Canvas)); --panel: color-mix(in srgb, var(--ink) 5%, var(--ground));
  --line: var(--policy-line, color-mix(in srgb, CanvasText 18%, Canvas));
  --edge: var(--policy-line, color-mix(in srgb, CanvasText 52%, Canvas));
  --accent: var(--policy-accent, color-mix(in srgb, #2a6bff 62%, CanvasText)); --on-accent: var(--policy-on-accent, Canvas);
  --inserted: var(--policy-inserted, color-mix(in srgb, #1d9a4a 18%, Canvas));
  --deleted: var(--policy-deleted, color-mix(in srgb, #e0453a 18%, Canvas));
  display: contents; color-scheme: light dark;
}
* { box-sizing: border-box; }
dialog, section {
  color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: var(--policy-radius, 14px);
  font: var(--policy-font, 16px/1.55 system-ui, sans-serif); text-align: start; overflow-wrap: anywhere;
  box-shadow: 0 24px 64px #0b122040;
}
dialog { display: flex; flex-direction: column; width: min(44rem, 100% - 2rem); max-height: calc(100dvh - 3rem); padding: 0; overflow: hidden; }
dialog::backdrop { background: #0b122080; }
.head, .foot, article { padding: 20px 28px; }
.head { padding-block-end: 8px; border-block-end: 1px solid var(--line); }
.foot { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding-block: 12px; background: var(--panel); border-block-start: 1px solid var(--line); font-size: .9em; }
.foot:empty, p:empty { display: none; }
.foot p { margin: 0; }
.foot .actions { margin: 0; margin-inline-start: auto; }
.body { display: flex; flex-direction: column; overflow: auto; overscroll-behavior: contain; }
.body > * { flex: none; }
/* A sign that more follows: it sticks to the lower edge, until the second box covers it at the end of the content. */
.body::before, .body::after { order: 1; flex: none; box-sizing: border-box; block-size: 24px; }
.body::before {
  content: "↓" / ""; position: sticky; inset-block-end: 0; background: var(--panel); border-block-start: 1px solid var(--edge);
  text-align: center; font-weight: 700; line-height: 22px; pointer-events: none;
}
.body::after { content: ""; position: relative; margin-block-start: -24px; background: var(--ground); }
section {
  position: fixed; inset: auto 16px 16px; z-index: var(--policy-layer, 2147483000); max-width: 40rem; max-height: 60dvh; overflow: auto;
  margin-inline: auto; padding: 12px 20px;
}
article + article { border-block-start: 1px solid var(--line); }
h2, h3, h4, p, ul { margin: 0 0 8px; }
h2 { font-size: 1.6em; font-weight: 600; line-height: 1.2; outline: 0; }
h3 { font-size: 1.19em; line-height: 1.3; margin: 0 0 4px; }
h4 { margin-block-start: 16px; }
h2, .text { font-family: var(--policy-serif, Charter, Cambria, serif); }
:lang(ar), :lang(zh), :lang(ja) { font-family: inherit; }
.soft { color: var(--soft); }
code, .version { font: 600 .85em/1.8 ui-monospace, monospace; }
ul { padding-inline-start: 20px; }
li { margin-block-end: 4px; }
.actions { display: flex; flex-wrap: wrap; gap: 12px; margin-block-start: 16px; }
article .actions > * { flex: 1 1 9rem; }
button {
  min-height: 44px; padding: 8px 18px; border: 1px solid var(--edge); border-radius: 6px; background: var(--ground);
  color: inherit; font: inherit; font-size: 15px; font-weight: 600; cursor: pointer;
}
button:hover { border-color: var(--ink); }
.first { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
a, summary { display: inline-block; min-height: 44px; padding-block: 10px; cursor: pointer; }
details { border-block-start: 1px solid var(--line); }
details + details { border-block-end: 1px solid var(--line); }
summary { display: list-item; font-weight: 600; }
.text { margin-block-end: 12px; padding-inline-start: 16px; border-inline-start: 3px solid var(--line); }
.text > * { white-space: pre-wrap; unicode-bidi: isolate; }
ins, del { unicode-bidi: isolate; color: inherit; padding-inline: 2px; border-radius: 3px; }
ins { background: var(--inserted); text-decoration: underline dotted; }
del { background: var(--deleted); }
::slotted(*) { display: inline-block; min-height: 44px; padding-block: 10px; margin-inline-end: 20px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 480px) {
  dialog { width: 100%; max-width: 100%; max-height: calc(100dvh - 24px); margin: auto 0 0; border-radius: 14px 14px 0 0; }
  .head, .foot, article { padding-inline: 18px; }
}
@media (max-height: 480px) {
  dialog, .body { display: block; overflow: auto; }
  .body::before, .body::after { content: none; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog, section { animation: come .18s ease-out; }
  @keyframes come { from { opacity: 0; transform: translateY(8px); } }
}
@media (forced-colors: active) { .first { forced-color-adjust: none; background: ButtonText; color: ButtonFace; } }
`);
