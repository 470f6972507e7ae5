"""An app's page with the prompt, and its events.

`says` contains the events in order, as `(name, detail)`; the clock of the page starts at `NOON` and can be advanced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from browser.app_host import AppHost

NOON = "2026-11-20T12:00:00Z"
LISTEN = """
window.said = [];
for (const name of ["decision", "receipt", "rejected", "rollback", "error"])
  document.addEventListener("policy:" + name, ({ detail }) => said.push([name, detail]));
"""
PUT = """([attributes, options, messages, inside]) => {
  const prompt = document.createElement("policy-prompt");
  for (const [name, value] of Object.entries(attributes)) prompt.setAttribute(name, value);
  if (options) prompt.options = options;
  if (messages) prompt.messages = messages;
  if (inside) {
    const link = document.createElement("a");
    link.slot = "open";
    link.href = "/export";
    link.textContent = inside;
    prompt.append(link);
  }
  document.body.append(prompt);
}"""


@dataclass(frozen=True, kw_only=True)
class AppPage:
    """An app of `host` in `page`."""

    page: Page
    host: AppHost

    def open(self, *, at: str = NOON, listen: str = "", **attributes: Any) -> AppPage:
        """Load the app at the instant `at`; `listen` is JavaScript that runs first."""
        self.page.clock.install(time=at)
        self.page.add_init_script(LISTEN + listen)
        self.page.goto(self.host.url)
        return self.put(**attributes)

    def again(self, **attributes: Any) -> AppPage:
        """Reload the app in the same profile."""
        self.page.goto(self.host.url)
        return self.put(**attributes)

    def put(
        self,
        *,
        options: Any = None,
        messages: Any = None,
        inside: str | None = None,
        **attributes: str | None,
    ) -> AppPage:
        """Add the prompt to the page, by default for the user `u_mia`."""
        own = {"manifest": self.host.site + "policies.json", "subject": "u_mia", "since": "2025-01-01T00:00:00Z"}
        own |= {"receipts": "/receipts"}
        given = {name.replace("_", "-"): value for name, value in (own | attributes).items() if value is not None}
        self.page.evaluate(PUT, [given, options, messages, inside])
        return self

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self) -> list[tuple[str, Any]]:
        return [(name, detail) for name, detail in self.page.evaluate("said")]

    def hears(self, name: str, **detail: Any) -> Any:
        """Wait for the event `name` with `detail`, and return its details."""
        wanted = [name, detail]
        test = """([name, detail]) => said.find(([x, y]) => x == name
          && Object.entries(detail).every(([key, value]) => y[key] === value))"""
        return self.page.wait_for_function(test, arg=wanted).json_value()[1]

    def settle(self) -> None:
        """Wait until the first response of the site has been processed."""
        self.page.wait_for_function("() => said.some(([name, x]) => name != 'decision' || x.reason != 'no-manifest')")

    def stays_usable(self) -> None:
        """Assert that the prompt shows nothing."""
        expect(self.dialog).to_have_count(0)
        self.page.get_by_role("button", name="Buy").click()

    def ask_site(self) -> None:
        """Make the next poll due now."""
        self.page.evaluate(
            """async () => {
              const { client } = document.querySelector("policy-prompt");
              const key = `inforce/1/${client.site}policies.json`;
              localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), due_at: 0 }));
              await client.refresh();
            }"""
        )
