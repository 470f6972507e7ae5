// The additional style sheet of `<policy-choices>`.

export const style = globalThis.document && new CSSStyleSheet();
if (globalThis.document) style.replaceSync(/* css */ `
:host {
  display: block; color: var(--ink); background: var(--ground); font: var(--policy-font, 16px/1.55 system-ui, sans-serif);
  overflow-wrap: anywhere;
}
.list { max-width: 46rem; margin-block: 20px 12px; border: 1px solid var(--line); border-radius: var(--policy-radius, 10px); }
article { display: grid; gap: 12px 32px; grid-template-columns: 1fr 14rem; padding: 22px 24px; }
.do { display: grid; gap: 8px; align-content: start; }
p { margin: 0 0 4px; }
.small { font-size: .9em; color: var(--soft); }
.yes b::before { content: "✓ " / ""; }
.next { margin-block: 8px; padding: 4px 12px; background: var(--panel); border-inline-start: 4px double var(--ink); }
.links { display: flex; flex-wrap: wrap; gap: 0 20px; }
::slotted([slot^="end-"]) { margin: 0; text-align: center; }
@media (max-width: 44rem) { article { grid-template-columns: 1fr; padding: 18px; } .do { grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); } }
@media print { .do { display: none; } }
`);
