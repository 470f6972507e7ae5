// See choices.d.ts
import { style } from "./choices_style.js";
import { PolicyElement, link, make, screened, speak, text } from "./prompt.js";

export const MESSAGES = {
  choices: "Your choices",
  intro: "What you answered, to which text, and how to change your mind.",
  accepted: "You accepted",
  acknowledged: "You read it",
  consented: "You agreed",
  refused: "You did not agree",
  withdrawn: "You withdrew your agreement",
  unanswered: "Not answered yet",
  version: "Version",
  current: "In force now:",
  until: "Your answer holds until {date}.",
  agreed: "Agreed",
  withdraw: "Withdraw",
  answered: "The text you answered",
  "in-force": "The text in force",
  difference: "What changes for you",
  receipt: "Receipt",
  proof: "A receipt names the text by its digest, so that you can prove later which words you answered.",
  receipts: "Download all receipts",
  unsent: "Not sent yet. It will be sent as soon as there is a connection.",
  missing: "Your choices cannot be shown now.",
};
const MADE = { template: "policy-choices/1" };

// Return a link that downloads `data` as a JSON file.
const download = (word, data, name) => {
  // JSON.stringify() escapes lone surrogates, which encodeURIComponent() rejects.
  const made = link("receipt", "data:application/json," + encodeURIComponent(JSON.stringify(data, null, 1)), word);
  made.download = name + ".json";
  return made;
};
// Without what the client notes about sending.
const receipt = ({ pending, due, pause, days, ...x }) => x;

export class PolicyChoices extends PolicyElement {
  static styles = [style];
  static words = { ...PolicyElement.words, ...MESSAGES };
  #titles = {};
  #opened = new Set();
  #turn;
  #channel;

  // The title is in the text; until it has been read, the name is made from the id.
  #title({ id, target_seq, language }) {
    const key = id + target_seq;
    if (!(key in this.#titles)) {
      this.#titles[key] = "";
      if (target_seq) text(this.client, id, target_seq, language).then((found) => {
        this.#titles[key] = /^# +(\S.*)/.exec(found.text)?.[1];
        this.show();
      }, () => {});
    }
    return this.#titles[key] || this.name(id);
  }

  // The client of each tab posts the changes of its stored records here, such as that a receipt has been sent.
  #listen(site) {
    const name = site && "inforce/1/" + site;
    if (this.#channel?.name == name) return;
    this.#channel?.close();
    this.#channel = name && new BroadcastChannel(name);
    if (name) this.#channel.onmessage = () => this.show();
  }

  async show() {
    const { client } = this, { decision } = client ?? {}, turn = this.#turn = {};
    this.#listen(client?.site);
    if (!decision) return this.root.replaceChildren();
    const parts = client.manifest ? await Promise.all(decision.policies.filter((x) => x.reason != "not-applicable").map((x) => this.#choice(x)))
      : [make("p", "error", this.say("missing"))];
    if (turn != this.#turn) return;
    const title = make("slot", "", make("h2", "title", this.say("choices")), make("p.soft", "lead", this.say("intro")));
    title.name = "title";
    const records = client.records.filter((x) => x?.digest), focus = this.root.activeElement?.id;
    this.root.replaceChildren(speak(make("div", "", title, make("div.list", "list", ...parts), ...records[0] ? [make("p.soft", "proof",
      this.say("proof"), " ", download(this.say("receipts"), records.map(receipt), "receipts"))] : []), this.language));
    // A screen that changes under the user's hand keeps the focus.
    if (focus) this.root.getElementById(focus)?.focus();
  }

  async #choice(due) {
    const { client } = this, { id, act, base_seq, language, outcome, reason, target_seq } = due, t = this.now();
    const { binding_language, cancelled = [], page, reask_seconds, versions } = client.policy(id);
    // A version that applies to others later may already apply to a new user (`effective_at_new`).
    const ahead = (x) => Date.parse(x.effective_at) > t && !cancelled.includes(x.seq) && (reason == "upcoming" || x.seq > target_seq);
    const current = reason == "upcoming" ? versions.findLast((x) => !ahead(x)) : versions.find((x) => x.seq == target_seq);
    const coming = versions.find((x) => ahead(x) && x.change != "editorial");
    const record = this.answer(due), yes = /^[ac]/.test(record?.act), state = record?.act ?? "unanswered";
    const version = record && (record.version ?? versions.find((x) => x.seq == record.seq)?.version);
    const asked = outcome != "ok" && reason != "upcoming" && (reason != "changed" || act == "acknowledge");
    const title = this.#title(due), base = client.base + page, opens = () => this.#opened.add(id);
    const place = (part, path, word) => {
      const made = link(part, base + path, this.say(word));
      made.onclick = opens;
      return made;
    };

    // The message of a button, the act, and whether that is the present answer; the message then differs.
    const given = act == "consent" ? [["consent", , yes && !asked && "agreed"], yes ? ["withdraw", "withdrawn"] : ["refuse", "refused", record && "refuse"]]
      : act == "none" || !asked ? [] : [[act, , , ".first"], ...act == "accept" && state != "declined" ? [["decline", "declined"]] : []];
    const labels = given.map(([word, , pressed]) => pressed ? "✓ " + this.say(pressed) : this.say(word));
    const screen = await screened({
      answers: labels, base_seq, language: this.language, outcome, policy: id, reason, state, target_seq, ...MADE,
      text: current?.digests[language] ?? current?.digests[binding_language], title,
    });
    const buttons = given.map(([word, said, pressed, looks], i) => {
      const made = this.button(word, () => {
        this.failed = undefined;
        const surface = { ...MADE, screen, label: labels[i], language: this.language, outcome, opened: this.#opened.has(id) };
        if (!pressed) client.act(id, said, { language, surface });
        this.show();
      }, looks);
      made.id = `${id} ${i}`;
      made.textContent = labels[i];
      if (act == "consent") made.ariaPressed = !!pressed;
      return made;
    });

    const slot = make("slot"), heading = make("h3", "policy-title", title), group = make("div.do", "actions", ...buttons, slot);
    slot.name = "end-" + id;
    group.role = "group";
    group.ariaLabel = title;
    const note = (...inside) => make("p.small", "version", ...inside);
    const label = (x) => make("code", "", x);
    return make("article", "policy", make("div", "", heading,
      ...this.failed == id ? [make("p", "error", this.say("rejected"))] : [],
      make(yes && !asked ? "p.yes" : "p.no", "state", make("b", "", this.say(state)), ...record ? [" · ", this.date(record.at)] : []),
      ...record?.pending && record.due ? [make("p.small", "unsent", this.say("unsent"))] : [],
      ...version ? [note(this.say("version"), " ", label(version),
        ...yes && reask_seconds ? [" · ", this.say("until", { date: this.date(Date.parse(record.at) + reask_seconds * 1e3) })] : [])] : [],
      ...current && current.version != version ? [note(this.say("current"), " ", label(current.version))] : [],
      ...coming ? [make("p.next", "upcoming", this.say("upcoming", { deadline: this.date(coming.effective_at) }), " ",
        place("page", version ? version + "/since/" : coming.version + "/", "difference"))] : [],
      make("p.links", "links", ...version ? [place("page", version + "/", "answered"), " "] : [],
        ...current && current.version != version ? [place("page", "", "in-force"), " "] : [],
        ...record?.digest ? [download(this.say("receipt"), receipt(record), `receipt-${id}-${version}`)] : [])), group);
  }
}
if (globalThis.document) customElements.define("policy-choices", PolicyChoices);
