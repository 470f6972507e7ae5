// See prompt.d.ts
import { LANGUAGES, catalogue } from "./catalogues.js";
import { createClient } from "./client.js";
import { style } from "./style.js";
import { changes, text } from "./texts.js";

export const MESSAGES = {
  ask: "Please read and answer",
  block: "Please answer to continue",
  read: "What changes",
  notice: "About our policies",
  "first-time": "You have not answered this yet.",
  reaccept: "This has changed since your last answer.",
  expired: "Your answer has expired.",
  declined: "You declined this version.",
  deferred: "You postponed this.",
  upcoming: "A new version applies from {date}.",
  changed: "This has changed.",
  deadline: "Please answer by {date}.",
  summary: "What changed, in short",
  redline: "What changed since your version, word by word",
  inserted: "added",
  deleted: "deleted",
  text: "The full text",
  page: "Open the page of this policy",
  fallback: "Not available in your language: shown in {language}.",
  unavailable: "This text cannot be shown now. You can continue and will be asked again.",
  rejected: "Your answer could not be saved. Please answer again.",
  open: "Available whatever you answer: reading, data export, closing your account, signing out and support.",
  accept: "Accept",
  acknowledge: "I have read this",
  consent: "I agree",
  decline: "Decline",
  refuse: "I do not agree",
  later: "Later",
  review: "Read",
  close: "Close",
  seen: "OK",
  quiet: "No more notices",
};
const NO = { accept: ["decline", "declined"], consent: ["refuse", "refused"] };
const SIDES = { insert: "inserted", move_to: "inserted", delete: "deleted", move_from: "deleted" };
const TOLD = ["upcoming", "changed"];

const make = (name, part, ...inside) => {
  const [tag, looks = ""] = name.split("."), made = document.createElement(tag);
  made.className = looks;
  if (part) made.part = part;
  // Browsers take minutes to lay out an extremely long word.
  for (const x of inside) made.append(...x.split?.(/(\S{500})/u).flatMap((y, i) => i % 2 ? [y, make("wbr")] : y) ?? [x]);
  return made;
};
const speak = (made, language) => {
  made.lang = language;
  made.dir = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(language) ? "rtl" : "ltr";
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

// A server has no elements, and renders the tag only.
export class PolicyPrompt extends (globalThis.document ? HTMLElement : Object) {
  static observedAttributes = [
    "manifest", "site", "keys", "app", "subject", "since", "audience", "languages", "receipts", "leave-open",
  ];
  #root = this.attachShadow({ mode: "open" });
  #say = MESSAGES;
  #language = "en";
  #put = new Set();
  #articles = new Map();
  #options; #words; #queued; #reading; #failed; #dialog; #bar;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
    this.addEventListener("policy:decision", (event) => queueMicrotask(() => event.defaultPrevented || this.#show()));
    this.addEventListener("policy:rejected", ({ detail }) => this.#failed = detail.receipt?.policy ?? this.#failed);
  }
  set options(options) { this.#renew(this.#options = options); }
  set messages(words) { this.#renew(this.#words = words); }
  connectedCallback() { this.#renew(); }
  disconnectedCallback() { this.#renew(); }
  attributeChangedCallback() { this.#renew(); }

  review() {
    this.#put.clear();
    this.#reading = true;
    this.#show();
  }

  // Attributes and properties are set one by one, so they are processed together in a microtask.
  #renew() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(async () => {
      this.#queued = false;
      this.client?.stop();
      this.client = undefined;
      this.#close();
      const given = (name) => this.getAttribute(name) ?? undefined;
      const parts = (name) => given(name)?.split(/[\s,]+/);
      if (!this.isConnected || !given("manifest")) return;
      const keys = JSON.parse(given("keys") ?? "null");
      const languages = (parts("languages") ?? navigator.languages).flatMap(wider);
      const client = this.client = createClient({
        manifest: given("manifest"), site: given("site"), keys: keys && (keys.kty ? [keys] : [...keys.keys]), app: given("app"), languages,
        subject: given("subject"), since: given("since"), audience: parts("audience"), receipts: given("receipts"),
        target: this, ...this.#options,
      });
      const tag = languages.flatMap((x) => ["en", ...LANGUAGES].filter((y) => serves(y, [x])))[0] ?? "en";
      const found = LANGUAGES.includes(tag) && await catalogue(tag).catch(() => 0);
      if (client != this.client) return;
      this.#language = found || this.#words ? tag : "en";
      this.#say = { ...MESSAGES, ...found.default, ...this.#words };
      client.start();
    });
  }

  #id = ({ id, target_seq, outcome }) => [id, target_seq, outcome].join(" ");
  #name = (id) => this.#say["policy-" + id] ?? id[0].toUpperCase() + id.slice(1).replaceAll("-", " ");
  #why({ reason, deadline, outcome }) {
    const say = this.#say, date = deadline && new Intl.DateTimeFormat(this.#language, { dateStyle: "long" }).format(new Date(deadline));
    const urge = date && outcome != "block" && !TOLD.includes(reason) && Date.parse(deadline) > Date.now();
    return [say[reason], urge ? say.deadline : ""].join(" ").replace("{date}", date);
  }
  #button(word, act, looks = "") {
    const made = make("button" + looks, "button " + word, this.#say[word]);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  #show() {
    const { client } = this, open = this.hasAttribute("leave-open");
    // Policies of an expired manifest contain the hypothetical outcome, for which users are not asked.
    const { outcome, policies = [] } = client?.decision ?? {};
    const due = policies.filter((x) => outcome != "stale" && x.outcome != "ok" && !this.#put.has(this.#id(x)));
    const asks = due.filter((x) => this.#reading || x.outcome != "notice" && !open);
    if (asks[0]) this.#ask(asks, !open && asks.some((x) => x.outcome == "block"));
    else {
      this.#close();
      if (due[0] && (open || !client.quiet)) this.#tell(due);
    }
  }
  #close() {
    const dialog = this.#dialog;
    this.#bar?.remove();
    this.#dialog = this.#bar = this.#reading = undefined;
    this.#articles.clear();
    dialog?.close();
    dialog?.remove();
  }
  #later(all) {
    this.#reading = undefined;
    for (const due of all) {
      this.#put.add(this.#id(due));
      this.client.dismiss(due.id);
    }
    this.#show();
  }

  #tell(all) {
    const bar = this.#bar = speak(make("section", "notice"), this.#language);
    bar.ariaLabel = this.#say.notice;
    const lines = all.map((x) => make("p", "", make("b", "", this.#name(x.id)), " ", this.#why(x)));
    bar.append(...lines, make("div.actions", "actions",
      this.#button("review", () => this.review(), ".first"), this.#button("seen", () => this.#later(all)),
      this.#button("quiet", () => {
        this.client.quiet = true;
        this.#later(all);
      })));
    this.#root.append(bar);
  }

  #ask(asks, blocked) {
    const fresh = !this.#dialog, reading = this.#reading;
    if (fresh) {
      this.#close();
      this.#reading = reading;
      const dialog = this.#dialog = speak(make("dialog", "dialog", make("div.head", "header", make("h2", "title")), make("div"),
        make("div.foot", "footer")), this.#language);
      dialog.closedBy = "none";
      dialog.oncancel = (event) => event.preventDefault();
      // Chromium closes a dialog on a second Escape, even if the first was prevented.
      dialog.onclose = () => this.#dialog == dialog && dialog.showModal();
      dialog.onkeydown = (event) => {
        if (event.key != "Escape") return;
        event.preventDefault();
        dialog.querySelector(".foot button")?.click();
      };
      this.#root.append(dialog);
      dialog.showModal();
    }
    const [head, main] = this.#dialog.children, [title] = head.children, articles = this.#articles;
    const ids = asks.map(this.#id);
    title.tabIndex = -1;
    this.#dialog.ariaLabel = title.textContent = this.#say[blocked ? "block" : reading ? "read" : "ask"];
    let gone = fresh;
    for (const [id, { article }] of articles) if (!ids.includes(id)) {
      gone = articles.delete(id);
      article.remove();
    }
    for (const due of asks) if (!articles.has(this.#id(due))) {
      const one = { due, article: make("article", "policy") };
      articles.set(this.#id(due), one);
      main.append(one.article);
      this.#fill(one);
    }
    this.#foot();
    if (gone) title.focus();
  }
  #foot() {
    const all = [...this.#articles.values()];
    const blocks = all.filter((x) => x.due.outcome == "block" && !this.hasAttribute("leave-open"));
    const slot = make("slot", "", make("p.soft", "open", this.#say.open));
    slot.name = "open";
    this.#dialog?.lastChild.replaceChildren(...blocks[0] ? [slot] : [], ...blocks.every((x) => x.broken)
      ? [make("div.actions", "actions",
        this.#button(this.#reading ? "close" : "later", () => this.#later(all.map((x) => x.due))))] : []);
  }

  async #fill(one) {
    const { client } = this, say = this.#say, { article, due } = one, { id, act, base_seq, target_seq, language } = due;
    const { page } = client.policy(id), body = make("div"), title = make("h3", "policy-title", this.#name(id));
    const link = make("a", "page", say.page);
    link.href = client.base + page;
    link.target = "_blank"; // modern browsers imply rel=noopener
    let shown;
    const button = (word, said, looks) => this.#button(word, () => {
      this.#failed = undefined;
      const surface = { template: "policy-prompt/1", label: say[word], language: this.#language };
      client.act(id, said, { language: shown, surface });
      this.#show();
    }, looks);
    const answers = act == "none" || TOLD.includes(due.reason) ? [] :
      [button(act, undefined, act == "consent" ? "" : ".first"), ...NO[act] ? [button(...NO[act])] : []];
    const ready = (fine) => answers.slice(0, 1).forEach((x) => { x.disabled = !fine; });
    const fold = (word, open, inside) => {
      const made = make("details", word, make("summary", "", say[word]), inside);
      made.open = open;
      body.append(made);
    };
    ready(false);
    if (this.#failed == id) article.append(make("p", "error", say.rejected));
    article.append(title, make("p", "reason", this.#why(due)), body, link, make("div.actions", "actions", ...answers));
    try {
      if (base_seq && base_seq != target_seq) {
        const step = await changes(client, id, base_seq, target_seq, language);
        const points = step.summary.map((x) => x.text), headings = step.clauses.map((x) => x.heading);
        body.append(make("h4", "", say.summary),
          speak(make("ul", "summary", ...(points[0] ? points : headings).map((x) => make("li", "", x))), step.language));
        fold("redline", true, speak(make("div.text", "", make("p", "", ...step.runs.map(({ op, text }) => {
          const word = SIDES[op]; // begins with the name of its element, ins or del
          return word ? make(word.slice(0, 3), word, make("span.unseen", "", say[word] + ": "), short(text, 2e4)) : short(text, 320);
        }))), step.language));
      }
    } catch { /* the full text is sufficient */ }
    try {
      const found = await text(client, id, target_seq, language), blocks = found.text.split(/\n{2,}/);
      shown = found.language;
      const heading = /^# +(\S.*)$/.exec(blocks[0]);
      if (heading) speak(title, shown).textContent = blocks.shift() && heading[1];
      fold("text", !base_seq && this.#articles.size == 1, speak(make("div.text", "", ...blocks.map((x) => {
        const [, words] = /^#+ +(\S.*)$/.exec(x) ?? []; // linear: adjacent parts cannot match the same character
        return words ? make("h4", "", words.replace(/{#[^{}]*}$/, "").trim()) : make("p", "", x);
      })), shown));
      if (!serves(shown, client.languages)) {
        const name = new Intl.DisplayNames(this.#language, { type: "language" }).of(shown);
        body.prepend(make("p.soft", "fallback", say.fallback.replace("{language}", name)));
      }
      ready(true);
    } catch {
      one.broken = true;
      body.append(make("p", "error", say.unavailable));
      this.#foot();
    }
  }
}
if (globalThis.document) customElements.define("policy-prompt", PolicyPrompt);
