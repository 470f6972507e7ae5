// See prompt.d.ts
import { LANGUAGES, catalogue } from "./catalogues.js";
import { createClient } from "./client.js";
import { style } from "./style.js";
import { changes, steps, text } from "./texts.js";
import { encode, sha256 } from "./verify.js";

export const MESSAGES = {
  texts: "{count, plural, =1 {One text changed.} =2 {Two texts changed.} other {# texts changed.}}",
  answers: "{count, plural, =1 {One answer.} =2 {Two answers.} other {# answers.}}",
  ask: "Please answer.",
  block: "Please answer to continue.",
  choose: "It is your choice.",
  differences: "You see what changed, not the whole text again.",
  free: "You may agree or not, now or later.",
  read: "What changes",
  notice: "About our policies",
  "first-time": "In force since {since}. You have not answered yet.",
  reaccept: "In force since {since}. It has changed since your answer of {answered}.",
  expired: "Your answer of {answered} has expired, so we ask again.",
  declined: "You declined this version.",
  deferred: "You postponed this.",
  upcoming: "A new version applies from {deadline}.",
  changed: "This has changed.",
  deadline: "Please answer by {deadline}.",
  redline: "What changed, word by word",
  inserted: "added",
  deleted: "deleted",
  text: "The whole text",
  page: "All of it, on its own page",
  fallback: "Not available in your language: shown in {language}.",
  unavailable: "This text cannot be shown now. You can continue and will be asked again.",
  rejected: "Your answer could not be saved. Please answer again.",
  open: "Without an answer you can still use:",
  accept: "I accept",
  acknowledge: "I have read it",
  consent: "I agree",
  decline: "I do not accept",
  refuse: "I do not agree",
  later: "Later",
  review: "Read",
  close: "Close",
  seen: "OK",
  quiet: "No more notices",
};
const NO = { accept: ["decline", "declined"], consent: ["refuse", "refused"] };
const SIDES = { insert: "inserted", move_to: "inserted", delete: "deleted", move_from: "deleted" };
const RANKS = ["notice", "prompt", "block"];
const TOLD = ["upcoming", "changed"];
const MADE = { template: "policy-prompt/1" };

export const make = (name, part, ...inside) => {
  const [tag, looks = ""] = name.split("."), made = document.createElement(tag);
  made.className = looks;
  if (part) made.part = part;
  // Browsers take minutes to lay out an extremely long word.
  for (const x of inside) made.append(...x.split?.(/(\S{500})/u).flatMap((y, i) => i % 2 ? [y, make("wbr")] : y) ?? [x]);
  return made;
};
export const speak = (made, language) => {
  made.lang = language;
  made.dir = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(language) ? "rtl" : "ltr";
  return made;
};
export const link = (part, address, word) => {
  const made = make("a", part, word);
  made.href = address;
  made.target = "_blank"; // modern browsers imply rel=noopener
  return made;
};
// Readers of zh-CN can read zh-Hans, which a prefix match would miss.
const wider = (tag) => {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return [tag, `${language}-${script}`];
  } catch { return []; }
};
const serves = (tag, languages) => languages.some((x) => `${x}-`.toLowerCase().startsWith(`${tag}-`.toLowerCase()));
// Unchanged text is shortened, since it is only context; changed text is limited to a length that browsers can render.
const short = (text, room) => text.length < room ? text : `${text.slice(0, room / 2)} […] ${text.slice(-room / 2)}`;
// RFC 8785: the fields of the objects are sorted, and JSON.stringify() writes the rest as required.
export const screened = (shown) => sha256(encode(JSON.stringify(shown)));

// What `<policy-prompt>` and `<policy-choices>` share: attributes, client, words and language.
// A server has no elements, and renders the tag only.
export class PolicyElement extends (globalThis.document ? HTMLElement : Object) {
  static observedAttributes = [
    "manifest", "site", "keys", "app", "subject", "since", "audience", "languages", "receipts", "records", "leave-open",
  ];
  static words = MESSAGES;
  root = this.attachShadow({ mode: "open" });
  language = "en";
  #options; #words; #queued;

  constructor() {
    super();
    this.root.adoptedStyleSheets = [style, ...this.constructor.styles ?? []];
    this.addEventListener("policy:decision", (event) => queueMicrotask(() => this.show(event.defaultPrevented)));
    this.addEventListener("policy:rejected", ({ detail }) => this.failed = detail.receipt?.policy ?? this.failed);
  }
  set options(options) { this.#renew(this.#options = options); }
  set messages(words) { this.#renew(this.#words = words); }
  connectedCallback() { this.#renew(); }
  disconnectedCallback() { this.#renew(); }
  attributeChangedCallback() { this.#renew(); }

  // Attributes and properties are set one by one, so they are processed together in a microtask.
  #renew() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(async () => {
      this.#queued = false;
      this.client?.stop();
      this.client = undefined;
      this.show();
      const given = (name) => this.getAttribute(name) ?? undefined;
      const parts = (name) => given(name)?.split(/[\s,]+/);
      if (!this.isConnected || !given("manifest")) return;
      const keys = JSON.parse(given("keys") ?? "null");
      const languages = (parts("languages") ?? navigator.languages).flatMap(wider);
      const client = this.client = createClient({
        manifest: given("manifest"), site: given("site"), keys: keys && (keys.kty ? [keys] : [...keys.keys]), app: given("app"), languages,
        subject: given("subject"), since: given("since"), audience: parts("audience"), receipts: given("receipts"),
        records: given("records"), target: this, ...this.#options,
      });
      const tag = languages.flatMap((x) => ["en", ...LANGUAGES].filter((y) => serves(y, [x])))[0] ?? "en";
      const found = LANGUAGES.includes(tag) && await catalogue(tag).catch(() => 0);
      if (client != this.client) return;
      this.language = found || this.#words ? tag : "en";
      this.words = { ...this.constructor.words, ...found.default, ...found.choices, ...this.#words };
      client.start();
    });
  }

  name = (id) => this.words["policy-" + id] ?? id[0].toUpperCase() + id.slice(1).replaceAll("-", " ");
  // Return the message `word`, in the plural form for `count`, with the `values` of its fields.
  say(word, values = {}) {
    const { count } = values;
    return this.words[word].replace(/{count, plural,(.*)}/, (_, all) => {
      const forms = Object.fromEntries([...all.matchAll(/(=?\w{1,5}) {([^{}]*)}/g)].map((x) => x.slice(1)));
      return (forms["=" + count] ?? forms[new Intl.PluralRules(this.language).select(count)] ?? forms.other).replace("#", count);
    }).replace(/{(\w+)}/g, (_, name) => values[name]);
  }
  date(at) {
    const t = at > 0 ? at : Date.parse(at);
    return t ? new Intl.DateTimeFormat(this.language, { dateStyle: "long" }).format(t) : "–";
  }
  now = () => (this.#options?.now ?? Date.now)();
  // Return the record of the answer that counts, or else of the last negative one.
  answer({ id, base_seq, reason }) {
    const negative = !base_seq || /^(declin|refus)ed/.test(reason);
    return this.client.records.findLast((x) => x?.policy == id && /^[ac]/.test(x.act) != negative);
  }
  button(word, act, looks = "") {
    const made = make("button" + looks, "button " + word, this.say(word));
    made.type = "button";
    made.onclick = act;
    return made;
  }
}

export { text };
// The prompts of a page are shown in turn, the one with the highest rank first.
const ranks = new Map();
let turn;

export class PolicyPrompt extends PolicyElement {
  #put = new Set();
  #reading = new Set();
  #articles = new Map();
  #dialog; #bar;

  review() {
    this.#put.clear();
    this.#reading = new Set(this.client?.decision?.policies.map((x) => x.id));
    this.show();
  }

  #id = ({ id, target_seq, outcome }) => [id, target_seq, outcome].join(" ");
  #version = ({ id, target_seq }) => this.client.policy(id).versions.find((x) => x.seq == target_seq);
  #why(due) {
    const { reason, deadline, outcome } = due, urge = outcome != "block" && !TOLD.includes(reason) && Date.parse(deadline) > this.now();
    const values = {
      deadline: this.date(deadline), since: this.date(this.#version(due)?.effective_at), answered: this.date(this.answer(due)?.at),
    };
    return [reason, ...urge ? ["deadline"] : []].map((x) => this.say(x, values)).join(" ");
  }

  show(cancelled) {
    const { client } = this, open = this.hasAttribute("leave-open");
    // Policies of an expired manifest contain the hypothetical outcome, for which users are not asked.
    const { outcome, policies = [] } = !cancelled && client?.decision || {}, ids = policies.map(this.#id);
    const pending = policies.filter((x) => outcome != "stale" && x.outcome != "ok");
    for (const id of this.#put) if (!ids.includes(id)) this.#put.delete(id);
    const due = pending.filter((x) => !this.#put.has(this.#id(x)));
    const asks = due.filter((x) => this.#reading.has(x.id) || x.outcome != "notice" && !open);
    const rank = asks.some((x) => !open && x.outcome == "block") ? 3 : asks[0] ? 2 : due[0] && (open || !client.quiet) ? 1 : 0;
    rank ? ranks.set(this, rank) : ranks.delete(this);
    const best = Math.max(...ranks.values());
    if (!(ranks.get(turn) >= best)) {
      const before = turn;
      [turn] = [...ranks].find((x) => x[1] == best) ?? [];
      before?.#close();
      if (turn != this) turn?.show();
    }
    // Contracts and texts to read are asked first; a consent is never beside them.
    const first = asks.filter((x) => x.act != "consent" || TOLD.includes(x.reason));
    if (turn != this || rank < 2) this.#close();
    if (turn == this && rank > 1) this.#ask((first[0] ? first : asks).sort((a, b) => RANKS.indexOf(b.outcome) - RANKS.indexOf(a.outcome)), rank > 2);
    else if (turn == this) this.#tell(due);
  }
  #close() {
    const dialog = this.#dialog;
    this.#bar?.remove();
    this.#dialog = this.#bar = undefined;
    this.#articles.clear();
    dialog?.close();
    dialog?.remove();
  }
  #later(all) {
    for (const due of all) {
      this.#put.add(this.#id(due));
      this.#reading.delete(due.id);
      this.client.dismiss(due.id);
    }
    this.show();
  }

  #tell(all) {
    const bar = this.#bar = speak(make("section", "notice"), this.language);
    bar.ariaLabel = this.say("notice");
    const lines = all.map((x) => make("p", "", make("b", "", this.name(x.id)), " ", this.#why(x),
      ...this.client.policy(x.id).versions.flatMap(({ seq, version }) => x.untold_seqs.includes(seq) ? [" ", make("code", "", version)] : [])));
    bar.append(...lines, make("div.actions", "actions",
      this.button("review", () => this.review(), ".first"), this.button("seen", () => this.#later(all)),
      this.button("quiet", () => {
        this.client.quiet = true;
        this.#later(all);
      })));
    this.root.append(bar);
  }

  #ask(asks, blocked) {
    const fresh = !this.#dialog, count = asks.length, free = asks.every((x) => x.act == "consent");
    const reading = !free && this.#reading.has(asks[0].id);
    if (fresh) {
      this.#close();
      const dialog = this.#dialog = speak(make("dialog", "dialog",
        make("div.head", "header", make("h2", "title"), make("p.soft", "lead")), make("div.body"), make("div.foot", "footer")), this.language);
      dialog.closedBy = "none";
      dialog.oncancel = (event) => event.preventDefault();
      // Chromium closes a dialog on a second Escape, even if the first was prevented.
      dialog.onclose = () => this.#dialog == dialog && dialog.showModal();
      dialog.onkeydown = (event) => {
        if (event.key != "Escape") return;
        event.preventDefault();
        dialog.querySelector(".foot button")?.click();
      };
      this.root.append(dialog);
      dialog.showModal();
    }
    const [head, main] = this.#dialog.children, [title, lead] = head.children, articles = this.#articles;
    const ids = asks.map(this.#id), changed = asks.every((x) => x.base_seq);
    const join = (...words) => words.flatMap((x) => x ? this.say(x, { count }) : []).join(" ");
    title.tabIndex = -1;
    this.#dialog.ariaLabel = title.textContent = reading ? this.say("read")
      : join(changed && "texts", free ? "choose" : blocked ? "block" : "ask");
    lead.textContent = reading ? "" : join("answers", changed && "differences", free && "free");
    let gone = fresh;
    for (const [id, { article }] of articles) if (!ids.includes(id)) {
      gone = articles.delete(id);
      article.remove();
    }
    for (const [i, due] of asks.entries()) if (!articles.has(ids[i])) {
      const one = { due, article: make("article", "policy") };
      articles.set(ids[i], one);
      main.insertBefore(one.article, main.children[i] ?? null);
      this.#fill(one, count < 2);
    }
    this.#foot();
    if (gone) title.focus();
  }
  #foot() {
    const all = [...this.#articles.values()];
    const blocks = all.filter((x) => x.due.outcome == "block" && !this.hasAttribute("leave-open"));
    const slot = make("slot");
    slot.name = "open";
    this.#dialog?.lastChild.replaceChildren(
      ...blocks[0] && this.querySelector(":scope > [slot=open]") ? [make("p.soft", "open", this.say("open")), slot] : [],
      ...blocks.every((x) => x.broken) ? [make("div.actions", "actions", this.button(this.#reading.has(all[0].due.id) ? "close" : "later",
        () => this.#later(all.map((x) => x.due))))] : []);
  }

  async #fill(one, alone) {
    const { client } = this, { article, due } = one, { id, act, base_seq, deadline, outcome, reason, target_seq, language } = due;
    const body = make("div"), title = make("h3", "policy-title", this.name(id));
    const page = link("page", client.base + client.policy(id).page, this.say("page"));
    const opens = () => { one.opened = true; };
    page.onclick = opens;
    const given = act == "none" || TOLD.includes(reason) ? [] : [[act, undefined, act == "consent" ? "" : ".first"], ...NO[act] ? [NO[act]] : []];
    const answers = given.map(([word, said, looks]) => this.button(word, () => {
      this.failed = undefined;
      const { language } = this, { shown, screen, opened = false } = one;
      client.act(id, said, { language: shown, surface: { ...MADE, screen, label: this.say(word), language, outcome, opened } });
      this.show();
    }, looks));
    const ready = (fine) => answers.slice(0, 1).forEach((x) => { x.disabled = !fine; });
    const fold = (word, open, inside) => {
      const made = make("details", word, make("summary", "", this.say(word)), inside);
      made.open = open;
      if (word == "text") made.ontoggle = opens;
      body.append(made);
    };
    let since = null, summary = [];
    ready(false);
    if (this.failed == id) article.append(make("p", "error", this.say("rejected")));
    article.append(title, make("p.soft", "reason", this.#why(due)), body, page, make("div.actions", "actions", ...answers));
    try {
      if (base_seq && base_seq != target_seq) {
        const step = await changes(client, id, base_seq, target_seq, language);
        const between = await steps(client, id, base_seq, target_seq, language).catch(() => [step]);
        summary = between.map(({ clauses, summary, ...x }) => {
          const points = (summary[0] ? summary : clauses.map((y) => ({ section: y.id, text: "" })))
            .map(({ section, text }) => ({ heading: clauses.find((y) => y.id == section)?.heading ?? "", text }));
          body.append(make("h4.version", "version", x.new.version), speak(make("ul", "summary", ...points.map((y) =>
            make("li", "", make("b", "", y.heading), " ", y.text))), x.language));
          return { points, version: x.new.version };
        });
        since = step.old.digest;
        fold("redline", !summary.some((x) => x.points[0]), speak(make("div.text", "", make("p", "", ...step.runs.map(({ op, text }) => {
          const word = SIDES[op]; // begins with the name of its element, ins or del
          return word ? make(word.slice(0, 3), word, make("span.unseen", "", this.say(word) + ": "), short(text, 2e4)) : short(text, 320);
        }))), step.language));
      }
    } catch { /* the full text is sufficient */ }
    try {
      const found = await text(client, id, target_seq, language), blocks = found.text.split(/\n{2,}/);
      const shown = one.shown = found.language, heading = /^# +(\S.*)$/.exec(blocks[0]);
      if (heading) speak(title, shown).textContent = blocks.shift() && heading[1];
      fold("text", !base_seq && alone, speak(make("div.text", "", ...blocks.map((x) => {
        const [, words] = /^#+ +(\S.*)$/.exec(x) ?? []; // linear: adjacent parts cannot match the same character
        return words ? make("h4", "", words.replace(/{#[^{}]*}$/, "").trim()) : make("p", "", x);
      })), shown));
      if (!serves(shown, client.languages)) {
        const name = new Intl.DisplayNames(this.language, { type: "language" }).of(shown);
        body.prepend(make("p.soft", "fallback", this.say("fallback", { language: name })));
      }
      one.screen = await screened({
        answers: given.map(([word]) => this.say(word)), base_seq, deadline, language: this.language, outcome, policy: id, reason, since, summary,
        target_seq, ...MADE, text: found.digest, title: title.textContent,
      });
      ready(true);
    } catch {
      one.broken = true;
      body.append(make("p", "error", this.say("unavailable")));
      this.#foot();
    }
  }
}
if (globalThis.document) customElements.define("policy-prompt", PolicyPrompt);
