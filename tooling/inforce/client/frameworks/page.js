// For a page that a server renders: passes the CSRF token to each prompt, and reloads a blocked page once it is open.
import "./prompt.js";

for (const prompt of document.querySelectorAll("policy-prompt[data-token]")) {
  const { header, token, due } = prompt.dataset;
  prompt.options = { headers: { [header]: token } };
  if (due) prompt.addEventListener("policy:decision", async ({ detail }) => {
    // The server decides, because the receipt may not have arrived yet.
    for (let pause = 100; !/block|stale/.test(detail.outcome) && pause < 1e4; pause *= 2) {
      await new Promise((done) => setTimeout(done, pause));
      const answer = await fetch(due).then((x) => x.json(), () => ({}));
      if (answer.outcome && answer.outcome != "block") return location.reload();
    }
  });
}
