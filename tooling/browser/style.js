// The style sheet of the prompt; apps can set the custom properties and parts listed in the documentation.

export const style = globalThis.document && new CSSStyleSheet();
if (globalThis.document) style.replaceSync(/* css */ `
:host {
  --line: var(--policy-line, #c9ced8); --ground: var(--policy-ground, #fff); --ink: var(--policy-ink, #1b2230);
  --soft: var(--policy-soft, #545e70); --accent: var(--policy-accent, #2b4ba8); --on-accent: var(--policy-on-accent, #fff);
  --inserted: var(--policy-inserted, #ddf3e2); --deleted: var(--policy-deleted, #fbe3e0);
  display: contents; color-scheme: light dark;
}
@supports (color: light-dark(red, red)) {
  :host {
    --line: var(--policy-line, light-dark(#c9ced8, #454d5e)); --ground: var(--policy-ground, light-dark(#fff, #1a1f2a));
    --ink: var(--policy-ink, light-dark(#1b2230, #eceff5)); --soft: var(--policy-soft, light-dark(#545e70, #aab3c3));
    --accent: var(--policy-accent, light-dark(#2b4ba8, #a9c1ff)); --on-accent: var(--policy-on-accent, light-dark(#fff, #0f1830));
    --inserted: var(--policy-inserted, light-dark(#ddf3e2, #173d27)); --deleted: var(--policy-deleted, light-dark(#fbe3e0, #4a201e));
  }
}
* { box-sizing: border-box; }
dialog, section {
  color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: var(--policy-radius, 14px);
  font: var(--policy-font, 16px/1.55 system-ui, sans-serif); text-align: start; overflow-wrap: anywhere;
  box-shadow: 0 16px 48px #0b122033;
}
dialog {
  width: min(44rem, 100% - 2rem); max-height: calc(100dvh - 2rem);
  padding: 0; overflow: auto; overscroll-behavior: contain;
}
dialog::backdrop { background: #0b122080; }
.head, .foot { position: sticky; background: inherit; padding: 16px 24px; }
.head { inset-block-start: 0; border-block-end: 1px solid var(--line); }
.foot { inset-block-end: 0; border-block-start: 1px solid var(--line); }
section {
  position: fixed; inset: auto 16px 16px; z-index: var(--policy-layer, 2147483000); max-width: 40rem; max-height: 60dvh; overflow: auto;
  margin-inline: auto; padding: 12px 20px;
}
article { padding: 20px 24px; }
article + article { border-block-start: 1px solid var(--line); }
h2, h3, h4, p, ul { margin: 0 0 8px; }
h2 { font-size: 1.2em; line-height: 1.3; margin: 0; outline: 0; }
h3 { font-size: 1.1em; }
h4 { margin-block-start: 16px; }
.soft { color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; gap: 12px; margin-block-start: 16px; }
.foot .actions { margin: 0; justify-content: flex-end; }
button {
  min-height: 44px; padding: 8px 20px; border: 1px solid var(--line); border-radius: 10px; background: none;
  color: inherit; font: inherit; font-weight: 600; cursor: pointer;
}
button.first { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
a, summary { display: inline-block; min-height: 44px; padding-block: 10px; cursor: pointer; }
summary { display: list-item; font-weight: 600; }
.text { padding-inline-start: 16px; border-inline-start: 3px solid var(--line); }
.text > * { white-space: pre-wrap; unicode-bidi: isolate; }
ins, del { unicode-bidi: isolate; color: inherit; padding-inline: 2px; border-radius: 3px; }
ins { background: var(--inserted); text-decoration: underline; }
del { background: var(--deleted); text-decoration: line-through; }
::slotted(*) { display: inline-block; padding-block: 10px; margin-inline-end: 20px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 480px) {
  dialog { width: 100%; max-width: 100%; max-height: 100dvh; margin: auto 0 0; border-radius: 14px 14px 0 0; }
  .head, .foot, article { padding-inline: 16px; }
  .actions > * { flex: 1 1 8rem; }
}
@media (max-height: 480px) { .head, .foot { position: static; } }
@media (prefers-reduced-motion: no-preference) {
  dialog[open], section { animation: come .18s ease-out; }
  @keyframes come { from { opacity: 0; transform: translateY(8px); } }
}
@media (forced-colors: active) { button.first { color: ButtonText; } }
`);
