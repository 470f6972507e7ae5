"""Problems on a page: an error, a violation of its security policy, a request to another host.

A `Watch` only records; the `page` fixture evaluates it at the end of each test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

OWN_SCHEMES = ("data", "blob", "about", "file")
OWN_HOSTS = ("127.0.0.1", "localhost")
REPORT_BREACHES = """
addEventListener("securitypolicyviolation", breach => console.error(
  `security policy: ${breach.effectiveDirective} stopped ${breach.blockedURI} at ${breach.sourceFile}`))
"""


@dataclass(kw_only=True)  # no slots: Playwright sets an attribute on listener objects
class Watch:
    """A recorder of problems on the pages of a context; `expected` contains substrings of expected problems."""

    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of `context` before its first script runs."""
        context.add_init_script(REPORT_BREACHES)
        context.on("console", self._on_console)
        context.on("request", self._on_request)
        context.on("page", lambda page: page.on("pageerror", self._on_error))

    def expect(self, *pieces: str) -> None:
        """Ignore problems that contain one of `pieces`, such as an expected 404."""
        self.expected.extend(pieces)

    def unforeseen(self) -> list[str]:
        """Return the unexpected problems."""
        return [problem for problem in self.problems if not any(piece in problem for piece in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and address.hostname not in OWN_HOSTS:
            self.problems.append(f"request to another host: {request.url}")

    def _on_error(self, error: Error) -> None:
        self.problems.append(f"uncaught: {error}")


def settled(page: Page) -> None:
    """Wait until the pending work of `page` is done, to detect late errors."""
    if not page.is_closed() and page.url.startswith("http"):
        page.wait_for_load_state("load")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
