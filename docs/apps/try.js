// A demonstration: it shows what an app would do with the policies of this site, and sends nothing.
import { decide } from "../browser/decide.js";
import "../browser/choices.js"; // imports prompt.js

const SITE = new URL("../", import.meta.url), APP = "try", SUBJECT = "somebody";
const YES = { accept: "accepted", acknowledge: "acknowledged", consent: "consented", none: "acknowledged" };
const [form, show, outcome, due, settings] = ["try", "show", "outcome", "due", "settings"].map((id) => document.getElementById(id));

const read = async (path) => (await fetch(new URL(path, SITE), { cache: "no-cache" })).json();
const make = (name, ...inside) => {
  const made = document.createElement(name);
  made.append(...inside);
  return made;
};

const manifest = await read("policies.json");
const histories = new Map(await Promise.all(manifest.policies.map(async ({ id }) => [id, (await read(id + "/versions.json")).versions])));

const told = (instant) => instant && new Date(instant).toISOString().slice(0, 19) + "Z";
const chosen = () => {
  const { at, since, languages } = Object.fromEntries(new FormData(form));
  const records = manifest.policies.flatMap(({ id, act }) => {
    const version = histories.get(id).find((x) => String(x.seq) === form.elements[id].value);
    return version ? [{ policy: id, seq: version.seq, act: YES[version.act ?? act], at: version.effective_at, subject: SUBJECT }] : [];
  });
  return { at: told(at) ?? told(Date.now()), since: since ? told(since) : undefined, languages: languages.split(/[\s,]+/).filter(Boolean), records };
};

const answer = () => {
  const { at, since, languages, records } = chosen();
  const decision = decide({ manifest, now: at, languages, subject: { id: SUBJECT, since }, state: { records } });
  outcome.textContent = `The app would say “${decision.outcome}”, because: ${decision.reason}.`
    + (decision.next_at ? ` This holds until ${decision.next_at} at least.` : "");
  const rows = decision.policies.map((x) => make("tr", ...[x.id, x.outcome, x.reason, x.base_seq ?? "–", x.target_seq ?? "–", x.deadline ?? "–"]
    .map((one) => make("td", String(one)))));
  const head = make("tr", ...["policy", "outcome", "reason", "from version number", "to version number", "deadline"].map((x) => make("th", x)));
  due.replaceChildren(make("table", make("thead", head), make("tbody", ...rows)));
};

// Stored answers of an earlier try would affect this one.
const forget = () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("inforce/1/") && key.endsWith(` ${APP} ${SUBJECT}`)) localStorage.removeItem(key);
};
const element = (name) => {
  const { at, since, languages, records } = chosen(), begun = Date.now();
  const made = document.createElement(name);
  for (const [name, value] of Object.entries({
    manifest: new URL("policies.json", SITE).href, site: manifest.site, app: APP, subject: SUBJECT, since, languages: languages.join(","),
  })) if (value) made.setAttribute(name, value);
  made.options = { records, now: () => Date.parse(at) + Date.now() - begun };
  return made;
};
const prompt = () => {
  document.querySelector("policy-prompt")?.remove();
  forget();
  const made = element("policy-prompt"), leave = make("button", "Leave the preview");
  leave.slot = "open";
  leave.type = "button";
  leave.onclick = () => made.remove();
  made.append(leave);
  document.body.append(made);
  settings.replaceChildren(element("policy-choices"));
};

for (const { id } of manifest.policies) {
  const options = [make("option", "nothing"), ...histories.get(id).map(({ seq, version }) => make("option", `${version} (number ${seq})`))];
  options.forEach((option, index) => { option.value = index ? histories.get(id)[index - 1].seq : ""; });
  const select = make("select", ...options);
  select.name = id;
  form.append(make("p", make("label", `Answered about ${id} `, select)));
}
form.elements.at.value = told(Date.now()).slice(0, 16);
form.addEventListener("input", answer);
form.addEventListener("submit", (event) => event.preventDefault());
show.addEventListener("click", prompt);
answer();
